import { request } from 'node:http';
import t from 'tap';
import { AdminServer } from '../../src/admin/server.ts';
import type { AdminAccess } from '../../src/admin/guard.ts';
import { version } from '../../src/lib/package-info.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { Logger, LogMethod } from '../../src/pdk/log.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { ConfigManager } from '../../src/runtime/config-manager.ts';
import { EntityWriter } from '../../src/runtime/entity-writer.ts';
import { Gateway } from '../../src/runtime/gateway.ts';

type Tap = Pick<typeof t, 'teardown'>;

const silent: LogMethod = () => undefined;
const log: Logger = {
  level: 'silent',
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent,
  child: () => log,
};

const yaml = `_format_version: "3.0"
services:
- name: orders
  url: http://127.0.0.1:9/base
  tags: [a, b]
  routes:
  - name: r1
    paths: [/one]
  - name: r2
    paths: [/two]
    tags: [b]
- name: other
  url: http://127.0.0.1:9
  tags: [b]
  plugins:
  - name: openid-connect
    instance_name: login
    config:
      issuer: http://127.0.0.1:9/realms/a
      client_id: [me]
      client_secret: [hush-hush]
      auth_methods: [client_credentials]
      client_credentials_param_type: [header]
consumers:
- username: bob
  custom_id: "42"
`;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One request; unlike `fetch` it can set Host and Origin. */
type Call = (
  method: string,
  path: string,
  options?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer },
) => Promise<Answer>;

async function startAdmin(t: Tap, access?: AdminAccess): Promise<{ call: Call; gateway: Gateway }> {
  const gateway = await Gateway.create({ catalog: pluginCatalog, log });
  const config = new ConfigManager(gateway, [], { log, env: {} });
  const outcome = config.loadText(yaml, 'kong.yml');
  if (outcome.kind !== 'applied') throw new Error(JSON.stringify(outcome));
  const admin = await AdminServer.listen(
    { host: '127.0.0.1', port: 0 },
    {
      gateway,
      config,
      writer: new EntityWriter({ gateway, config, mode: 'off', log }),
      log,
      access: access ?? { token: null, allowedHosts: [] },
      settings: { declarative_config: 'kong.yml' },
    },
  );
  t.teardown(async () => {
    await admin.close();
    await gateway.drain(0);
  });
  return { gateway, call: (method, path, options = {}) => send(admin.address.port, method, path, options) };
}

function send(port: number, method: string, path: string, options: Parameters<Call>[2] = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { body = '' } = options;
    const headers = { ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }), ...options.headers };
    const call = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const json = text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: json });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

const asYaml = { 'content-type': 'application/yaml' };

t.test('GET / says what decK and people need to know', async (t) => {
  const { call } = await startAdmin(t);
  const { status, headers, body } = await call('GET', '/');
  t.equal(status, 200);
  t.match(body, {
    version: /^\d+\.\d+\.\d+$/,
    gw_version: version,
    configuration: { database: 'off', declarative_config: 'kong.yml' },
    plugins: { enabled_in_cluster: ['openid-connect'], available_on_server: { 'openid-connect': { priority: 1050 } } },
  });
  t.match(headers, {
    server: `gw/${version}`,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-kong-admin-latency': /^\d+$/,
  });
  t.same((await call('GET', '/kong')).body.node_id, body.node_id);
});

t.test('GET /status shows counters, the hash and the state of the config', async (t) => {
  const { call, gateway } = await startAdmin(t);
  const { body } = await call('GET', '/status');
  t.equal(body.configuration_hash, gateway.snapshot.hash);
  t.match(body, {
    memory: { workers_lua_vms: [], lua_shared_dicts: {} },
    server: { connections_active: 0, total_requests: 0 },
    gw: { version, config: { running: { hash: gateway.snapshot.hash, sources: ['kong.yml'] }, last_failure: null } },
  });
});

t.test('entities have every field of Kong, null when unset, references as ids', async (t) => {
  const { call } = await startAdmin(t);
  const service = (await call('GET', '/services/orders')).body;
  t.match(service, { name: 'orders', protocol: 'http', host: '127.0.0.1', port: 9, path: '/base', retries: 5 });
  t.equal(service.client_certificate, null);
  t.equal(service.tls_verify, null);
  const route = (await call('GET', '/routes/r1')).body;
  t.same(route.service, { id: service.id });
  t.same([route.hosts, route.methods, route.headers, route.snis, route.tags], [null, null, null, null, null]);
  t.equal(Object.keys(route).length, 21);
  t.same((await call('GET', `/routes/${String(route.id)}`)).body, route, 'by id');
  t.same((await call('GET', `/routes/${String(route.id).toUpperCase()}/service`)).body, service);
  t.match((await call('GET', '/consumers/bob')).body, { username: 'bob', custom_id: '42' });
  t.match((await call('GET', '/consumers?custom_id=42')).body, { data: [{ username: 'bob' }], next: null });
  t.same((await call('GET', '/consumers?custom_id=43')).body, { data: [], next: null });
});

t.test('nested collections hold what belongs to the parent, and only that', async (t) => {
  const { call } = await startAdmin(t);
  const names = ({ body }: Answer): unknown[] => (body.data as { name: string }[]).map(({ name }) => name).sort();
  t.same(names(await call('GET', '/services/orders/routes')), ['r1', 'r2']);
  t.same(names(await call('GET', '/services/orders/routes?tags=b')), ['r2']);
  t.same(names(await call('GET', '/services/other/plugins')), ['openid-connect']);
  t.same(names(await call('GET', '/routes/r1/plugins')), []);
  t.equal((await call('GET', '/services/other/plugins/login')).status, 200);
  t.equal((await call('GET', '/services/orders/plugins/login')).status, 404, 'the plugin of another service');
  t.equal((await call('GET', '/services/none/routes')).status, 404);
  t.match((await call('GET', '/plugins/login/service')).body, { name: 'other' });
  t.equal((await call('GET', '/plugins/login/route')).status, 404);
});

t.test('pages: size, offset, next and tags', async (t) => {
  const { call } = await startAdmin(t);
  const first = (await call('GET', '/services?size=1&tags=b')).body;
  t.match(first.next, /^\/services\?offset=[\w-]+&tags=b&size=1$/);
  const second = (await call('GET', String(first.next))).body;
  t.equal(second.next, null);
  t.notOk('offset' in second);
  const ids = [...(first.data as { id: string }[]), ...(second.data as { id: string }[])].map(({ id }) => id);
  t.same(ids, [...new Set(ids)].sort());
  t.equal(ids.length, 2);
  const found = async (tags: string): Promise<number> =>
    ((await call('GET', `/services?tags=${tags}`)).body.data as unknown[]).length;
  t.equal(await found('a,b'), 1);
  t.equal(await found('a/b'), 2);
  const errors: Record<string, unknown> = {
    'size=0': { code: 9, message: 'size must be an integer between 1 and 1000' },
    'size=x': { code: 9, message: 'size must be a number' },
    'offset=x': { code: 7, message: "'x' is not a valid offset: bad base64 encoding" },
    'tags=a,b/c': { code: 11, message: 'invalid option (tags: invalid filter syntax)' },
    'tags=': { code: 11, message: 'invalid option (tags: cannot be null)' },
    'tags=a,b,c,d,e,f': { code: 11, message: 'invalid option (tags: cannot query more than 5 tags)' },
  };
  for (const [query, expected] of Object.entries(errors)) {
    const answer = await call('GET', `/services?${query}`);
    t.equal(answer.status, 400, query);
    t.match(answer.body, expected, query);
  }
});

t.test('what is read-only says so in words that decK prints', async (t) => {
  const { call } = await startAdmin(t);
  const cases = [
    ['POST', '/services', /^cannot create 'services' entities when not using a database \(gw: /],
    ['PATCH', '/routes/r1', /^cannot update 'routes' entities by 'name' when/],
    ['PUT', '/plugins/5f35b796-ced6-4c00-9b2a-90eef745f4f9', /^cannot create or update 'plugins' entities when/],
    ['DELETE', '/consumers/bob', /^cannot remove 'consumers' entities by 'username' when/],
    ['POST', '/services/orders/routes', /^cannot create 'routes' entities when/],
  ] as const;
  for (const [method, path, message] of cases) {
    const answer = await call(method, path, { body: '{broken', headers: { 'content-type': 'application/json' } });
    t.equal(answer.status, 405, path);
    t.match(answer.body, { code: 12, message });
  }
});

t.test('HEAD, OPTIONS, trailing slashes, unknown paths and methods', async (t) => {
  const { call } = await startAdmin(t);
  t.match(await call('HEAD', '/services'), { status: 200, text: '' });
  t.match(await call('OPTIONS', '/services'), { status: 204, headers: { allow: 'GET, HEAD, OPTIONS, POST' } });
  t.match(await call('OPTIONS', '/routes/r1'), { headers: { allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT' } });
  t.equal((await call('GET', '/services/')).status, 200);
  t.match(await call('GET', '/nothing'), { status: 404, body: { message: 'Not found' } });
  t.match(await call('DELETE', '/status'), { status: 405, body: { message: 'Method not allowed' } });
  t.match(await call('GET', '/services/%zz'), { status: 400, body: { message: 'Bad request' } });
  t.match(await call('GET', `/services?${'a&'.repeat(1001)}`), {
    status: 400,
    body: { message: 'Too many arguments' },
  });
  t.match(await call('GET', '/robots.txt'), { text: /Disallow: \/\n/ });
});

t.test('an issuer is found by its URL as one encoded segment, and forgotten', async (t) => {
  const { call } = await startAdmin(t);
  const issuer = encodeURIComponent('http://127.0.0.1:9/realms/a');
  const { status, body } = await call('GET', `/openid-connect/issuers/${issuer}`);
  t.equal(status, 200);
  t.match(body, { issuer: 'http://127.0.0.1:9/realms/a', gw: { used_by: [{ scope: 'service "other"' }] } });
  t.equal((await call('GET', `/openid-connect/issuers/${String(body.id)}`)).status, 200);
  t.equal((await call('GET', '/openid-connect/issuers/http%3A%2F%2Fother')).status, 404);
  t.match(await call('DELETE', `/openid-connect/issuers/${issuer}`), { status: 204, text: '' });
});

t.test('caches can be looked into: counters and ages, never values', async (t) => {
  const { call, gateway } = await startAdmin(t);
  const moments = { refreshAt: 4e12, freshUntil: 4e12, staleUntil: 4e12 };
  gateway.host.cache<string>('tokens').set('digest-of-a-credential', { value: 'the-token', ...moments });
  const { data } = (await call('GET', '/caches')).body as { data: { name: string; entries: number }[] };
  t.match(
    data.find(({ name }) => name === 'tokens'),
    { entries: 1, hits: 0, misses: 0 },
  );
  const entries = await call('GET', '/caches/tokens');
  t.match(entries.body, { data: [{ key: 'digest-of-a-credential', state: 'fresh', fresh_until: 4e9 }], next: null });
  t.notMatch(entries.text, 'the-token');
  t.equal((await call('GET', '/caches/nothing')).status, 404);
});

t.test('no secret leaves: not in entities, not in the config, not in findings', async (t) => {
  const { call } = await startAdmin(t);
  const paths = [
    '/plugins',
    '/plugins/login',
    '/services/other/plugins',
    '/config',
    '/',
    '/status',
    '/openid-connect/issuers',
    '/caches',
    '/caches/tokens',
  ];
  for (const path of paths) t.notMatch((await call('GET', path)).text, 'hush-hush', path);
  const { config } = (await call('GET', '/plugins/login')).body as { config: Record<string, unknown> };
  t.same(config.client_secret, ['[redacted]']);
  t.equal(config.anonymous, null, 'fields that are not set are there');
  const posted = await call('POST', '/config?flatten_errors=1', {
    headers: asYaml,
    body: yaml.replace('issuer:', 'isuer:'),
  });
  t.equal(posted.status, 400);
  t.notMatch(posted.text, 'hush-hush');
});

t.test('POST /config replaces the config, from every kind of body', async (t) => {
  const { call } = await startAdmin(t);
  const bodyFor = (name: string): string =>
    `{"_format_version":"3.0","services":[{"name":"${name}","url":"http://127.0.0.1:9"}]}`;
  const form = (name: string): string =>
    `--b\r\ncontent-disposition: form-data; name="config"; filename="kong.yml"\r\n\r\n${bodyFor(name)}\r\n--b--\r\n`;
  const kinds: Record<string, { type: string; body: (name: string) => string }> = {
    yaml: { type: 'application/yaml', body: (name) => bodyFor(name) },
    json: { type: 'application/json', body: (name) => bodyFor(name) },
    text: { type: 'application/json; charset=utf-8', body: (name) => JSON.stringify({ config: bodyFor(name) }) },
    form: { type: 'application/x-www-form-urlencoded', body: (name) => `config=${encodeURIComponent(bodyFor(name))}` },
    file: { type: 'multipart/form-data; boundary=b', body: form },
  };
  for (const [name, { type, body }] of Object.entries(kinds)) {
    const { status, body: answer } = await call('POST', '/config', {
      headers: { 'content-type': type },
      body: body(name),
    });
    t.equal(status, 201, name);
    const rows = Object.entries(answer.services as Record<string, { id: string; name: string }>);
    t.same(
      rows.map(([id, row]) => [row.name, row.id === id]),
      [[name, true]],
    );
    t.equal((await call('GET', `/services/${name}`)).status, 200, `${name} is in force`);
    t.equal((await call('GET', '/services/orders')).status, 404);
  }
});

t.test('POST /config: the same config is not loaded again when asked', async (t) => {
  const { call } = await startAdmin(t);
  t.match(await call('POST', '/config?check_hash=1', { headers: asYaml, body: yaml }), { status: 304, text: '' });
  t.equal((await call('POST', '/config', { headers: asYaml, body: yaml })).status, 201);
});

t.test('POST /config: a config with errors changes nothing and says where it is wrong', async (t) => {
  const { call, gateway } = await startAdmin(t);
  const { hash } = gateway.snapshot;
  const broken = `_format_version: "3.0"\nservices:\n- name: orders\n  url: http://a\n  retires: 1\n`;
  const { status, body } = await call('POST', '/config?flatten_errors=1', { headers: asYaml, body: broken });
  t.equal(status, 400);
  t.match(body, {
    code: 14,
    name: 'invalid declarative configuration',
    message: /^declarative config is invalid: \{services=\{\{retires=".*"\}\}\}$/,
    fields: { services: [{ retires: /./ }] },
    flattened_errors: [
      { entity_type: 'service', entity_name: 'orders', errors: [{ type: 'field', field: 'retires' }] },
    ],
    diagnostics: [{ severity: 'error', range: { start: { line: 5, column: 3 } } }],
  });
  t.equal(gateway.snapshot.hash, hash);
  t.match((await call('GET', '/status')).body, {
    gw: { config: { last_failure: { diagnostics: [{ severity: 'error' }] } } },
  });
  const text = await call('POST', '/config', { headers: asYaml, body: 'a: [' });
  t.match(text.body, { code: 14, fields: { error: /./ } });
});

t.test('POST /config: bodies that hold no config', async (t) => {
  const { call } = await startAdmin(t);
  const nothing = { message: 'expected a declarative configuration' };
  t.match(await call('POST', '/config'), { status: 400, body: nothing });
  const post = (type: string, body: string | Buffer): Promise<Answer> =>
    call('POST', '/config', { headers: { 'content-type': type }, body });
  t.match(await post('application/x-www-form-urlencoded', 'other=1'), { status: 400, body: nothing });
  t.match(await post('application/json', '{'), { status: 400, body: { message: 'Cannot parse JSON body' } });
  t.match(await post('text/plain', yaml), { status: 415 });
  t.match(await post('application/yaml', Buffer.from([0xff, 0xfe, 0x61])), { status: 400, body: { message: /UTF-8/ } });
  t.match(await post('multipart/form-data; boundary=b', 'x'), { status: 400 });
});

t.test('what GET /config shows loads back to the same config, unless a secret is masked', async (t) => {
  const { call, gateway } = await startAdmin(t);
  const masked = String((await call('GET', '/config')).body.config);
  t.match(await call('POST', '/config', { headers: asYaml, body: masked }), {
    status: 400,
    body: { message: /\[redacted\]/ },
  });
  await call('POST', '/config', { headers: asYaml, body: yaml.replace(/ {2}plugins:[^]*?consumers:/, 'consumers:') });
  const { hash } = gateway.snapshot;
  const shown = String((await call('GET', '/config')).body.config);
  const back = await call('POST', '/config?check_hash=1', { headers: asYaml, body: shown });
  t.equal(back.status, 304, back.text);
  t.equal(gateway.snapshot.hash, hash);
});

t.test('plugins of several consumer groups without ids are several plugins', async (t) => {
  const { call, gateway } = await startAdmin(t);
  const plugin = 'plugins: [{name: request-transformer}]';
  const groups = `_format_version: "3.0"\nconsumer_groups: [{name: gold, ${plugin}}, {name: silver, ${plugin}}]\n`;
  t.equal((await call('POST', '/config', { headers: asYaml, body: groups })).status, 201);
  const { data } = (await call('GET', '/plugins')).body as { readonly data: readonly { readonly id: string }[] };
  t.equal(new Set(data.map(({ id }) => id)).size, 2);
  const shown = String((await call('GET', '/config')).body.config);
  const back = await call('POST', '/config?check_hash=1', { headers: asYaml, body: shown });
  t.equal(back.status, 304, back.text);
  t.equal(gateway.snapshot.entities.plugins.length, 2);
});

t.test('a body beyond the limit is refused', async (t) => {
  const { call } = await startAdmin(t);
  const answer = call('POST', '/config', {
    headers: { ...asYaml, 'content-length': String(11 * 1024 * 1024) },
    body: 'x',
  });
  t.match(await answer, { status: 413, body: { message: /larger than the Admin API takes/ } });
});

t.test('web pages, foreign hosts and callers without the token get nothing, on any path', async (t) => {
  const { call } = await startAdmin(t, { token: new Secret('s3cret'), allowedHosts: ['gw.test'] });
  const token = { 'kong-admin-token': 's3cret' };
  for (const path of ['/', '/services', '/nothing']) {
    t.equal((await call('GET', path)).status, 401, path);
    t.equal((await call('GET', path, { headers: { ...token, origin: 'http://evil.test' } })).status, 403, path);
    t.equal((await call('GET', path, { headers: { ...token, host: 'evil.test' } })).status, 403, path);
    t.not((await call('GET', path, { headers: { ...token, host: 'gw.test:8001' } })).status, 403, path);
  }
  const refused = await call('POST', '/config', { headers: { ...asYaml, origin: 'null' }, body: yaml });
  t.equal(refused.status, 403);
  t.notOk(
    Object.keys(refused.headers).some((name) => name.startsWith('access-control')),
    'no CORS headers',
  );
});
