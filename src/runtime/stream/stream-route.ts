import type { Protocol } from '../../entities/entity.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { Route } from '../../entities/route.ts';
import type { Service } from '../../entities/service.ts';
import type { Routable } from '../../router/router.ts';
import { isStreamRoute } from '../../router/stream-router.ts';
import type { RoutedUpstream } from '../upstream/service-upstream.ts';

/** Where the connections of a route go; decided once. */
export interface StreamTarget {
  readonly upstream: RoutedUpstream;
  /** How long a connection may be silent in both directions. */
  readonly idleTimeoutMs: number;
  /** Attempts to connect at most. */
  readonly tries: number;
}

/** A route for connections with everything they need. */
export interface StreamRoute extends Routable {
  readonly route: Route;
  readonly service: Service | null;
  /** `null` when the route has no service. */
  readonly target: StreamTarget | null;
  /** What becomes of a caller that speaks TLS on a TLS listener. */
  readonly withTls: 'terminate' | 'pass' | 'refuse';
  /** Whether a caller may come without TLS. */
  readonly takesPlain: boolean;
  /** Name or id, for logs. */
  readonly label: string;
}

/** Whether connections of a protocol are served; datagrams are not. */
export function isRunStream(protocol: Protocol): boolean {
  return protocol === 'tcp' || protocol === 'tls' || protocol === 'tls_passthrough';
}

/**
 * Prepares the routes for connections; those of disabled services are left out.
 * @param acquire the upstream of a service, called once for each
 */
export function compileStreamRoutes(
  { routes, services }: EntitySet,
  acquire: (service: Service) => RoutedUpstream,
): readonly StreamRoute[] {
  const byId = new Map(services.map((service) => [service.id, service]));
  const targets = new Map<Service, StreamTarget>();
  const compiled: StreamRoute[] = [];
  for (const route of routes) {
    if (!isStreamRoute(route) || !route.protocols.some(isRunStream)) continue;
    const service = byId.get(route.service?.id ?? '') ?? null;
    if (service?.enabled === false) continue;
    let target = service === null ? null : (targets.get(service) ?? null);
    if (service !== null && target === null) {
      target = streamTarget(service, acquire(service));
      targets.set(service, target);
    }
    compiled.push(streamRoute(route, service, target));
  }
  return compiled;
}

function streamRoute(route: Route, service: Service | null, target: StreamTarget | null): StreamRoute {
  const { protocols } = route;
  return {
    route,
    service,
    target,
    withTls: protocols.includes('tls') ? 'terminate' : protocols.includes('tls_passthrough') ? 'pass' : 'refuse',
    takesPlain: protocols.includes('tcp'),
    label: route.name ?? route.id,
  };
}

function streamTarget(service: Service, upstream: RoutedUpstream): StreamTarget {
  return {
    upstream,
    // nginx's `proxy_timeout` is one time for both directions; Kong gives it the greater of the two.
    idleTimeoutMs: Math.max(service.read_timeout, service.write_timeout),
    tries: service.retries + 1,
  };
}
