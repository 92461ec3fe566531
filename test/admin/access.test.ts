import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { Secret } from '../../src/lib/secret.ts';
import { type AdminApi, startAdminApi } from '../support/admin-api.ts';
import { selfSignedPair } from '../support/certificates.ts';
import { send } from '../support/http.ts';

const token = { 'kong-admin-token': 's3cret' };
const reader = { 'kong-admin-token': 'look' };
const access = { token: new Secret('s3cret'), readonlyToken: new Secret('look') };

const pair = selfSignedPair('a.test');
const indented = (pem: string): string => pem.trim().replaceAll('\n', '\n    ');
/** The middle of the key: lines may be broken elsewhere. */
const keyText = pair.key.split('\n')[1] ?? '';
const secrets = [
  'hush-client',
  'hush-salt',
  'hush-redis',
  'hush-key',
  'hush-password',
  'hush-hmac',
  'hush-jwt',
  keyText,
];

const config = `_format_version: "3.0"
services:
- name: svc
  host: a.test
  routes:
  - name: rt
    paths: [/a]
  plugins:
  - name: openid-connect
    config:
      issuer: http://127.0.0.1:9/realms/a
      client_id: [me]
      client_secret: [hush-client]
      cache_tokens_salt: hush-salt
      auth_methods: [client_credentials]
      client_credentials_param_type: [header]
      redis: {password: hush-redis}
consumers:
- username: bob
  keyauth_credentials: [{key: hush-key}]
  basicauth_credentials: [{username: b, password: hush-password}]
  hmacauth_credentials: [{username: h, secret: hush-hmac}]
  jwt_secrets: [{key: j, secret: hush-jwt}]
upstreams:
- name: up
  targets: [{target: "127.0.0.1:9"}]
certificates:
- id: 0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11
  cert: |
    ${indented(pair.cert)}
  key: |
    ${indented(pair.key)}
`;

/** All that can be read, in one text. */
async function readAll({ ask }: AdminApi, headers: Readonly<Record<string, string>>): Promise<string> {
  const listing = (await ask('GET', '/endpoints', undefined, headers)).body.data as string[];
  const keys = ['svc', 'rt', 'bob', 'up', '0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11'];
  for (const list of ['plugins', 'key-auths', 'basic-auths', 'hmac-auths', 'jwts']) {
    keys.push(...(await ask('GET', `/${list}`, undefined, headers)).ids);
  }
  let text = '';
  for (const path of listing) {
    for (const key of path.includes('{') ? keys : ['']) {
      text += (await ask('GET', path.replaceAll(/\{[^}]*\}/g, key), undefined, headers)).text;
    }
  }
  return text;
}

t.test('while nothing can be written, no secret leaves any endpoint', async (t) => {
  const api = await startAdminApi(t, { mode: 'off', config });
  const text = await readAll(api, {});
  for (const secret of secrets) t.notOk(text.includes(secret), secret);
  t.match(text, /\[redacted\]/);
});

t.test('the read-only token reads all but secrets, the other reads them, too', async (t) => {
  const api = await startAdminApi(t, { config, access });
  const text = await readAll(api, reader);
  for (const secret of secrets) t.notOk(text.includes(secret), secret);
  t.ok(text.includes('"host":"a.test"'));
  const all = await readAll(api, token);
  for (const secret of secrets) t.ok(all.includes(secret), secret);
});

t.test('the read-only token changes nothing', async (t) => {
  const api = await startAdminApi(t, { config, access });
  const { hash } = api.gateway.snapshot;
  for (const [method, path, body] of [
    ['POST', '/services', { name: 'x', host: 'x' }],
    ['PUT', '/services/svc', { host: 'x' }],
    ['PATCH', '/services/svc', { host: 'x' }],
    ['DELETE', '/routes/rt', undefined],
    ['POST', '/config', { config: '_format_version: "3.0"' }],
    ['DELETE', '/openid-connect/issuers', undefined],
  ] as const) {
    const answer = await api.ask(method, path, body, reader);
    t.match([answer.status, answer.text], [403, '{"message":"this token may only read"}'], `${method} ${path}`);
  }
  t.equal(api.gateway.snapshot.hash, hash);
  t.equal((await api.ask('HEAD', '/services', undefined, reader)).status, 200);
});

t.test('a wrong token waits for its answer, longer each time, while the right one does not', async (t) => {
  const { url } = await startAdminApi(t, { access });
  const wrong = async (): Promise<number> => {
    const startedAt = performance.now();
    const answer = await send(url, { headers: { 'kong-admin-token': 'guess' } });
    t.match([answer.status, answer.text, answer.headers.connection], [401, '{"message":"Unauthorized"}', 'close']);
    return performance.now() - startedAt;
  };
  t.ok((await wrong()) >= 95);
  t.ok((await wrong()) >= 195);
  const third = wrong();
  let isThirdAnswered = false;
  void third.then(() => (isThirdAnswered = true));
  t.equal((await send(url, { headers: token })).status, 200, 'from the same address, at the same time');
  t.equal(isThirdAnswered, false);
  t.ok((await third) >= 395);
  const missing = await send(url);
  t.equal(missing.status, 401, 'no token is no guess');
});

t.test('an allowed origin gets CORS headers for itself, all others none', async (t) => {
  const own = 'https://manager.test';
  const { url } = await startAdminApi(t, { access: { allowedOrigins: [own] } });
  const asks = { 'access-control-request-method': 'PUT', 'access-control-request-private-network': 'true' };
  const preflight = await send(`${url}/services/x`, { method: 'OPTIONS', headers: { origin: own, ...asks } });
  t.equal(preflight.status, 204);
  t.match(preflight.headers, {
    'access-control-allow-origin': own,
    'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
    'access-control-allow-headers': 'authorization, content-type, kong-admin-token',
    vary: 'Origin',
  });
  t.notOk('access-control-allow-private-network' in preflight.headers);
  t.notOk('access-control-allow-credentials' in preflight.headers);
  t.equal((await send(url, { headers: { origin: own } })).headers['access-control-allow-origin'], own);
  for (const headers of [{}, { origin: 'https://evil.test' }, { origin: 'null' }]) {
    const answer = await send(url, { headers });
    t.equal(answer.headers['access-control-allow-origin'], undefined);
    t.equal(answer.headers.vary, 'Origin', 'no cache may mix them up');
  }
});

t.test('each write that is in force is one line in the log, with names and no values', async (t) => {
  const { ask, log, gateway } = await startAdminApi(t, { config });
  const lines = (): readonly Record<string, unknown>[] => log.lines().filter(({ name }) => name === 'audit');
  const oldHash = gateway.snapshot.hash;
  const made = await ask('POST', '/services?x=hush-query', { name: 'audited', host: 'hush-host' });
  t.match(lines(), [
    {
      msg: 'entities changed',
      time: Number,
      remote: '127.0.0.1',
      method: 'POST',
      path: '/services',
      changes: [{ kind: 'services', id: made.id, op: 'create' }],
      old_hash: oldHash,
      new_hash: gateway.snapshot.hash,
    },
  ]);
  const [plugin = ''] = (await ask('GET', '/services/svc/plugins')).ids;
  await ask('PATCH', `/plugins/${plugin}`, { config: { client_secret: ['hush-new'], scopes: ['read'] } });
  t.match(lines()[1]?.changes, [{ op: 'update', fields: ['config.client_secret', 'config.scopes'] }]);
  await ask('DELETE', '/services/audited');
  t.match(lines()[2], { method: 'DELETE', changes: [{ id: made.id, op: 'delete' }] });
  await ask('DELETE', '/services/audited');
  await ask('POST', '/services', { host: 1 });
  t.equal(lines().length, 3, 'what changes nothing is no line');
  await ask('POST', '/config', { config: '_format_version: "3.0"\n' });
  t.match(lines()[3], { msg: 'configuration replaced', path: '/config', new_hash: gateway.snapshot.hash });
  t.notMatch(log.text(), /hush/);
});

/** A connection that says only so much. */
async function open(url: string, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  if (text !== '') socket.write(text);
  return socket;
}

/** However it ends; not `once`, which an error rejects. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once('close', () => resolve()));
}

t.test('a body that is too large is refused before it is sent, a head that never ends is cut off', async (t) => {
  const { url, ask } = await startAdminApi(t);
  const announced = await open(
    url,
    'POST /services HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{',
  );
  const [answer] = (await once(announced, 'data')) as [Buffer];
  t.match(answer.toString(), /^HTTP\/1\.1 413 /);
  announced.destroy();
  const slow = await open(url, 'GET / HTTP/1.1\r\nHost: localhost\r\nX: ');
  const silent = await open(url, '');
  const startedAt = performance.now();
  await Promise.all([closed(slow), closed(silent)]);
  const tookMs = performance.now() - startedAt;
  t.ok(tookMs > 8_000 && tookMs < 20_000, `after ${Math.round(tookMs)} ms`);
  t.equal((await ask('GET', '/')).status, 200);
});

t.test('strangers cannot use up the connections: what is refused is closed', async (t) => {
  const { url, ask } = await startAdminApi(t, { access });
  for (let index = 0; index < 300; index++) {
    const socket = await open(url, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await closed(socket);
  }
  t.equal((await ask('GET', '/', undefined, token)).status, 200);
});

t.test('connections beyond the limit are closed, and others are taken again afterwards', async (t) => {
  const { url, ask } = await startAdminApi(t);
  const sockets = await Promise.all(Array.from({ length: 256 }, () => open(url, '')));
  const beyond = await open(url, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await closed(beyond);
  await Promise.all(sockets.map((socket) => closed(socket.end())));
  t.equal((await ask('GET', '/')).status, 200);
});
