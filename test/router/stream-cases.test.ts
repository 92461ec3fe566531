import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Route, RouteEndpoint } from '../../src/entities/route.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import type { RouterFlavor } from '../../src/router/router.ts';
import { createStreamRouter } from '../../src/router/stream-router.ts';
import type { StreamRequest } from '../../src/router/stream-request.ts';
import { streamRequest, streamRoute } from '../support/stream-request.ts';

/** Facts about Kong's router; they lie beside the project and are no part of it. */
const CASES = join(packageRoot, '..', 'shared', 'cases', 'router.json');
const FLAVORS: readonly RouterFlavor[] = ['traditional_compatible', 'traditional', 'expressions'];

interface StreamCase {
  readonly name: string;
  readonly flavors: readonly RouterFlavor[];
  readonly subsystem?: string;
  readonly routes: readonly (Partial<Route> & { readonly sources?: readonly Partial<RouteEndpoint>[] })[];
  readonly request: {
    readonly scheme?: string;
    readonly src_ip?: string;
    readonly src_port?: number;
    readonly dst_ip?: string;
    readonly dst_port?: number;
    readonly sni?: string;
  };
  readonly expect: { readonly route: number | null };
}

if (!existsSync(CASES)) {
  console.error(
    'SKIPPED: router cases are not here (../shared/cases/router.json); stream routes are not checked by them',
  );
} else {
  const all = JSON.parse(readFileSync(CASES, 'utf8')) as StreamCase[];
  // Some cases of Kong's stream chapter are about requests over plain http.
  const ours = all.filter((one) => one.subsystem === 'stream' && one.request.scheme !== 'http');
  for (const flavor of FLAVORS) {
    const cases = ours.filter((one) => one.flavors.includes(flavor));
    void t.test(`${flavor}: ${cases.length} cases of connections`, async (t) => {
      t.ok(cases.length > 5, 'there are cases');
      for (const one of cases) t.equal(routeOf(one, flavor), one.expect.route, one.name);
    });
  }
}

function routeOf({ routes, request }: StreamCase, flavor: RouterFlavor): number | null {
  const targets = routes.map((fields, index) => ({
    index,
    route: streamRoute(withEndpoints({ ...fields, service: null })),
  }));
  const match = createStreamRouter(targets, flavor).match(
    streamRequest({
      protocol: (request.scheme ?? 'tcp') as StreamRequest['protocol'],
      sni: request.sni ?? null,
      sourceIp: request.src_ip ?? null,
      sourcePort: request.src_port ?? null,
      destinationIp: request.dst_ip ?? null,
      destinationPort: request.dst_port ?? null,
    }),
  );
  return match?.target.index ?? null;
}

/** As a checked config has them: what an endpoint does not name is `null`. */
function withEndpoints(fields: Partial<Route>): Partial<Route> {
  const filled = (list: readonly Partial<RouteEndpoint>[] | null | undefined): readonly RouteEndpoint[] | null =>
    list?.map(({ ip = null, port = null }) => ({ ip, port })) ?? null;
  return { ...fields, sources: filled(fields.sources), destinations: filled(fields.destinations) };
}
