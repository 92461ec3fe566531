import type { EntitySet } from '../entities/entity-set.ts';
import type { Route } from '../entities/route.ts';
import type { Service } from '../entities/service.ts';
import { orderedParts } from '../lint/route-order.ts';
import { findUnreachable } from '../lint/rules/unreachable-route.ts';
import { whyIdle } from '../runtime/compile.ts';
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
  const services = new Map(entities.services.map((service) => [service.id, service]));
  const serviceOf = (route: Route): Service | null => services.get(route.service?.id ?? '') ?? null;
  const idle = new Map(entities.routes.map((route) => [route, whyIdle(route, serviceOf(route))]));
  const parts = orderedParts(entities.routes.filter((route) => idle.get(route) === null));
  const unreachable = findUnreachable(parts);
  const labels = new Map(entities.routes.map((route) => [route.id, labelOf(route)]));
  const describe = (route: Route, paths: readonly string[] | null): RouteRow => {
    const service = serviceOf(route);
    const scope = { routeId: route.id, serviceId: service?.id ?? null };
    return {
      route: labelOf(route),
      service: service === null ? null : labelOf(service),
      methods: route.methods,
      hosts: route.hosts,
      paths,
      headers: Object.keys(route.headers ?? {}),
      snis: route.snis,
      plugins: planPlugins(entities, scope, pluginKnowledge).map(({ name }) => name),
      shadowedBy: [...new Set(unreachable.get(route.id))].map((id) => labels.get(id) ?? id),
      idle: idle.get(route) ?? null,
    };
  };
  const rows = parts.map(({ route, prefixes, patterns }) => {
    const regexes = patterns === null ? null : (route.paths ?? []).filter((path) => path.startsWith('~'));
    return describe(route, prefixes ?? regexes);
  });
  const others = entities.routes.filter((route) => idle.get(route) !== null);
  return [...rows, ...others.map((route) => describe(route, route.paths))];
}

function labelOf({ name, id }: { readonly name: string | null; readonly id: string }): string {
  return name ?? id;
}
