import type { Gateway } from '../../runtime/gateway.ts';
import { type Endpoint, notFound } from '../endpoint.ts';

/**
 * Endpoints of gw's own that let an operator look into the caches: `/caches` has the counters of each, `/caches/{name}`
 * the ages of its entries. Keys are digests already, and values are never shown.
 */
export function cacheEndpoints(gateway: Gateway): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/caches',
      handle: () => {
        const data = Object.entries(gateway.cacheStats()).map(([name, stats]) => ({ name, ...stats }));
        return { status: 200, body: { data, next: null } };
      },
    },
    {
      method: 'GET',
      path: '/caches/:name',
      handle: ({ params }) => {
        const data = gateway.cacheEntries(params.name ?? '');
        if (data === null) throw notFound();
        return { status: 200, body: { data, next: null } };
      },
    },
  ];
}
