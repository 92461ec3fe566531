import t from 'tap';
import { runCli } from '../support/run-cli.ts';

const config = `_format_version: "3.0"
services:
- name: orders
  url: http://orders.internal:8080/api
  plugins:
  - name: rate-limiting
    config: {minute: 5}
  - name: openid-connect
    config: {issuer: "https://id.example", auth_methods: [client_credentials], cache_tokens_salt: some-salt}
  routes:
  - name: exact
    paths: [/orders/v1, /o]
    methods: [GET]
    hosts: [api.example]
  - name: wide
    paths: [/orders/v1]
    preserve_host: true
  - name: by-number
    paths: ['~/orders/(?<id>\\d+)$']
    protocols: [https]
  - name: never
    paths: [/orders/7]
    protocols: [https]
- name: old
  host: old.internal
  enabled: false
  routes: [{name: gone, paths: [/gone]}]
consumers:
- username: bob
  plugins:
  - name: rate-limiting
    config: {minute: 50}
`;

function explain(cwd: string, ...args: readonly string[]): ReturnType<typeof runCli> {
  return runCli(['explain', ...args], { cwd });
}

t.test('gw explain tells route, upstream, plugins with their scopes and why others lost', async (t) => {
  const cwd = t.testdir({ 'kong.yml': config });
  const { code, stdout } = await explain(cwd, 'GET', 'http://api.example/orders/v1/x?y=1');
  t.equal(code, 0);
  t.equal(
    stdout,
    `GET http://api.example/orders/v1/x
  route     exact [/orders/v1]
  service   orders
  upstream  http://orders.internal:8080/api/x?y=1  (Host: orders.internal:8080)
  stripped  /orders/v1
  plugins   openid-connect (service "orders")
            rate-limiting (service "orders"; instead for consumer "bob"), not run by gw yet
  others    wide [/orders/v1]: it matches, but "exact" is tried first: it has 3 kinds of conditions, the other 1
            by-number [~/orders/(?<id>\\d+)$]: path does not match
            never [/orders/7]: path does not match
`,
  );
});

t.test('gw explain takes a path with the host in a header, and answers JSON for machines', async (t) => {
  const cwd = t.testdir({ 'other.yml': config });
  const args = ['-c', 'other.yml', 'post', '/orders/v1', '-H', 'Host: shop.example:8000', '--format', 'json'];
  const { code, stdout } = await explain(cwd, ...args);
  t.equal(code, 0);
  t.match(JSON.parse(stdout), {
    request: { method: 'POST', scheme: 'http', host: 'shop.example:8000', path: '/orders/v1' },
    route: { name: 'wide', paths: ['/orders/v1'] },
    service: { name: 'orders' },
    redirect: null,
    upstream: { url: 'http://orders.internal:8080/api', host: 'shop.example:8000' },
    prefix: '/orders/v1',
    captures: null,
    plugins: [
      { name: 'openid-connect', scope: 'service "orders"', isRun: true, forConsumers: [] },
      { name: 'rate-limiting', isRun: false, forConsumers: ['consumer "bob"'] },
    ],
  });
});

t.test('gw explain tells redirects to https and what a regular expression captured', async (t) => {
  const cwd = t.testdir({ 'kong.yml': config });
  const plain = await explain(cwd, 'GET', 'http://x.example/orders/12', '--format', 'json');
  t.match(JSON.parse(plain.stdout), { route: { name: 'by-number' }, redirect: 426, captures: { id: '12' } });
  const tls = await explain(cwd, 'GET', 'https://x.example/orders/12', '--format', 'json');
  t.equal((JSON.parse(tls.stdout) as { redirect: unknown }).redirect, null);
});

t.test('gw explain exits 1 when no route matches or the config has errors, 2 on wrong usage', async (t) => {
  const cwd = t.testdir({ 'kong.yml': config, 'bad.yml': config.replace('methods: [GET]', 'methods: [get]') });
  const none = await explain(cwd, 'GET', '/gone', '-H', 'Host: x');
  t.equal(none.code, 1);
  t.match(none.stdout, 'none: 404 "no Route matched with those values"');
  const bad = await explain(cwd, '-c', 'bad.yml', 'GET', '/');
  t.equal(bad.code, 1);
  t.match(bad.stderr, 'must be upper-case letters only');
  for (const [args, message] of [
    [['GET', 'orders'], /"orders" is neither a path nor an http\(s\) URL/],
    [['GET', '/', '-H', 'nonsense'], /"nonsense" is not a header/],
    [['GET', '/%zz'], /is no path a request can have: bad escape/],
  ] as const) {
    const wrong = await explain(cwd, ...args);
    t.equal(wrong.code, 2);
    t.match(wrong.stderr, message);
  }
});

t.test('gw routes lists routes in the order they are tried and marks those that get no request', async (t) => {
  const cwd = t.testdir({ 'kong.yml': config });
  const { code, stdout } = await runCli(['routes'], { cwd });
  t.equal(code, 0);
  t.equal(
    stdout,
    `route      hosts        paths                 methods  service  plugins
exact      api.example  /orders/v1            GET      orders   openid-connect, rate-limiting
exact      api.example  /o                    GET      orders   openid-connect, rate-limiting
by-number  *            ~/orders/(?<id>\\d+)$  *        orders   openid-connect, rate-limiting
wide       *            /orders/v1            *        orders   openid-connect, rate-limiting
never      *            /orders/7             *        orders   openid-connect, rate-limiting
gone       *            /gone                 *        old      rate-limiting
  never tried: its service is disabled
`,
  );
  const shadowed = `_format_version: "3.0"
services:
- name: a
  host: a.internal
  routes: [{name: first, paths: ['~/a']}, {name: second, paths: [/a/b]}]
`;
  const marked = await runCli(['routes', '-', '--format', 'json'], { cwd, stdin: shadowed });
  t.match(JSON.parse(marked.stdout), [
    { route: 'first', paths: ['~/a'], shadowedBy: [] },
    { route: 'second', paths: ['/a/b'], shadowedBy: ['first'], idle: null },
  ]);
});

t.test('a route of a disabled service shadows nothing, in gw routes as in gw lint', async (t) => {
  const config = `_format_version: "3.0"
services:
- {name: old, host: old.internal, enabled: false, routes: [{name: gone, paths: ['~/a']}]}
- {name: new, url: "https://new.internal", routes: [{name: live, paths: [/a/b]}]}
`;
  const cwd = t.testdir({ 'kong.yml': config });
  const { stdout } = await runCli(['routes', '--format', 'json'], { cwd });
  t.match(JSON.parse(stdout), [
    { route: 'live', shadowedBy: [], idle: null },
    { route: 'gone', idle: 'its service is disabled' },
  ]);
  t.notMatch((await runCli(['lint'], { cwd })).stdout, 'lint/unreachable-route');
});

t.test('gw explain takes the port of the listener for hosts that name one', async (t) => {
  const cwd = t.testdir({
    'kong.yml':
      '_format_version: "3.0"\nservices: [{name: a, host: a.internal, routes: [{name: r, hosts: ["x.example:8000"]}]}]\n',
  });
  t.equal((await explain(cwd, 'GET', '/', '-H', 'Host: x.example')).code, 1);
  t.equal((await explain(cwd, 'GET', '/', '-H', 'Host: x.example', '--port', '8000')).code, 0);
});
