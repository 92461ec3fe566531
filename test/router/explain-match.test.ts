import fc from 'fast-check';
import t from 'tap';
import type { Route } from '../../src/entities/route.ts';
import { explainMatch, whyBefore } from '../../src/router/explain-match.ts';
import { createRouter } from '../../src/router/create-router.ts';
import { route } from '../support/entities.ts';
import { routerRequest } from '../support/router-request.ts';

const some = <Item>(items: readonly Item[]): fc.Arbitrary<Item[] | null> =>
  fc.option(fc.subarray([...items], { minLength: 1 }));

const anyRoute = fc
  .record({
    methods: some(['GET', 'POST']),
    hosts: some(['a.example', '*.example', 'a.*', 'b.example']),
    paths: some(['/', '/a', '/a/b', '~/a/\\d+$', '~/.*']),
    headers: fc.option(fc.constantFrom({ 'x-a': ['1'] }, { 'x-a': ['2'], 'x-b': ['1'] })),
    regex_priority: fc.integer({ min: -1, max: 1 }),
  })
  .map((fields): Route => route(null, fields));

const anyRequest = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  host: fc.constantFrom('a.example', 'c.example', 'a.test', 'a.example:8000', ''),
  path: fc.constantFrom('/', '/a', '/a/b', '/a/12', '/c'),
  rawHeaders: fc.constantFrom([], ['X-A', '1'], ['x-a', '2', 'X-B', '1']),
});

t.test('the first verdict without a failed condition is what the router chooses, whatever the routes', (t) => {
  fc.assert(
    fc.property(fc.array(anyRoute, { maxLength: 6 }), anyRequest, (routes, fields) => {
      const targets = routes.map((each) => ({ route: each }));
      const chosen = createRouter(targets, 'traditional_compatible').match(routerRequest(fields))?.target ?? null;
      const explained = explainMatch(targets, routerRequest(fields)).find(({ failed }) => failed.length === 0);
      return (explained?.target ?? null) === chosen;
    }),
    { seed: 7, numRuns: 2000 },
  );
  t.end();
});

t.test('every condition that fails is named', (t) => {
  const only = route(null, { methods: ['POST'], hosts: ['b.example'], headers: { 'x-a': ['1'] }, paths: ['/b'] });
  const [verdict] = explainMatch([{ route: only }], routerRequest({ path: '/a' }));
  t.strictSame(verdict?.failed, ['method', 'host', 'headers', 'path']);
  t.strictSame(verdict?.paths, ['/b']);
  t.end();
});

t.test('the reason for the order is the first criterion in which two routes differ', (t) => {
  const why = (first: Partial<Route>, second: Partial<Route>): string => {
    const [a, b] = [route(null, first), route(null, second)].map((each) =>
      explainMatch([{ route: each }], routerRequest({})),
    );
    const [one, other] = [a?.[0]?.rank, b?.[0]?.rank];
    return one === undefined || other === undefined ? '' : whyBefore(one, other);
  };
  t.equal(why({ paths: ['/a'], methods: ['GET'] }, { paths: ['/a'] }), 'it has 2 kinds of conditions, the other 1');
  t.equal(why({ hosts: ['a'] }, { hosts: ['*.a'] }), 'its hosts have no wildcard');
  t.equal(why({ paths: ['~/a'] }, { paths: ['/a'] }), 'regular expressions come before plain paths');
  t.equal(why({ paths: ['/a/b'] }, { paths: ['/a'] }), 'its path is longer');
  t.equal(why({ paths: ['/a'] }, { paths: ['/b'] }), 'they rank alike, and its id is greater');
  const headers = { 'x-a': ['1'], 'x-b': ['1'] };
  t.equal(why({ headers }, { headers: { 'x-a': ['1'] } }), 'it asks for 2 headers, the other for 1');
  const regex = { paths: ['~/a'] };
  t.equal(why({ ...regex, regex_priority: 2 }, regex), "its regex_priority is 2, the other's 0");
  t.end();
});
