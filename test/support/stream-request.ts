import type { Route } from '../../src/entities/route.ts';
import type { StreamRequest } from '../../src/router/stream-request.ts';
import { route } from './entities.ts';

/** A plain connection about which nothing is known, as far as `fields` do not say otherwise. */
export function streamRequest(fields: Partial<StreamRequest> = {}): StreamRequest {
  return {
    protocol: 'tcp',
    sni: null,
    sourceIp: null,
    sourcePort: null,
    destinationIp: null,
    destinationPort: null,
    ...fields,
  };
}

/** A route for connections: `fields` say which. */
export function streamRoute(fields: Partial<Route>): Route {
  return route(null, { protocols: ['tcp'], paths: null, strip_path: false, ...fields });
}
