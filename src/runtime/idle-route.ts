import type { Route } from '../entities/route.ts';
import type { Service } from '../entities/service.ts';
import { isStreamRoute } from '../router/stream-router.ts';
import { isRunStream } from './stream/stream-route.ts';
import { UpstreamRegistry } from './upstream/upstream-registry.ts';

/** Why a route is in no router: its service is disabled, or gw does not run its protocol; `null` if it is. */
export function whyIdle(route: Route, service: Service | null): string | null {
  if (service !== null && !service.enabled) return 'its service is disabled';
  if (isStreamRoute(route)) return route.protocols.some(isRunStream) ? null : 'gw does not run udp yet';
  return service === null || UpstreamRegistry.supports(service)
    ? null
    : `gw does not run ${service.protocol} services for requests`;
}
