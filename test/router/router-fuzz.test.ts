import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { createRouter } from '../../src/router/create-router.ts';
import { SeededRandom } from '../support/random.ts';
import { randomRequest, randomRoutes } from '../support/random-routing.ts';
import { referenceMatch } from './reference-matcher.ts';

/** `ROUTER_FUZZ_RUNS=100000` for the whole proof; `ROUTER_FUZZ_SEED` for other routes. */
const RUNS = Number(process.env.ROUTER_FUZZ_RUNS ?? 4000);
const SEED = Number(process.env.ROUTER_FUZZ_SEED ?? 1);
const REQUESTS = 4;

t.test(`the router chooses as the rules say, read word by word, for ${RUNS} sets of routes`, (t) => {
  const random = new SeededRandom(SEED);
  let matched = 0;
  for (let run = 0; run < RUNS && t.passing(); run++) {
    const routes = randomRoutes(random);
    const router = createRouter(
      routes.map((route) => ({ route })),
      'traditional_compatible',
    );
    for (let number = 0; number < REQUESTS; number++) {
      const request = randomRequest(random);
      const expected = referenceMatch(routes, request);
      const match = router.match(request);
      const found = match === null ? null : [match.target.route.id, match.prefix, show(match.captures)];
      if (expected !== null) matched++;
      if (isDeepStrictEqual(found, expected)) continue;
      const involved = routes.filter(({ id }) => id === found?.[0] || id === expected?.[0]);
      t.strictSame(found, expected, `run ${run}`, { request, involved: JSON.stringify(involved) });
    }
  }
  t.ok(matched > RUNS, `${matched} of ${RUNS * REQUESTS} requests match a route`);
  t.end();
});

function show(captures: ReadonlyMap<string, string> | null): Readonly<Record<string, string>> | null {
  return captures === null ? null : Object.fromEntries(captures);
}
