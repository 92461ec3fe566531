import t from 'tap';
import type { Route } from '../../src/entities/route.ts';
import { createRouter } from '../../src/router/create-router.ts';
import type { RouterFlavor, RouterRequest } from '../../src/router/router.ts';
import { route } from '../support/entities.ts';
import { routerRequest } from '../support/router-request.ts';

const ROUTES = 3000;
/** Trying all of them in turn takes a hundred times longer. */
const MAX_MICROSECONDS = 40;

/** Ways in which routes differ in one thing only, which must then be what finds them. */
const SHAPES: readonly (readonly [
  string,
  (n: number) => Partial<Route>,
  (n: number) => Partial<RouterRequest>,
  RouterFlavor?,
])[] = [
  ['hosts', (n) => ({ hosts: [`t${n}.org`] }), (n) => ({ host: `t${n}.org` })],
  [
    'ports of one host, and hosts',
    (n) => ({ hosts: [`t${n % 500}.org:${8000 + n}`] }),
    (n) => ({ host: `t${n % 500}.org:${8000 + n}` }),
  ],
  ['leading wildcards', (n) => ({ hosts: [`*.t${n}.org`] }), (n) => ({ host: `a.t${n}.org` })],
  ['final wildcards', (n) => ({ hosts: [`t${n}.*`] }), (n) => ({ host: `t${n}.com` })],
  [
    'nested paths',
    (n) => ({ paths: [`${'/a'.repeat((n % 50) + 1)}${n}`] }),
    (n) => ({ path: `${'/a'.repeat((n % 50) + 1)}${n}/x` }),
  ],
  [
    'paths of one host',
    (n) => ({ hosts: ['x.org'], paths: [`/p${n}/`] }),
    (n) => ({ host: 'x.org', path: `/p${n}/x` }),
  ],
  [
    'hosts and paths',
    (n) => ({ hosts: [`t${n % 70}.org`], paths: [`/p${Math.floor(n / 70)}/`] }),
    (n) => ({ host: `t${n % 70}.org`, path: `/p${Math.floor(n / 70)}/` }),
  ],
  [
    'a header',
    (n) => ({ paths: ['/a'], headers: { 'x-t': [`T${n}`] } }),
    (n) => ({ path: '/a', rawHeaders: ['X-T', `t${n}`] }),
  ],
  [
    'two headers',
    (n) => ({ headers: { 'x-t': [`${n % 70}`], 'x-u': [`${Math.floor(n / 70)}`] } }),
    (n) => ({ rawHeaders: ['X-T', `${n % 70}`, 'X-U', `${Math.floor(n / 70)}`] }),
  ],
  [
    'server names',
    (n) => ({ paths: ['/a'], snis: [`t${n}.org`] }),
    (n) => ({ scheme: 'https', path: '/a', sni: `t${n}.org` }),
  ],
  [
    'methods and paths',
    (n) => ({ methods: [n % 2 === 0 ? 'GET' : 'POST'], paths: [`/p${n >> 1}/`] }),
    (n) => ({ method: n % 2 === 0 ? 'GET' : 'POST', path: `/p${n >> 1}/` }),
  ],
  ['heads of regular expressions', (n) => ({ paths: [`~/p${n}/\\d+$`] }), (n) => ({ path: `/p${n}/12` })],
  ['texts in regular expressions', (n) => ({ paths: [`~/[^/]+/p${n}/\\d+$`] }), (n) => ({ path: `/x/p${n}/12` })],
  [
    'expressions',
    (n) => ({ expression: `http.path ^= "/p${n}/" && http.method == "GET"`, priority: n }),
    (n) => ({ path: `/p${n}/x` }),
    'expressions',
  ],
  [
    'hosts, in the traditional flavor',
    (n) => ({ hosts: [`t${n}.org`] }),
    (n) => ({ host: `t${n}.org` }),
    'traditional',
  ],
];

for (const [name, routeOf, requestOf, flavor = 'traditional_compatible'] of SHAPES) {
  t.test(`${ROUTES} routes that differ in ${name} are not tried one by one`, (t) => {
    const targets = Array.from({ length: ROUTES }, (_, n) => ({
      n,
      route: route(null, { paths: null, ...routeOf(n) }),
    }));
    const router = createRouter(targets, flavor);
    const requests = Array.from({ length: 1000 }, (_, index) => (index * 7919) % ROUTES).map((n) => ({
      n,
      request: routerRequest(requestOf(n)),
    }));
    const wrong = requests.filter(({ n, request }) => router.match(request)?.target.n !== n);
    t.strictSame(wrong, [], 'each request gets its route');
    const time = (): number => {
      const start = process.hrtime.bigint();
      for (const { request } of requests) router.match(request);
      return Number(process.hrtime.bigint() - start) / 1000 / requests.length;
    };
    const best = Math.min(...Array.from({ length: 5 }, time));
    t.ok(best < MAX_MICROSECONDS, `${best.toFixed(2)} µs a look-up`);
    t.end();
  });
}

t.test('routes with many values of every kind do not multiply without bound', (t) => {
  const values = (prefix: string): string[] => Array.from({ length: 60 }, (_, n) => `${prefix}${n + 10}`);
  const headers = { a: values('v'), b: values('v') };
  const fields = { hosts: values('h'), paths: values('/p'), headers };
  const targets = Array.from({ length: 100 }, () => ({ route: route(null, fields) }));
  const start = process.memoryUsage().heapUsed;
  const router = createRouter(targets, 'traditional_compatible');
  t.ok(process.memoryUsage().heapUsed - start < 300 * 2 ** 20, 'it stays below 300 MB');
  const found = router.match(routerRequest({ host: 'h17', path: '/p59', rawHeaders: ['A', 'v13', 'B', 'v14'] }));
  t.equal(
    found?.target.route.id,
    targets
      .map((target) => target.route.id)
      .sort()
      .at(-1),
    'and the first still wins',
  );
  t.end();
});
