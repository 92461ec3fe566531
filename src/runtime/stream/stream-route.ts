import type { Protocol } from '../../entities/entity.ts';
import type { Route } from '../../entities/route.ts';
import type { Service } from '../../entities/service.ts';
import type { Routable } from '../../router/router.ts';
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

/** Prepares a route for connections. @param upstream of its service, `null` without one */
export function compileStreamRoute(
  route: Route,
  service: Service | null,
  upstream: RoutedUpstream | null,
): StreamRoute {
  const { protocols } = route;
  return {
    route,
    service,
    target: service === null || upstream === null ? null : streamTarget(service, upstream),
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
