import type { EntitySet } from '../../entities/entity-set.ts';
import type { Route } from '../../entities/route.ts';
import type { Service } from '../../entities/service.ts';
import { type Target, targetAddress, type Upstream } from '../../entities/upstream.ts';
import type { Routable, RouterFlavor } from '../../router/router.ts';
import { type ProtocolDemands, protocolDemands } from '../../runtime/protocol-demands.ts';
import { hostHeaderOf, originOf, targetHostHeader } from '../../runtime/upstream/service-address.ts';

/** A named entity; `name` is `null` when it has none. */
export interface NamedEntity {
  readonly name: string | null;
  readonly id: string;
}

/** The targets a service's requests are spread over. */
export interface UpstreamView {
  readonly name: string;
  readonly algorithm: string;
  readonly targets: readonly { readonly target: string; readonly weight: number }[];
}

/** A route with what happens to its requests: what the gateway compiles, without connections and plugins. */
export interface ModelRoute extends Routable {
  readonly service: Service | null;
  /** `null` when the service's host is no upstream of the config. */
  readonly upstream: UpstreamView | null;
  /** `http://host:port` of the service; `null` without one. */
  readonly origin: string | null;
  /** The Host header for the upstream, `preserve_host` aside; `null` when it depends on the target, or without service. */
  readonly upstreamHost: string | null;
  /** The service's path, `/` when it has none. */
  readonly basePath: string;
  /** `v1` where the flavor heeds it. */
  readonly pathHandling: 'v0' | 'v1';
  /** What it demands of HTTP requests beside its attributes. */
  readonly demands: ProtocolDemands;
  /** Name or id. */
  readonly label: string;
}

/** Makes a {@link ModelRoute} of each route. */
export function modelRoutes(entities: EntitySet, flavor: RouterFlavor): readonly ModelRoute[] {
  const services = new Map(entities.services.map((service) => [service.id, service]));
  const upstreams = new Map(entities.upstreams.map((upstream) => [upstream.name, upstream]));
  const targets = targetsByUpstream(entities.targets);
  return entities.routes.map((route) => {
    const service = services.get(route.service?.id ?? '') ?? null;
    const upstream = service === null ? undefined : upstreams.get(service.host);
    const pathHandling = flavor === 'traditional' ? route.path_handling : 'v0';
    return { ...modelRoute(route, service, upstream ?? null, targets.get(upstream?.id ?? '') ?? []), pathHandling };
  });
}

function modelRoute(
  route: Route,
  service: Service | null,
  upstream: Upstream | null,
  targets: readonly Target[],
): Omit<ModelRoute, 'pathHandling'> {
  return {
    route,
    service,
    upstream:
      upstream === null
        ? null
        : {
            name: upstream.name,
            algorithm: upstream.algorithm,
            targets: targets.map(({ target, weight }) => ({ target, weight })),
          },
    origin: service === null ? null : originOf(service),
    upstreamHost: service === null ? null : hostOf(service, upstream, targets),
    basePath: service?.path ?? '/',
    demands: protocolDemands(route.protocols) ?? { kind: 'http', isTlsOnly: false },
    label: route.name ?? route.id,
  };
}

function targetsByUpstream(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
  const lists = new Map<string, Target[]>();
  for (const target of targets) {
    const list = lists.get(target.upstream.id);
    if (list === undefined) lists.set(target.upstream.id, [target]);
    else list.push(target);
  }
  return lists;
}

/** Targets send their own names, so that only those that agree on one can be answered for. */
function hostOf(service: Service, upstream: Upstream | null, targets: readonly Target[]): string | null {
  if (upstream === null) return hostHeaderOf(service);
  const live = targets.filter(({ weight }) => weight > 0);
  const hosts = new Set(live.map((target) => targetHost(target, service, upstream.host_header ?? null)));
  const [only] = hosts;
  return hosts.size === 1 && only !== undefined ? only : null;
}

function targetHost(target: Target, { protocol }: Service, stated: string | null): string {
  const { host, port } = targetAddress(target);
  return targetHostHeader(protocol, stated ?? host, port);
}
