import type { EntitySet } from '../entities/entity-set.ts';
import type { Route } from '../entities/route.ts';
import { orderedParts } from '../lint/route-order.ts';
import { findUnreachable } from '../lint/rules/unreachable-route.ts';
import { planPlugins } from '../runtime/plugin-plan.ts';
import { pluginKnowledge } from './plugin-knowledge.ts';

/** One entry of the order in which routes are tried; a route with paths of several lengths has several. */
export interface RouteRow {
  readonly route: string;
  readonly service: string | null;
  readonly methods: readonly string[] | null;
  readonly hosts: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly headers: readonly string[];
  readonly snis: readonly string[] | null;
  /** In the order they run. */
  readonly plugins: readonly string[];
  /** Routes that take every request this route could take; empty when it can be reached. */
  readonly shadowedBy: readonly string[];
  /** Why no request comes here at all: its service is disabled, or gw does not run its protocol yet. */
  readonly idle: string | null;
}

/** Routes in the order in which they are tried; those that are never tried come last. */
export function routeTable(entities: EntitySet): readonly RouteRow[] {
  const parts = orderedParts(entities.routes);
  const unreachable = findUnreachable(parts);
  const labels = new Map(entities.routes.map((route) => [route.id, labelOf(route)]));
  const services = new Map(entities.services.map((service) => [service.id, service]));
  const describe = (route: Route, paths: readonly string[] | null): RouteRow => {
    const service = route.service === null ? null : (services.get(route.service.id) ?? null);
    const scope = { routeId: route.id, serviceId: service?.id ?? null };
    return {
      route: labelOf(route),
      service: service === null ? null : (service.name ?? service.id),
      methods: route.methods,
      hosts: route.hosts,
      paths,
      headers: Object.keys(route.headers ?? {}),
      snis: route.snis,
      plugins: planPlugins(entities, scope, pluginKnowledge).map(({ name }) => name),
      shadowedBy: [...new Set(unreachable.get(route.id))].map((id) => labels.get(id) ?? id),
      idle: whyIdle(route, service?.enabled !== false),
    };
  };
  const tried = new Set(parts.map(({ route }) => route));
  const rows = parts.map(({ route, prefixes, patterns }) => {
    const isRegex = patterns !== null;
    const regexes = isRegex ? (route.paths ?? []).filter((path) => path.startsWith('~')) : null;
    return describe(route, prefixes ?? regexes);
  });
  const others = entities.routes.filter((route) => !tried.has(route)).map((route) => describe(route, route.paths));
  return [...rows, ...others].sort((a, b) => Number(a.idle !== null) - Number(b.idle !== null));
}

function whyIdle(route: Route, isServiceEnabled: boolean): string | null {
  if (!isServiceEnabled) return 'its service is disabled';
  if (route.expression !== null) return 'gw does not run expressions yet';
  const isHttp = route.protocols.some((protocol) => protocol === 'http' || protocol === 'https');
  return isHttp ? null : `gw does not run ${route.protocols.join(', ')} yet`;
}

function labelOf({ name, id }: { readonly name: string | null; readonly id: string }): string {
  return name ?? id;
}
