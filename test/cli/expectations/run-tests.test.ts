import { join } from 'node:path';
import t, { type Test } from 'tap';
import { formatJunit } from '../../../src/cli/formats/junit.ts';
import { formatStylish } from '../../../src/cli/formats/stylish.ts';
import { runTestFiles, type TestOptions } from '../../../src/cli/expectations/run-tests.ts';
import { type Report, testOutcomes } from '../../../src/cli/report.ts';

const config = `_format_version: "3.0"
services:
- name: orders
  url: http://orders.internal:8080/api
  plugins:
  - {name: openid-connect, config: {issuer: "https://id.example"}}
  routes:
  - {name: by-id, paths: ['~/orders/(?<id>\\d+)$'], methods: [GET]}
  - {name: secure, paths: [/secure], protocols: [https], https_redirect_status_code: 301}
- {name: pooled, host: pool, routes: [{name: pooled-route, paths: [/pool], preserve_host: true}]}
- {name: db, protocol: tcp, host: db.internal, port: 5432, routes: [{name: pg, protocols: [tcp], destinations: [{port: 5432}]}]}
- {name: old, host: old.internal, enabled: false, routes: [{name: gone, paths: [/gone]}]}
upstreams:
- {name: pool, targets: [{target: "10.0.0.1:80"}, {target: "10.0.0.2:80", weight: 0}]}
routes:
- {name: nowhere, paths: [/nowhere]}
plugins:
- {name: rate-limiting, config: {minute: 5}}
`;

const defaults: TestOptions = { configs: [], routerFlavor: null, env: false, allowPlugins: [], coverage: null };

/** Runs tests beside the config. */
async function run(t: Test, tests: string, options: Partial<TestOptions> = {}, files = {}): Promise<Report> {
  const folder = t.testdir({ 'kong.yml': config, 'kong.test.yml': tests, ...files });
  return await runTestFiles([join(folder, 'kong.test.yml')], { ...defaults, ...options });
}

/** Findings, as line:column code message. */
function told({ diagnostics }: Report): readonly string[] {
  return diagnostics.map(({ range: { start }, code, message, hint }) => {
    return `${start.line}:${start.column} ${code} ${message}${hint === undefined ? '' : `; ${hint}`}`;
  });
}

t.test('expectations of every kind are met', async (t) => {
  const report = await run(
    t,
    `tests:
- name: an order
  request: GET http://api.example/orders/7?x=1
  expect:
    route: by-id
    service: orders
    upstream_url: http://orders.internal:8080/api?x=1
    upstream_host: orders.internal:8080
    prefix: /orders/7
    captures: {id: 7, "0": /orders/7}
    status: null
    redirect: null
    plugins: [openid-connect, {name: rate-limiting, scope: global}]
    plugins_include: [{name: openid-connect, scope: service}, {name: openid-connect, scope: service "orders"}]
    plugins_exclude: [cors, {name: openid-connect, scope: route}]
- {request: "http://api.example/orders/7", expect: {upstream_url: /api}}
- {request: "POST http://api.example/orders/7", expect: {route: null, service: null, status: 404, plugins: [rate-limiting]}}
- {request: "http://A.example:80/secure/x?y", expect: {route: secure, status: 301, redirect: "https://a.example/secure/x?y"}}
- {request: "https://a.example/secure", expect: {status: null, captures: null, upstream_url: "HTTP://orders.internal:8080/api"}}
- {request: "http://a.example/nowhere", expect: {status: 503, upstream_url: null}}
- {request: "http://a.example/%zz", expect: {status: 400, route: null}}
- {request: "http://a.example/pool/x", expect: {upstream_url: "http://pool/x", upstream_host: a.example}}
- {request: "tcp://10.0.0.1:5432", expect: {route: pg, upstream_url: "tcp://db.internal:5432", status: null}}
- {request: "tcp://10.0.0.1:1", expect: {route: null, status: null}}
`,
  );
  t.strictSame(told(report), []);
  t.equal(testOutcomes(report).filter(({ status }) => status === 'passed').length, 10);
});

t.test('each expectation that is not met is reported at its place, with what came instead', async (t) => {
  const report = await run(
    t,
    `tests:
- request: http://api.example/orders/7
  expect:
    service: pooled
    upstream_url: http://orders.internal:8080/api/7
    upstream_host: api.example
    prefix: null
    captures: {id: 8, idd: 7}
    status: 404
    redirect: /x
    plugins: [rate-limiting]
    plugins_include:
    - openid-conect
    - {name: rate-limiting, scope: service}
    plugins_exclude: [rate-limiting]
- {request: "http://api.example/orders/7", expect: {captures: null, upstream_url: /api/7}}
- {request: "http://a.example/secure", expect: {status: null}}
`,
  );
  t.strictSame(told(report), [
    '4:14 test/service expected service "pooled", not "orders"',
    '5:19 test/upstream-url expected upstream URL "http://orders.internal:8080/api/7", not "http://orders.internal:8080/api"',
    '6:20 test/upstream-host expected Host header "api.example", not "orders.internal:8080"',
    '7:13 test/prefix expected prefix none, not "/orders/7"',
    '8:20 test/captures expected group "id" to be "8", not "7"',
    '8:28 test/captures expected group "idd" to be "7", not none; did you mean "id"?',
    '9:13 test/status expected status 404, but the request goes to "http://orders.internal:8080/api"',
    '10:15 test/redirect expected redirect "/x", not none',
    '11:14 test/plugins expected plugins rate-limiting, not openid-connect, rate-limiting',
    '13:7 test/plugins plugin "openid-conect" does not run; did you mean "openid-connect"?',
    '14:7 test/plugins expected plugin "rate-limiting" with the config of service, not its global config',
    '15:23 test/plugins plugin "rate-limiting" runs, with its global config',
    '16:63 test/captures expected no captures, but there are groups "0", "1", "id"',
    '16:83 test/upstream-url expected upstream path "/api/7", not "/api"',
    '17:57 test/status expected the request to be proxied, but the gateway answers 301 to "https://a.example/secure"',
  ]);
});

t.test('another route than expected comes with the reason, and without what follows from it', async (t) => {
  const report = await run(
    t,
    `tests:
- {request: "POST http://a.example/orders/7", expect: {route: by-id, service: orders, status: null}}
- {request: "http://a.example/pool", expect: {route: null}}
- {request: "http://a.example/gone", expect: {route: gone}}
- {request: "http://a.example/%zz", expect: {route: by-id}}
- {request: "http://a.example/", expect: {route: by-ids, service: odrers}}
- {request: "tcp://10.0.0.1:1", expect: {route: pg}}
`,
  );
  t.strictSame(told(report), [
    '2:63 test/route expected route "by-id", but no route matches; "by-id": method does not match',
    '3:54 test/route expected no route, but "pooled-route" takes the request',
    '4:54 test/route expected route "gone", but no route matches; "gone": its service is disabled',
    '5:53 test/route expected route "by-id", but the path is refused (400)',
    '6:50 test/unknown-name the config has no route "by-ids"; did you mean "by-id"?',
    '6:67 test/unknown-name the config has no service "odrers"; did you mean "orders"?',
    '7:49 test/route expected route "pg", but no route matches; "pg": destination does not match',
  ]);
});

t.test('mistakes in a test file have a place and a fix, and the other tests are run', async (t) => {
  const report = await run(
    t,
    `test: x
tests:
- {name: a, request: {mehtod: GET, url: /}, expect: {rout: by-id}}
- {request: {url: "http://a.example/", dst_port: 70000}, expect: {}}
- {request: {url: /, src_ip: 10.0.0.300}, expect: {status: 404}}
- {request: /}
- {request: "http://a.example/pool", expect: {status: 404}}
`,
  );
  t.strictSame(told(report), [
    '1:1 test/unknown-key unknown key "test"; did you mean "tests"?',
    '3:23 test/unknown-key unknown key "mehtod" in "request"; did you mean "method"?',
    '3:54 test/unknown-key unknown key "rout" in "expect"; did you mean "route"?',
    '4:50 test/file "dst_port" must be between 0 and 65535, not the number 70000',
    '4:66 test/file "expect" must not be empty',
    '5:30 test/request "src_ip" must be an IP address, not "10.0.0.300"',
    '6:4 test/file "expect" is missing',
    '7:55 test/status expected status 404, but the request goes to "http://pool:80/"',
  ]);
  t.strictSame(
    testOutcomes(report).map(({ test, status }) => `${test.name}: ${status}`),
    ['a: failed', 'GET http://a.example/: failed', 'GET /: failed', '/: failed', 'http://a.example/pool: failed'],
  );
  for (const [text, message] of [
    ['', '1:1 test/file expected a map with "tests"; start with: tests:'],
    ['- a\n', '1:1 test/file expected a map with "tests"; start with: tests:'],
    ['tests: []\n', '1:8 test/file "tests" must not be empty'],
    ['tests: [{request: /, expect: {route: a]}\n', /^1:\d+ yaml\/syntax /],
  ] as const) {
    t.match(told(await run(t, text))[0], message, JSON.stringify(text));
  }
});

t.test('a config with errors is reported, and its tests are not run', async (t) => {
  const tests = 'tests:\n- {name: first, request: /, expect: {route: null}}\n';
  const report = await run(t, tests, {}, { 'kong.yml': config.replace('methods', 'mehtods') });
  t.match(report.diagnostics, [{ code: 'schema/unknown-key', file: /kong\.yml$/, range: { start: { line: 8 } } }]);
  t.equal(testOutcomes(report)[0]?.status, 'skipped');
  t.match(formatStylish(report, { color: false }), /✖ 1 of 1 test not run: the config has errors$/);
  t.match(
    formatJunit(report, { root: '/', failing: new Set(['error']) }),
    '<skipped message="the config has errors"/>',
  );
});

t.test('a file may name its configs and its router flavor', async (t) => {
  const tests = `config: [services.yml, parts/]
router_flavor: expressions
tests:
- {request: "http://a.example/x/1", expect: {route: by-expression}}
`;
  const report = await run(
    t,
    tests,
    {},
    {
      'services.yml': '_format_version: "3.0"\nservices: [{name: a, url: "http://a.internal"}]\n',
      parts: {
        'routes.yml': `routes: [{name: by-expression, service: {name: a}, expression: 'http.path ^= "/x"'}]\n`,
        'other.test.yml': 'tests: []\n',
      },
    },
  );
  t.strictSame(told(report), []);
});

t.test('routes that no test reaches are named where they stand', async (t) => {
  const tests = `tests:
- {request: "http://a.example/orders/1", expect: {route: by-id}}
- {request: "http://a.example/pool", expect: {status: null}}
`;
  const report = await run(t, tests, { coverage: 'warning' });
  t.strictSame(told(report), [
    '9:12 test/uncovered no test reaches route "secure"; add a test with a request that it takes',
    '11:76 test/uncovered no test reaches route "pg"; add a test with a request that it takes',
    '16:10 test/uncovered no test reaches route "nowhere"; add a test with a request that it takes',
  ]);
  t.match(formatStylish(report, { color: false }), /✔ 2 tests passed; 2 of 5 routes reached$/);
  const strict = await run(t, tests, { coverage: 'error' });
  t.equal(strict.diagnostics[0]?.severity, 'error');
});

t.test('credentials in test files are in no code frame', async (t) => {
  const report = await run(
    t,
    `tests:
- request: {url: "http://a.example/", headers: {Authorization: Bearer s3cr3t, X-Api-Key: [s3cr3t], cookie: a=s3cr3t}}
  expect: {route: by-id}
`,
  );
  const text = formatStylish(report, { color: false });
  t.match(text, 'Authorization: •••');
  t.notMatch(text, 's3cr3t');
});

t.test('JUnit has one test case per test, those that passed included', async (t) => {
  const report = await run(
    t,
    `tests:
- {name: one & only, request: "http://a.example/pool", expect: {route: pooled-route}}
- {name: broken, request: "http://a.example/pool", expect: {prefix: /x, upstream_host: b.example}}
`,
  );
  const xml = formatJunit(report, { root: '/', failing: new Set(['error']) });
  t.match(xml, /<testsuites name="gw" tests="2" failures="1" errors="0">/);
  t.match(xml, /<testcase name="one &amp; only" classname="[^"]*kong\.test\.yml"\/>/);
  t.match(xml, /<testcase name="broken"[^>]*>\s*<failure message="expected prefix [^"]*; expected Host header [^"]*"/);
});
