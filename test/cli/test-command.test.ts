import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-info.ts';
import { runCli } from '../support/run-cli.ts';

const config = `_format_version: "3.0"
services:
- name: orders
  url: http://orders.internal:8080
  routes:
  - {name: orders, paths: [/orders]}
  - {name: quiet, paths: [/quiet]}
`;
const passing = `tests:
- {name: orders reach the service, request: "GET http://a.example/orders/1", expect: {route: orders, upstream_url: /1}}
`;
const failing = passing.replace('route: orders', 'route: quiet');

t.test('gw test runs ./kong.test.yml on the config beside it', async (t) => {
  const cwd = t.testdir({ 'kong.yml': config, 'kong.test.yml': passing });
  const { code, stdout, stderr } = await runCli(['test'], { cwd });
  t.strictSame({ code, stdout, stderr }, { code: 0, stdout: '✔ 1 test passed\n', stderr: '' });
  t.equal((await runCli(['test', '-q'], { cwd })).stdout, '');
});

t.test('gw test exits 1 when a test fails, and shows where and why', async (t) => {
  const cwd = t.testdir({ 'kong.yml': config, 'kong.test.yml': failing });
  const { code, stdout } = await runCli(['test'], { cwd });
  t.equal(code, 1);
  t.match(
    stdout,
    'expected route "quiet", but "orders" takes the request (test "orders reach the service")  test/route',
  );
  t.match(stdout, '→ "quiet": path does not match');
  t.match(stdout, '✖ 1 of 1 test failed');
});

t.test('gw test speaks every format, several at once', async (t) => {
  const cwd = t.testdir({ 'kong.yml': config, 'kong.test.yml': failing });
  const files = ['json', 'sarif', 'github', 'gitlab', 'junit', 'unix'].map((name) => [
    '--format',
    `${name}=gw.${name}`,
  ]);
  const { code, stderr } = await runCli(['test', '--coverage', ...files.flat()], { cwd });
  t.equal(code, 1, stderr);
  const read = (name: string): string => readFileSync(join(cwd, `gw.${name}`), 'utf8');
  const json = JSON.parse(read('json')) as Record<string, unknown>;
  t.match(json, {
    summary: { errors: 1, tests: { total: 1, passed: 0, failed: 1, skipped: 0 }, coverage: { routes: 2, reached: 1 } },
    tests: [{ name: 'orders reach the service', status: 'failed', file: 'kong.test.yml', line: 2, column: 3 }],
    findings: [
      { code: 'test/route', entity: { kind: 'test', name: 'orders reach the service' }, file: 'kong.test.yml' },
      { code: 'test/uncovered', severity: 'warning', file: 'kong.yml', entity: { kind: 'route', name: 'quiet' } },
    ],
  });
  const schema = JSON.parse(readFileSync(join(packageRoot, 'schemas/findings.schema.json'), 'utf8')) as object;
  const validate = new Ajv2020({ strict: false }).compile(schema);
  t.ok(validate(json), JSON.stringify(validate.errors));
  t.match(read('sarif'), '"ruleId": "test/route"');
  t.match(read('github'), /^::error file=kong\.test\.yml,line=2,/);
  t.match(read('gitlab'), '"check_name": "test/route"');
  t.match(read('junit'), '<testcase name="orders reach the service"');
  t.match(read('unix'), /^kong\.test\.yml:2:\d+: error: expected route "quiet"/);
});

t.test('gw test takes folders, and leaves test files out of configs', async (t) => {
  const cwd = t.testdir({ gateway: { 'kong.yml': config, 'kong.test.yml': passing, 'other.test.yml': passing } });
  const { code, stdout } = await runCli(['test', 'gateway/'], { cwd });
  t.strictSame({ code, stdout }, { code: 0, stdout: '✔ 2 tests passed\n' });
  t.match((await runCli(['validate', 'gateway/'], { cwd })).stdout, '✔ gateway/kong.yml: 1 service');
});

t.test('gw test takes another config, stdin, a stricter coverage and other severities', async (t) => {
  const cwd = t.testdir({ 'kong.yml': config, 'prod.yml': config.replace('/orders]', '/bestellungen]') });
  const other = await runCli(['test', '-', '-c', 'prod.yml', '--format', 'unix'], { cwd, stdin: passing });
  t.equal(other.code, 1);
  t.match(other.stdout, /^<stdin>:2:\d+: error: expected route "orders", but no route matches/);
  const strict = await runCli(['test', '-', '--fail-on-uncovered'], { cwd, stdin: passing });
  t.equal(strict.code, 1);
  t.match(strict.stdout, '✖ 1 test passed; 1 of 2 routes reached');
  const soft = await runCli(['test', '-', '--severity', 'test/route=warning'], { cwd, stdin: failing });
  t.equal(soft.code, 0);
});

t.test('a comment in the config excuses a route from tests, and means nothing to gw validate', async (t) => {
  const excused = config.replace('  - {name: quiet', '  # gw-ignore test/uncovered\n  - {name: quiet');
  const cwd = t.testdir({ 'kong.yml': excused, 'kong.test.yml': passing });
  const { code, stdout } = await runCli(['test', '--fail-on-uncovered'], { cwd });
  t.strictSame({ code, stdout }, { code: 0, stdout: '✔ 1 test passed; 1 of 2 routes reached\n' });
  t.equal((await runCli(['validate', '--fail-on', 'warning'], { cwd })).code, 0);
  t.equal((await runCli(['lint'], { cwd })).stdout.includes('ignore/'), false);
});

t.test('gw test exits 2 for what cannot be read', async (t) => {
  const cwd = t.testdir({ empty: {}, 'lonely.test.yml': passing, 'named.test.yml': `config: no.yml\n${passing}` });
  for (const [args, message] of [
    [['empty'], '"empty" is a folder without NAME.test.yml files'],
    [['no.test.yml'], 'cannot read "no.test.yml": no such file'],
    [['lonely.test.yml'], '"lonely.test.yml" has no config beside it, such as "lonely.yml"'],
    [['named.test.yml'], 'cannot read "no.yml": no such file'],
    [['--router-flavor', 'old'], 'Allowed choices are traditional_compatible, traditional, expressions'],
  ] as const) {
    const { code, stderr } = await runCli(['test', ...args], { cwd });
    t.equal(code, 2, args.join(' '));
    t.match(stderr, message);
  }
});
