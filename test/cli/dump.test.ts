import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { inspectConfig } from '../../src/config/load-config.ts';
import { renderConfig } from '../../src/config/render/render-config.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { selfSignedPair } from '../support/certificates.ts';
import { issueCertificate } from '../support/issued-certificate.ts';
import { runCases, runCli, startCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-dump-'));
const pair = selfSignedPair('a.test');
const indented = (pem: string): string => pem.trim().replaceAll('\n', '\n    ');

/** Nested and flat, names and ids, two scopes, secrets and references to them. */
const text = `_format_version: "3.0"
services:
- name: orders
  url: http://127.0.0.1:9/base
  tags: [team, b]
  routes:
  - name: by-name
    paths: [/one]
    plugins:
    - name: cors
  - paths: [/two]
    tags: [team]
    plugins:
    - name: acl
      config: {allow: [x]}
- url: https://127.0.0.1:9
  plugins:
  - name: openid-connect
    config:
      issuer: http://127.0.0.1:9/realms/a
      client_id: [me]
      client_secret: [hush-hush]
      auth_methods: [client_credentials]
      client_credentials_param_type: [header]
consumers:
- username: bob
  custom_id: "42"
  acls: [{group: x}]
  groups: [{name: gold}]
plugins:
- name: rate-limiting
  consumer: bob
  service: orders
  config: {minute: 5, redis_port: 1234}
consumer_groups:
- name: gold
upstreams:
- name: u
  healthchecks: {active: {healthy: {interval: 5}}}
  targets: [{target: "127.0.0.1:80"}, {target: "127.0.0.2:80", weight: 5}]
certificates:
- cert: |
    ${indented(pair.cert)}
  key: |
    ${indented(pair.key)}
  snis: [{name: a.test}]
`;

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What a config amounts to, names in place of ids, without times: a file that says neither makes them anew. */
function meaning(config: string): unknown {
  const inspection = inspectConfig([{ name: 'x', text: config }], { catalog: pluginCatalog, now: 0 });
  const shown = renderConfig(inspection, { flat: true, catalog: pluginCatalog, show: ({ fields }) => fields });
  return JSON.parse(
    JSON.stringify(shown, (key, value: unknown) => {
      if (key === 'id') return null;
      return Array.isArray(value) ? [...(value as unknown[])].sort(byText) : value;
    }),
  );
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

t.test('what is written runs, and means what the gateway ran', async (t) => {
  const gateway = await startCli(['-c', write('kong.yml', text), '--admin-writes', 'memory']);
  t.teardown(() => gateway.stop('SIGKILL'));
  const { code, stdout, stderr } = await runCli(['dump', '--admin', gateway.adminUrl]);
  t.equal(code, 0, stderr);
  t.equal(stderr, '');
  t.same(meaning(stdout), meaning(text));

  const config = parse(stdout) as { services: { name: string; routes: unknown[]; retries?: number }[] };
  t.match(config.services.find(({ name }) => name === 'orders')?.routes.length, 2, 'children stand inside');
  t.notMatch(stdout, /retries|created_at|\bid:|redis_port/, 'no defaults, times, ids nor fields of older versions');
  t.match(stdout, /port: 1234/);

  const file = join(folder, 'dumped.yml');
  t.equal((await runCli(['dump', '--admin', gateway.adminUrl, '-o', file])).code, 0);
  t.equal(readFileSync(file, 'utf8'), stdout);
  t.equal(statSync(file).mode & 0o077, 0, 'nobody else may read the secrets');
  const again = await startCli(['-c', file, '--admin-writes', 'memory']);
  t.teardown(() => again.stop('SIGKILL'));
  t.equal((await runCli(['dump', '--admin', again.adminUrl])).stdout, stdout, 'the same again');

  const ids = await runCli(['dump', '--admin', gateway.adminUrl, '--with-ids', '--format', 'json']);
  const { services } = JSON.parse(ids.stdout) as { services: { id: string }[] };
  t.match(services, [{ id: /^[0-9a-f-]{36}$/ }, { id: /^[0-9a-f-]{36}$/ }]);
});

t.test('entities with a tag, which is said once', async (t) => {
  const gateway = await startCli(['-c', write('tags.yml', text), '--admin-writes', 'memory']);
  t.teardown(() => gateway.stop('SIGKILL'));
  const { code, stdout } = await runCli(['dump', '--admin', gateway.adminUrl, '--select-tag', 'team']);
  t.equal(code, 0);
  t.same(parse(stdout), {
    _format_version: '3.0',
    _info: { select_tags: ['team'] },
    services: [
      { name: 'orders', host: '127.0.0.1', port: 9, path: '/base', tags: ['b'], routes: [{ paths: ['/two'] }] },
    ],
  });
});

t.test('changes that only the memory of the gateway holds are told, and written', async (t) => {
  const gateway = await startCli([]);
  t.teardown(() => gateway.stop('SIGKILL'));
  const body = new URLSearchParams({ name: 'made', url: 'http://127.0.0.1:9' });
  t.equal((await fetch(`${gateway.adminUrl}/services`, { method: 'POST', body })).status, 201);
  const { code, stdout, stderr } = await runCli(['dump', '--admin', gateway.adminUrl]);
  t.equal(code, 0, stderr);
  t.match(stderr, /^gw: 1 change through the Admin API/);
  t.same(parse(stdout), { _format_version: '3.0', services: [{ name: 'made', host: '127.0.0.1', port: 9 }] });
});

t.test('a gateway that keeps its secrets: the file says so, and compares all the same', async (t) => {
  const path = write('off.yml', text);
  const gateway = await startCli(['-c', path]);
  t.teardown(() => gateway.stop('SIGKILL'));
  const dumped = await runCli(['dump', '--admin', gateway.adminUrl]);
  t.equal(dumped.code, 1);
  t.match(dumped.stderr, /^gw: secrets read \[redacted\]/);
  t.notMatch(dumped.stdout, /hush-hush|PRIVATE KEY/);

  const same = await runCli(['diff', path, '--admin', gateway.adminUrl]);
  t.equal(same.code, 0, same.stdout);
  t.match(same.stderr, /does not show its secrets: they are not compared/);
  const changed = write('changed.yml', text.replace('interval: 5', 'interval: 6').replace('hush-hush', 'other'));
  const differs = await runCli(['diff', changed, '--admin', gateway.adminUrl]);
  t.equal(differs.code, 1);
  t.match(differs.stdout, /~ upstream "u"\n {4}healthchecks\.active\.healthy\.interval: 5 → 6\n\n0 added, 1 changed/);
});

t.test('a gateway that shows them: a secret that differs is a difference, and is not printed', async (t) => {
  const gateway = await startCli(['-c', write('on.yml', text), '--admin-writes', 'memory']);
  t.teardown(() => gateway.stop('SIGKILL'));
  const changed = write('secret.yml', text.replace('hush-hush', 'psst-psst').replace('name: by-name', 'name: renamed'));
  const { code, stdout, stderr } = await runCli(['diff', changed, '--admin', gateway.adminUrl]);
  t.equal(code, 1, stderr);
  t.match(stdout, /- route "by-name" \(service "orders"\)/);
  t.match(stdout, /\+ route "renamed" \(service "orders"\)/);
  t.match(stdout, /config\.client_secret: \["•••"\] → \["•••"\]/);
  t.notMatch(stdout + stderr, /hush|psst/);
});

t.test('over TLS: an authority to trust, a certificate to show, a token from a file', async (t) => {
  const authority = issueCertificate({ name: 'root', isAuthority: true });
  const client = issueCertificate({ name: 'operator', issuer: authority, use: 'clientAuth' });
  const server = selfSignedPair('127.0.0.1', 'localhost');
  const gateway = await startCli(['--admin-listen', '127.0.0.1:0 ssl'], {
    env: {
      GW_ADMIN_TOKEN: 's3cret',
      KONG_ADMIN_SSL_CERT: server.cert,
      KONG_ADMIN_SSL_CERT_KEY: server.key,
      KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'on',
      KONG_NGINX_ADMIN_SSL_CLIENT_CERTIFICATE: authority.cert,
    },
  });
  t.teardown(() => gateway.stop('SIGKILL'));
  const admin = ['--admin', gateway.adminUrl.replace('127.0.0.1', 'localhost')];
  const token = ['--admin-token-file', write('token', 's3cret\n')];
  const ca = ['--ca-cert-file', write('server.pem', server.cert)];
  const shown = [
    ...['--tls-client-cert-file', write('client.pem', client.cert)],
    ...['--tls-client-key-file', write('client.key', client.key)],
  ];
  const cases = {
    all: { args: [...admin, ...token, ...ca, ...shown], code: 0, says: /^$/ },
    'token as a flag': { args: [...admin, '--admin-token', 's3cret', ...ca, ...shown], code: 0, says: /^$/ },
    'no verification': { args: [...admin, ...token, '--tls-skip-verify', ...shown], code: 0, says: /^$/ },
    'not trusted': {
      args: [...admin, ...token, ...shown],
      code: 3,
      says: /certificate is not trusted.*--ca-cert-file/,
    },
    'no certificate': { args: [...admin, ...token, ...ca], code: 3, says: /answered 400 / },
    'no token': { args: [...admin, ...ca, ...shown], code: 3, says: /answered 401 .*GW_ADMIN_TOKEN/ },
    'half a pair': { args: [...admin, ...shown.slice(0, 2)], code: 2, says: /go together/ },
    'no such file': {
      args: [...admin, '--ca-cert-file', '/nowhere.pem'],
      code: 2,
      says: /cannot read "\/nowhere\.pem"/,
    },
  };
  for (const { label, code, says, result } of await runCases(['dump'], cases)) {
    t.equal(result.code, code, `${label}: ${result.stderr}`);
    t.match(result.stderr, says, label);
  }
});

t.test('wrong usage of gw diff with a gateway', async (t) => {
  const { code, stderr } = await runCli(['diff', 'a.yml', 'b.yml', '--admin', 'http://127.0.0.1:9']);
  t.equal(code, 2);
  t.match(stderr, /--admin stands for one of the two configs/);
});
