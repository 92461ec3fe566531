import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { serviceClient, startIdp } from '../support/idp.ts';
import { runCases, runCli, startCli } from '../support/run-cli.ts';
import { startUpstream } from '../support/upstream.ts';

function configFile(issuer: string, upstream = 'http://127.0.0.1:9'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'gw-issuers-')), 'kong.yml');
  const text = `_format_version: "3.0"
services:
- name: orders
  url: ${upstream}
  routes:
  - name: orders
    paths: [/orders]
    strip_path: false
  plugins:
  - name: openid-connect
    config:
      issuer: ${issuer}
      auth_methods: [client_credentials]
      client_credentials_param_type: [header]
      scopes: [read]
`;
  writeFileSync(path, text);
  return path;
}

async function serve(t: Pick<Tap, 'teardown'>, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Tap = typeof t;

t.test('a running gateway, asked with its token: what it knows before and after the first request', async (t) => {
  const idp = await startIdp();
  t.teardown(() => idp.close());
  const upstream = await startUpstream();
  t.teardown(() => upstream.close());
  const env = { GW_ADMIN_TOKEN: 's3cret' };
  const gateway = await startCli(['-c', configFile(idp.issuer, `${upstream.url}/anything`)], { env });
  t.teardown(() => gateway.stop('SIGKILL'));

  const before = await runCli(['issuers', '--admin', gateway.adminUrl], { env });
  t.equal(before.code, 0, before.stderr);
  t.match(before.stdout, `${idp.issuer}\n`);
  t.match(before.stdout, /document age {2}not fetched yet/);
  t.match(before.stdout, /used by +openid-connect on service "orders" \(plugin [0-9a-f-]{36}\)/);

  const credential = Buffer.from(`${serviceClient.id}:${serviceClient.secret}`).toString('base64');
  const response = await fetch(`${gateway.proxyUrl}/orders`, { headers: { authorization: `Basic ${credential}` } });
  t.equal(response.status, 200, await response.text());

  const after = await runCli(['issuers', '--admin', gateway.adminUrl], { env });
  t.match(after.stdout, /token_endpoint +http:\/\/127\.0\.0\.1:\d+\/token/);
  t.match(after.stdout, /RSA +RS256/);
  t.match(after.stdout, /document age {2}\d+ s\n/);
  t.match(after.stdout, /next refresh {2}in \d+ min\n/);
  t.match(after.stdout, /key sets {6}http:\S+\/jwks {2}1 key, \d+ s ago\n/);
  t.match(after.stdout, /last error {4}none\n/);
  t.match(after.stdout, /clock {9}in step\n/);
  t.match(after.stdout, /asked {9}tokens 1, introspection 0, userinfo 0, documents 1, keys 1, failed 0\n/);
  t.match(after.stdout, /callers {7}hits 0, negative 0, misses 1, joined 0, stale 0\n/);

  const status = await fetch(`${gateway.adminUrl}/status`, { headers: { 'kong-admin-token': 's3cret' } });
  t.match(await status.json(), {
    gw: { plugins: { 'openid-connect': { issuers: [{ issuer: idp.issuer, counters: { token_calls: 1 } }] } } },
  });

  const json = await runCli(['issuers', '--admin', gateway.adminUrl, '--format', 'json'], { env });
  const answered = (await (
    await fetch(`${gateway.adminUrl}/openid-connect/issuers`, { headers: { 'kong-admin-token': 's3cret' } })
  ).json()) as Listing;
  const printed = JSON.parse(json.stdout) as Listing;
  // Ages move on between two requests; everything else is the same document.
  t.same(printed.data.map(withoutAge), answered.data.map(withoutAge));
  t.equal(printed.data[0]?.issuer, idp.issuer);
});

interface Listing {
  readonly data: { readonly issuer: string; readonly gw: Record<string, unknown> }[];
}

function withoutAge(row: Listing['data'][number]): unknown {
  return JSON.parse(JSON.stringify(row, (key, value: unknown) => (key === 'age_seconds' ? 0 : value))) as unknown;
}

t.test('a file: issuers and who uses them, without asking anybody', async (t) => {
  const result = await runCli(['issuers', '-c', configFile('http://127.0.0.1:9/realm')]);
  t.equal(result.code, 0, result.stderr);
  t.match(result.stdout, /^http:\/\/127\.0\.0\.1:9\/realm\n/);
  t.match(result.stdout, /document age {2}not fetched yet/);
  t.match(result.stdout, /used by +openid-connect on service "orders"/);
});

t.test('a file with --online: documents and keys are fetched; exit code 1 when one does not work', async (t) => {
  const idp = await startIdp();
  t.teardown(() => idp.close());
  const works = await runCli(['issuers', '-c', configFile(idp.issuer), '--online', '--format', 'json']);
  t.equal(works.code, 0, works.stderr);
  const { data } = JSON.parse(works.stdout) as { data: { configuration: { issuer: string }; keys: unknown[] }[] };
  t.equal(data[0]?.configuration.issuer, idp.issuer);
  t.equal(data[0]?.keys.length, 1);

  const fails = await runCli(['issuers', '-c', configFile('http://127.0.0.1:9/realm'), '--online']);
  t.equal(fails.code, 1, fails.stderr);
  t.match(fails.stderr, /^gw: .*127\.0\.0\.1:9/);
  t.match(fails.stdout, /last error {4}\S/);
});

t.test('exit code 1: a file with errors, with its findings', async (t) => {
  const result = await runCli(['issuers', '-c', configFile('not-a-url')]);
  t.equal(result.code, 1);
  t.match(result.stderr, /kong\.yml:12:/);
  t.equal(result.stdout, '');
});

t.test('exit code 2: wrong usage', async (t) => {
  const cases = {
    'no URL': { args: ['--admin', 'localhost:8001'] },
    'two sources': { args: ['-c', 'x.yml', '--admin', 'http://x'] },
  };
  for (const { label, result } of await runCases(['issuers'], cases)) {
    t.equal(result.code, 2, `${label}: ${result.stderr}`);
    t.notMatch(result.stderr, /\n\s+at |bug in gw/);
  }
});

t.test('exit code 3 and one line: no gateway there, or something else', async (t) => {
  const cases: Record<string, { args: string[]; says: RegExp }> = {
    'nothing listens': { args: ['--admin', 'http://127.0.0.1:9'], says: /connection refused; is gw running\?/ },
    'an HTML page': {
      args: ['--admin', await serve(t, (_request, response) => response.end('<html>'))],
      says: /is not an Admin API: its answer is not JSON/,
    },
    'a token is needed': {
      args: ['--admin', await serve(t, (_request, response) => response.writeHead(401).end())],
      says: /answered 401 .*GW_ADMIN_TOKEN/,
    },
    'a reset connection': {
      args: ['--admin', await serve(t, (request) => request.socket.destroy())],
      says: /no answer from/,
    },
  };
  for (const { label, says, result } of await runCases(['issuers'], cases)) {
    t.equal(result.code, 3, `${label}: ${result.stderr}`);
    t.match(result.stderr, says, label);
    t.equal(result.stderr.trim().split('\n').length, 1, label);
    t.equal(result.stdout, '', label);
  }
});
