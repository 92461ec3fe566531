import t from 'tap';
import type { Route } from '../../src/entities/route.ts';
import { explainMatch, whyBefore } from '../../src/router/explain-match.ts';
import { createRouter } from '../../src/router/create-router.ts';
import { route } from '../support/entities.ts';
import { SeededRandom } from '../support/random.ts';
import { randomRequest, randomRoutes } from '../support/random-routing.ts';
import { routerRequest } from '../support/router-request.ts';

for (const flavor of ['traditional_compatible', 'traditional', 'expressions'] as const) {
  t.test(
    `${flavor}: the first verdict without a failed condition is what the router chooses, whatever the routes`,
    (t) => {
      const random = new SeededRandom(7);
      let matched = 0;
      for (let run = 0; run < 600 && t.passing(); run++) {
        const routes = randomRoutes(random).map((one) =>
          flavor === 'expressions' ? sometimesExpression(random, one) : one,
        );
        const targets = routes.map((each) => ({ route: each }));
        const router = createRouter(targets, flavor);
        for (let number = 0; number < 3; number++) {
          const request = randomRequest(random);
          const chosen = router.match(request)?.target ?? null;
          const explained =
            explainMatch(targets, request, flavor).find(({ failed }) => failed.length === 0)?.target ?? null;
          if (chosen !== null) matched++;
          if (chosen !== explained) t.equal(explained?.route.id, chosen?.route.id, `run ${run}`, { request, routes });
        }
      }
      t.ok(matched > 400, `${matched} requests match a route`);
      t.end();
    },
  );
}

function sometimesExpression(random: SeededRandom, one: Route): Route {
  if (random.below(2) === 0) return one;
  const expression = random.pick([
    'http.path ^= "/a"',
    'http.path ^= "/a/" && http.host == "x.org"',
    'http.method == "GET" || http.path == "/b"',
    '!(http.path ^= "/a") && http.headers.x_a == "1"',
    'http.path ~ r#"^/a/(\\d+)"# && (http.host == "a.x.org" || http.host == "b.x.org")',
    'net.protocol == "https" && tls.sni =^ ".x.org"',
    'http.path.segments.0 == "b"',
  ]);
  const protocols = random.pick([['http'], ['https'], ['http', 'https']] as const);
  return { ...one, expression, protocols, priority: random.below(3) };
}

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
