import type { RouterRequest } from '../../src/router/router.ts';

/** `GET http://a.example/`, as far as `fields` do not say otherwise. */
export function routerRequest(fields: Partial<RouterRequest> = {}): RouterRequest {
  return {
    method: 'GET',
    scheme: 'http',
    host: 'a.example',
    port: 80,
    path: '/',
    query: '',
    rawHeaders: [],
    sni: null,
    sourceIp: null,
    sourcePort: null,
    destinationIp: null,
    ...fields,
  };
}
