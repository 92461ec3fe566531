import fc from 'fast-check';
import t from 'tap';
import type { Route } from '../../src/entities/route.ts';
import { type ComparablePart, comparableParts } from '../../src/router/comparable-part.ts';
import { createRouter } from '../../src/router/create-router.ts';
import { findInversions } from '../../src/router/kong-inversions.ts';
import { kongPriority } from '../../src/router/kong-priority.ts';
import { compareParts } from '../../src/router/rank-parts.ts';
import { overlaps } from '../../src/router/part-overlap.ts';
import { requestForBoth } from '../../src/router/request-for-both.ts';
import { route } from '../support/entities.ts';
import { routerRequest } from '../support/router-request.ts';

const some = <Value>(values: readonly Value[], max = 2): fc.Arbitrary<readonly Value[] | null> =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: max }), { freq: 2 });

const fields = fc.record({
  id: fc.uuid(),
  methods: some(['GET', 'POST']),
  hosts: some(['a.org', 'b.org', 'x.a.org', '*.org', '*.a.org', 'a.*']),
  paths: some(['/a', '/a/b', '/a/bc', '/', '~/a/\\d+$', '~/a/[a-z]', '~/a']),
  headers: fc.constantFrom(null, null, null, { v: ['1'] }, { v: ['1', '2'], w: ['1'] }),
  regex_priority: fc.constantFrom(0, 0, 1, 5),
});

const routes: fc.Arbitrary<readonly Route[]> = fc
  .array(fields, { minLength: 2, maxLength: 7 })
  .map((list) => list.map((each, index) => route(null, { ...each, name: `r${index}` })));

/** Whether Kong tries the second part before the first, which comes first by the documentation. */
function isInverted(first: ComparablePart, second: ComparablePart): boolean {
  if (first.route === second.route || compareParts(first, second) > 0 || !overlaps(first, second)) return false;
  const [documented, other] = [kongPriority(first.rank), kongPriority(second.rank)];
  return documented < other || (documented === other && first.identity.id < second.identity.id);
}

t.test('every route of a pair that Kong turns round is told of, and no other', async () => {
  fc.assert(
    fc.property(routes, (list) => {
      const parts = comparableParts(list, 'traditional_compatible');
      const found = findInversions(list, 'traditional_compatible');
      const told = new Set(found.flatMap(({ first, second }) => [first.route, second.route]));
      for (const { first, second } of found) if (!isInverted(first, second)) throw new Error('a pair that is none');
      for (const first of parts) {
        for (const second of parts) {
          if (!isInverted(first, second)) continue;
          if (!told.has(first.route) || !told.has(second.route)) throw new Error(JSON.stringify([first, second]));
        }
      }
    }),
    { numRuns: 3_000 },
  );
});

t.test('the example of a pair is a request that both match', async (t) => {
  let examples = 0;
  fc.assert(
    fc.property(routes, (list) => {
      for (const { first, second } of findInversions(list, 'traditional_compatible')) {
        const example = requestForBoth(first, second);
        const [, method = '', host = '', path = ''] = /^(\w+) ([^/]*)(.*)$/.exec(example ?? '') ?? [];
        if (example === null) continue;
        examples++;
        const request = routerRequest({ method, path, host });
        for (const part of [first, second]) {
          const alone = createRouter([{ route: part.route }], 'traditional_compatible');
          if (alone.match(request) === null) throw new Error(`${example}: ${JSON.stringify(part.route)}`);
        }
      }
    }),
    { numRuns: 2_000 },
  );
  t.ok(examples > 100, `${examples} examples`);
});

t.test('ten thousand routes of which half are turned round take less than seconds', async (t) => {
  const idOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const timed = (list: readonly Route[]): number => {
    const before = process.cpuUsage();
    const { length } = findInversions(list, 'traditional_compatible');
    const { user } = process.cpuUsage(before);
    t.comment(`${length} pairs in ${Math.round(user / 1000)} ms`);
    t.ok(user < 3_000_000, `${user} µs`);
    return length;
  };
  const routesOf = (hostMethods: readonly string[] | null): readonly Route[] =>
    Array.from({ length: 10_000 }, (_, index) => {
      const half = index >> 1;
      if (index % 2 === 0)
        return route(null, { id: idOf(index), hosts: [`h${half}.org`], paths: null, methods: hostMethods });
      return route(null, { id: idOf(index), methods: ['GET'], paths: [`/p/${half}`], headers: { v: [`${half}`] } });
    });
  t.ok(timed(routesOf(null)) >= 5_000, 'each route that Kong prefers is told of');
  t.equal(timed(routesOf(['POST'])), 0, 'none meets another');
});
