import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import t from 'tap';
import { selfSignedPair } from '../support/certificates.ts';
import { type RunningGateway, runCases, runCli, spawnCli, startCli } from '../support/run-cli.ts';

/** A config with one route, `/name`, to an upstream. */
function config(name: string, upstream = 'http://127.0.0.1:9'): string {
  return `_format_version: "3.0"
services:
- name: ${name}
  url: ${upstream}
  routes:
  - name: ${name}
    paths: [/${name}]
`;
}

function fileWith(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'gw-start-')), 'kong.yml');
  writeFileSync(path, text);
  return path;
}

async function start(
  t: Tap,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningGateway> {
  const gateway = await startCli(args, { env });
  t.teardown(() => gateway.stop('SIGKILL'));
  return gateway;
}

type Tap = Pick<typeof t, 'teardown'>;

/** The status of a request through the proxy: 404 without a route, 502 when the route leads to a closed port. */
async function statusOf(gateway: RunningGateway, path: string): Promise<number> {
  const response = await fetch(`${gateway.proxyUrl}${path}`);
  await response.body?.cancel();
  return response.status;
}

/** An upstream that answers only when told to. */
async function holdingUpstream(t: Tap): Promise<{ url: string; next: () => Promise<ServerResponse> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: async () => ((await once(server, 'request')) as [unknown, ServerResponse])[1],
  };
}

t.test('ready: one JSON line with the addresses that a script needs', async (t) => {
  const gateway = await start(t, ['-c', fileWith(config('a'))]);
  t.equal(gateway.pid, gateway.process.pid);
  t.match(gateway.hash, /^[0-9a-f]{32}$/);
  t.equal(await statusOf(gateway, '/a'), 502);
  const status = (await (await fetch(`${gateway.adminUrl}/status`)).json()) as { configuration_hash: string };
  t.equal(status.configuration_hash, gateway.hash);
  t.equal((await gateway.stop()).code, 0);
});

t.test('without --ready-json people are told where things listen', async (t) => {
  const child = spawnCli([
    'start',
    '-c',
    fileWith(config('a')),
    '--proxy-listen',
    '127.0.0.1:0',
    '--admin-listen',
    'off',
  ]);
  t.teardown(() => child.kill('SIGKILL'));
  const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  t.match(text, /^gw \S+ runs .*kong\.yml\n {2}proxy {6}http:\/\/127\.0\.0\.1:\d+\n {2}admin API {2}off\n$/);
  child.kill('SIGINT');
  t.same(await once(child, 'exit'), [0, null]);
});

t.test('without a file it starts empty, and the Admin API brings a config', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-empty-'));
  const gateway = await startCli([], { cwd: folder });
  t.teardown(() => gateway.stop('SIGKILL'));
  t.equal(gateway.hash, '0'.repeat(32));
  t.equal(await statusOf(gateway, '/a'), 404);
  const posted = await fetch(`${gateway.adminUrl}/config`, {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: config('a'),
  });
  t.equal(posted.status, 201, await posted.text());
  t.equal(await statusOf(gateway, '/a'), 502);
});

t.test('exit code 1: a config with errors is refused with the findings of gw validate', async (t) => {
  const file = fileWith(`${config('a')}  retires: 3\n`);
  const [validated, started, dry] = await Promise.all([
    runCli(['validate', file]),
    runCli(['start', '-c', file, '--proxy-listen', '127.0.0.1:0', '--admin-listen', 'off']),
    runCli(['start', '-c', file, '--dry-run']),
  ]);
  t.same([validated.code, started.code, dry.code], [1, 1, 1]);
  t.equal(started.stderr, validated.stdout);
  t.equal(started.stdout, '');
  t.equal(dry.stdout, validated.stdout);
});

t.test('exit code 1 and one line: the port is taken', async (t) => {
  const other = createTcpServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const file = fileWith(config('a'));
  const cases = {
    proxy_listen: { args: ['--proxy-listen', taken, '--admin-listen', 'off'], flag: '--proxy-listen' },
    admin_listen: { args: ['--proxy-listen', '127.0.0.1:0', '--admin-listen', taken], flag: '--admin-listen' },
  };
  for (const { label, flag, result } of await runCases(['start', '-c', file, '--log-level', 'error'], cases)) {
    t.equal(result.code, 1, label);
    t.match(result.stderr, new RegExp(`^gw: cannot listen on ${taken}: the port is in use .*${flag}.*\\n$`), label);
  }
});

t.test('exit code 2: settings and files that cannot be used', async (t) => {
  const file = fileWith(config('a'));
  const cases: Record<string, { args: string[]; env?: Record<string, string>; says: RegExp }> = {
    'a missing file': { args: ['-c', '/nowhere/kong.yml'], says: /\/nowhere\/kong\.yml/ },
    'a database': { args: ['-c', file], env: { KONG_DATABASE: 'postgres' }, says: /gw has no database/ },
    'a key without certificate': {
      args: ['-c', file],
      env: { KONG_SSL_CERT_KEY: '/nowhere' },
      says: /there is no such file/,
    },
    'the PROXY protocol on the Admin API': {
      args: ['-c', file, '--admin-listen', '127.0.0.1:0 proxy_protocol'],
      says: /the Admin API takes no PROXY protocol/,
    },
    'an open Admin API': { args: ['-c', file, '--admin-listen', '0.0.0.0:0'], says: /GW_ADMIN_TOKEN/ },
    'a token file that is not there': {
      args: ['-c', file],
      env: { GW_ADMIN_TOKEN_FILE: '/nowhere' },
      says: /there is no such file/,
    },
  };
  const listen = ['start', '--proxy-listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'];
  for (const { label, says, result } of await runCases(listen, cases)) {
    t.equal(result.code, 2, `${label}: ${result.stderr}`);
    t.match(result.stderr, says, label);
    t.notMatch(result.stderr, /\n\s+at |bug in gw/, label);
  }
});

t.test('settings: kong.conf and variables are used, strange ones are mentioned', async (t) => {
  const conf = join(mkdtempSync(join(tmpdir(), 'gw-conf-')), 'x.conf');
  writeFileSync(conf, `declarative_config = ${fileWith(config('fromconf'))}\nmem_cache_size = 1m\nlog_level = crit\n`);
  const gateway = await start(t, ['-c', conf, '--admin-listen', 'off'], { KONG_PROXY_LISTE: '1', KONG_PG_HOST: 'x' });
  t.equal(await statusOf(gateway, '/fromconf'), 502);
  t.same(gateway.admin, []);
  t.same(gateway.stderr().split('\n'), [
    'gw: warning: unknown variable KONG_PROXY_LISTE: did you mean KONG_PROXY_LISTEN?',
    'gw: info: no effect in gw: KONG_PG_HOST',
    `gw: info: ${conf}: no effect in gw: mem_cache_size`,
    '',
  ]);
});

t.test('TLS: the certificate of the settings, or one made at start, on the proxy and on the Admin API', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-tls-'));
  const pair = selfSignedPair('gw.test');
  for (const kind of ['cert', 'key'] as const) writeFileSync(join(folder, kind), pair[kind]);
  const env = { KONG_SSL_CERT: join(folder, 'cert'), KONG_SSL_CERT_KEY: join(folder, 'key') };
  const listen = ['--proxy-listen', '127.0.0.1:0 ssl http2, 127.0.0.1:0', '--admin-listen', '127.0.0.1:0 ssl'];
  const gateway = await start(t, ['-c', fileWith(config('a')), ...listen], env);
  const [secure, clear] = gateway.proxy;
  t.match([secure?.url, clear?.url, gateway.adminUrl], [/^https:/, /^http:/, /^https:/]);
  const proxy = connect({ port: secure?.port ?? 0, host: '127.0.0.1', ca: pair.cert, servername: 'gw.test' });
  await once(proxy, 'secureConnect');
  t.equal(proxy.authorized, true);
  proxy.destroy();
  const admin = connect({ port: gateway.admin[0]?.port ?? 0, host: '127.0.0.1', rejectUnauthorized: false });
  await once(admin, 'secureConnect');
  t.equal(admin.getPeerCertificate().subject.CN, 'localhost');
  admin.write('GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of admin.setEncoding('utf8')) text += String(chunk);
  t.match(text, /^HTTP\/1\.1 200 /);
});

t.test('SIGHUP: a good file is taken, a bad one leaves the old config running and is shown', async (t) => {
  const file = fileWith(config('one'));
  const gateway = await start(t, ['-c', file]);
  writeFileSync(file, config('two'));
  process.kill(gateway.pid, 'SIGHUP');
  await gateway.logged('configuration applied');
  await eventually(async () => (await statusOf(gateway, '/two')) === 502);
  t.equal(await statusOf(gateway, '/one'), 404);

  writeFileSync(file, `${config('three')}  retires: 3\n`);
  process.kill(gateway.pid, 'SIGHUP');
  await gateway.logged('the old configuration stays in force');
  t.equal(await statusOf(gateway, '/two'), 502);
  t.equal(await statusOf(gateway, '/three'), 404);
  const status = (await (await fetch(`${gateway.adminUrl}/status`)).json()) as StatusBody;
  t.match(status.gw.config.last_failure?.diagnostics, [{ severity: 'error', range: { start: { line: 8 } } }]);
  t.equal(status.configuration_hash, status.gw.config.running.hash);
});

interface StatusBody {
  readonly configuration_hash: string;
  readonly gw: { config: { running: { hash: string }; last_failure: { diagnostics: unknown[] } | null } };
}

/** Signals and file events take their time; asks again at once until the answer is yes. */
async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isTrue())) if (Date.now() > deadline) throw new Error('it did not happen within 10 s');
}

t.test('--watch: a changed file is taken without being told', async (t) => {
  const file = fileWith(config('one'));
  const gateway = await start(t, ['-c', file, '--watch']);
  t.equal(await statusOf(gateway, '/two'), 404);
  writeFileSync(file, config('two'));
  await gateway.logged('reloading the configuration');
  await eventually(async () => (await statusOf(gateway, '/two')) === 502);
});

t.test('SIGTERM: a request under way gets its answer, new connections are refused, exit code 0', async (t) => {
  const upstream = await holdingUpstream(t);
  const gateway = await start(t, ['-c', fileWith(config('slow', upstream.url))]);
  const arrived = upstream.next();
  const answer = fetch(`${gateway.proxyUrl}/slow`);
  const held = await arrived;
  const end = gateway.stop('SIGTERM');
  await gateway.logged('stopping: requests under way may finish');
  await t.rejects(fetch(`${gateway.proxyUrl}/slow`), 'the listener is closed');
  held.end('done');
  t.equal(await (await answer).text(), 'done');
  t.equal((await end).code, 0);
});

t.test('SIGTERM: what does not end in time is cut off, exit code 143', async (t) => {
  const upstream = await holdingUpstream(t);
  const gateway = await start(t, ['-c', fileWith(config('slow', upstream.url))], { GW_DRAIN_TIMEOUT: '0.2' });
  const arrived = upstream.next();
  const answer = fetch(`${gateway.proxyUrl}/slow`);
  answer.catch(() => undefined);
  await arrived;
  t.equal((await gateway.stop('SIGTERM')).code, 143);
  await t.rejects(answer);
});

t.test('the second SIGINT ends at once, exit code 130', async (t) => {
  const upstream = await holdingUpstream(t);
  const gateway = await start(t, ['-c', fileWith(config('slow', upstream.url))]);
  const arrived = upstream.next();
  fetch(`${gateway.proxyUrl}/slow`).catch(() => undefined);
  await arrived;
  process.kill(gateway.pid, 'SIGINT');
  await gateway.logged('stopping: requests under way may finish');
  t.equal((await gateway.stop('SIGINT')).code, 130);
});
