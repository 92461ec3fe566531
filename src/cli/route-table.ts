import type { EntitySet } from '../entities/entity-set.ts';
import type { Route, RouteEndpoint } from '../entities/route.ts';
import { orderedParts as comparableParts } from '../lint/route-order.ts';
import { findUnreachable } from '../lint/rules/unreachable-route.ts';
import { orderedParts } from '../router/route-parts.ts';
import type { RouterFlavor } from '../router/router.ts';
import { isStreamRoute } from '../router/stream-router.ts';
import { planPlugins } from '../runtime/plugin-plan.ts';
import { pluginKnowledge } from './plugin-knowledge.ts';
import type { ModelRoute } from './routing/model-route.ts';
import { RoutingModel } from './routing/routing-model.ts';
import { orderedStreamRoutes } from './stream-order.ts';

/** One entry of the order in which routes are tried; a route with paths of several lengths has several. */
export interface RouteRow {
  readonly route: string;
  readonly service: string | null;
  readonly protocols: readonly string[];
  readonly methods: readonly string[] | null;
  readonly hosts: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly headers: readonly string[];
  readonly snis: readonly string[] | null;
  /** `address:port`, `*` for what may be anything. */
  readonly sources: readonly string[] | null;
  readonly destinations: readonly string[] | null;
  readonly expression: string | null;
  /** Of a route with an expression. */
  readonly priority: number | null;
  /** True for routes of connections that are not HTTP, which have an order of their own. */
  readonly isStream: boolean;
  /** In the order they run. */
  readonly plugins: readonly string[];
  /** Routes that take every request this route could take; empty when it can be reached, or nothing is certain. */
  readonly shadowedBy: readonly string[];
  /** Why no request comes here at all, such as a service that is disabled. */
  readonly idle: string | null;
}

/** Routes in the order in which they are tried: those of HTTP, those of other connections, those never tried. */
export function routeTable(entities: EntitySet, flavor: RouterFlavor): readonly RouteRow[] {
  const model = new RoutingModel(entities, flavor);
  const http = model.routes.filter(({ route }) => !isStreamRoute(route));
  const streams = orderedStreamRoutes(model.routes, flavor);
  const shadows = shadowsAmong(http, flavor);
  const describe = (target: ModelRoute, paths: readonly string[] | null): RouteRow => ({
    ...describeRoute(target, entities),
    paths,
    shadowedBy: shadows.get(target.route.id) ?? [],
    idle: model.whyIdle(target.route.id),
  });
  return [
    ...orderedParts(http, flavor).map(({ target, prefixes, regexes }) =>
      describe(target, prefixes ?? regexes?.map((source) => `~${source}`) ?? null),
    ),
    ...streams.map((target) => describe(target, null)),
    ...model.idleRoutes.map((target) => describe(target, target.route.paths)),
  ];
}

function describeRoute(target: ModelRoute, entities: EntitySet): Omit<RouteRow, 'paths' | 'shadowedBy' | 'idle'> {
  const { route, service, label } = target;
  const scope = { routeId: route.id, serviceId: service?.id ?? null };
  return {
    route: label,
    service: service === null ? null : (service.name ?? service.id),
    protocols: route.protocols,
    methods: route.methods,
    hosts: route.hosts,
    headers: Object.keys(route.headers ?? {}),
    snis: route.snis,
    sources: endpointTexts(route.sources),
    destinations: endpointTexts(route.destinations),
    expression: route.expression,
    priority: route.expression === null ? null : (route.priority ?? 0),
    isStream: isStreamRoute(route),
    plugins: planPlugins(entities, scope, pluginKnowledge).map(({ name }) => name),
  };
}

/** Labels of the routes that take all requests of another, by its id. */
function shadowsAmong(targets: readonly ModelRoute[], flavor: RouterFlavor): ReadonlyMap<string, readonly string[]> {
  const labels = new Map(targets.map(({ route, label }) => [route.id, label]));
  const routes: readonly Route[] = targets.map(({ route }) => route);
  const shadows = [...findUnreachable(comparableParts(routes, flavor), flavor)];
  return new Map(
    shadows.map(([id, winners]) => [id, [...new Set(winners)].map((winner) => labels.get(winner) ?? winner)]),
  );
}

function endpointTexts(endpoints: readonly RouteEndpoint[] | null): readonly string[] | null {
  return endpoints?.map(({ ip, port }) => `${ip ?? '*'}:${port ?? '*'}`) ?? null;
}
