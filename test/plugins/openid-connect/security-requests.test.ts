import { deflateRawSync } from 'node:zlib';
import t from 'tap';
import type { JsonObject } from '../../../src/lib/json.ts';
import { openidConnect } from '../../../src/plugins/openid-connect/definition.ts';
import { consumer, entities, plugin, route, service } from '../../support/entities.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { startGateway } from '../../support/gateway.ts';
import { basic, sendRaw } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';
import { withDefaults } from '../../support/openid-connect-config.ts';
import { startRecordingUpstream } from '../../support/recording-upstream.ts';

/** The lines of the security checklist about requests: what callers send, and what goes on from them. */

const secret = 'a-Secret-of-the-caller-9c2f';
const credential = ['service', secret] as const;
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };
const inQuery = `client_id=service&client_secret=${secret}`;

let idp: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway(
    { issuer: idp.issuer },
    { consumers: [consumer('guest')], settings: { accessLog: true } },
  );
});

t.beforeEach(async () => {
  configure();
  idp.answer = async ({ headers }) =>
    headers.authorization === basic('service', secret)
      ? { body: await idp.grant({ tier: 'gold' }) }
      : { status: 401, body: { error: 'invalid_client' } };
  await gw.gateway.gateway.host.cache('tokens').clear();
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

function configure(config: Record<string, unknown> = {}): void {
  gw.configure({ issuer: idp.issuer, ...config });
}

function lastSeen(): string {
  const { url, rawHeaders } = gw.upstream.requests.at(-1) ?? { url: '', rawHeaders: [] };
  return JSON.stringify([url, rawHeaders]);
}

t.test('spoofed identity headers and every configured header are gone upstream, in any spelling', async (t) => {
  const names = [
    ...['X-Consumer-ID', 'X-Consumer-Username', 'X-Consumer-Custom-ID', 'X-Consumer-Groups', 'X-Consumer-Anything'],
    ...['X-Credential-Identifier', 'X-Credential-Username', 'X-Anonymous-Consumer'],
    ...['X-Authenticated-Groups', 'X-Authenticated-Scope', 'X-Authenticated-Userid'],
    ...['X-Tier', 'X-Missing', 'X-Token', 'X-Id-Token', 'X-Introspection', 'X-User-Info', 'X-Key'],
  ];
  const spellings = names.flatMap((name) => [
    name,
    name.toLowerCase(),
    name.toUpperCase(),
    name.replaceAll('-', '_'),
    name.replace('-', '_'),
  ]);
  const headers = spellings.flatMap((name) => [name, 'forged']);
  const config = {
    upstream_headers: [
      { header: 'x-tier', path: ['tier'] },
      { header: 'X_Missing', path: ['missing'] },
    ],
    upstream_access_token_header: 'x-token',
    upstream_id_token_header: 'x-id-token',
    upstream_introspection_header: 'x-introspection',
    upstream_user_info_header: 'x-user-info:bearer',
    upstream_access_token_jwk_header: 'x-key',
    anonymous: 'guest',
  };
  configure(config);
  for (const [what, call] of Object.entries({
    'a token that is new': () => gw.call(credential, { headers }),
    'a token that is remembered': () => gw.call(credential, { headers }),
    'a credential in the query': () => gw.call(null, { headers, target: `?${inQuery}` }),
    'an anonymous caller': () => gw.call(null, { headers }),
    'a caller that is refused': () => gw.call(['service', 'wrong'], { headers }),
  })) {
    t.equal((await call()).status, 200, what);
    t.notMatch(lastSeen(), 'forged', what);
  }
  configure({ upstream_headers_claims: ['missing'], upstream_headers_names: ['x-old'], run_on_preflight: false });
  for (const method of ['GET', 'OPTIONS']) {
    t.equal((await gw.call(credential, { headers: ['x-old', 'forged', 'x_old', 'forged'], method })).status, 200);
    t.notMatch(lastSeen(), 'forged', method);
  }
});

t.test('a caller cannot have headers of the gateway dropped by naming them in Connection', async (t) => {
  configure({ upstream_headers: [{ header: 'x-tier', path: ['tier'] }] });
  const named = 'close, Authorization, X-Tier, X-Credential-Identifier, X-Forwarded-For';
  const authorization = `Authorization: ${basic(...credential)}\r\n`;
  for (let call = 0; call < 2; call++) {
    const head = `GET /anything HTTP/1.1\r\nHost: h\r\n${authorization}Connection: ${named}\r\n\r\n`;
    t.match(await sendRaw(gw.gateway.port, head), /^HTTP\/1.1 200 /);
    const headers = gw.upstream.requests.at(-1)?.headers ?? {};
    t.match(headers, { authorization: /^Bearer ey/, 'x-tier': 'gold', 'x-credential-identifier': 'service' });
    t.equal(headers['x-forwarded-for'], '127.0.0.1');
  }
});

t.test('TRACE, whose answer would show the token to the caller, is refused', async (t) => {
  const before = gw.upstream.requests.length;
  const authorization = `Authorization: ${basic(...credential)}\r\n`;
  const head = `TRACE /anything HTTP/1.1\r\nHost: h\r\n${authorization}Connection: close\r\n\r\n`;
  t.match(await sendRaw(gw.gateway.port, head), /^HTTP\/1.1 405 /);
  t.equal(gw.upstream.requests.length, before);
});

t.test(
  'line breaks in claims, in client ids and in what the provider says make no header and no log line',
  async (t) => {
    const evil = 'a\r\nX-Injected: yes\r\n\r\nGET /evil HTTP/1.1';
    const header = { header: 'x-claim', path: ['evil'] };
    configure({
      upstream_headers: [header, { header: 'x-list', path: ['list'] }],
      downstream_headers: [header],
      credential_claim: ['evil'],
      authenticated_groups_claim: ['groups'],
      token_headers_replay: ['x-odd'],
      token_headers_grants: ['client_credentials'],
    });
    idp.answer = async () => ({ body: await idp.grant({ evil, list: [evil], groups: ['g', evil] }) });
    const answer = await gw.call(credential);
    t.equal(answer.status, 200);
    t.equal(answer.headers['x-claim'], undefined);
    t.equal(answer.headers['x-injected'], undefined);
    t.notMatch(lastSeen(), /injected/i);
    t.equal(
      gw.upstream.requests.at(-1)?.headers['x-list'],
      Buffer.from(JSON.stringify([evil])).toString('base64'),
      'a list travels as Base64',
    );

    configure({ display_errors: true });
    const before = idp.counts.token;
    for (const id of ['a\r\nb', 'a\nb', 'a\0b', 'a\u007fb']) {
      t.equal((await gw.call([id, secret])).status, 401);
      const query = new URLSearchParams({ client_id: id, client_secret: secret });
      t.equal((await gw.call(null, { target: `?${query.toString()}` })).status, 401);
    }
    t.equal(idp.counts.token, before, 'such ids are no ids');

    for (const error of [evil, 'invalid_client"\r\nX-Injected: yes', `"><script>${secret}`]) {
      idp.answer = () => ({ status: 400, body: { error, error_description: evil, error_uri: 'https://evil.example' } });
      const refused = await gw.call(['other', `${error.length}`]);
      t.not(refused.status, 200);
      t.notMatch(JSON.stringify([refused.headers, refused.text]), /injected|script|evil/i);
    }
    idp.answer = () => ({ status: 400, body: { error: 'invalid_grant', error_description: evil } });
    const described = await gw.call(['described', 'x']);
    t.notMatch(JSON.stringify([described.headers, described.text]), /injected|evil/i);
    t.notMatch(gw.log.text(), /injected|script/i);
  },
);

t.test(
  'a second Authorization header is refused, whatever the two say and wherever the credential stands',
  async (t) => {
    t.equal((await gw.call(credential)).status, 200);
    const good = basic(...credential);
    const before = idp.counts.token;
    for (const pair of [
      [good, good],
      [good, 'Bearer x'],
      ['Bearer x', good],
      ['', good],
      [good, ''],
    ]) {
      for (const name of ['Authorization', 'authorization', 'AUTHORIZATION']) {
        const lines = `Authorization: ${pair[0]}\r\n${name}: ${pair[1]}\r\n`;
        const head = `GET /anything HTTP/1.1\r\nHost: h\r\n${lines}Connection: close\r\n\r\n`;
        t.match(await sendRaw(gw.gateway.port, head), /^HTTP\/1.1 40[01] /, JSON.stringify([name, pair]));
      }
    }
    t.equal(
      (await gw.call(null, { target: `?${inQuery}`, headers: ['authorization', 'a', 'authorization', 'b'] })).status,
      401,
    );
    t.equal(idp.counts.token, before);
  },
);

t.test('Content-Length and Transfer-Encoding are right after a credential was taken out of the body', async (t) => {
  const upstream = await startRecordingUpstream();
  const api = service(upstream.url);
  const config = withDefaults({ issuer: idp.issuer, auth_methods: ['client_credentials'] }) as JsonObject;
  const gateway = await startGateway(
    entities({ services: [api], routes: [route(api)], plugins: [plugin('openid-connect', { config })] }),
    { plugins: [openidConnect] },
  );
  t.teardown(async () => {
    await gateway.close();
    await upstream.close();
  });
  const body = `x=1&${inQuery}&y=%C3%BC`;
  const chunked = `5\r\n${body.slice(0, 5)}\r\n${(body.length - 5).toString(16)};ext=1\r\n${body.slice(5)}\r\n0\r\nX-Trailer: t\r\n\r\n`;
  const head = (framing: string): string =>
    `POST /anything HTTP/1.1\r\nHost: h\r\nContent-Type: ${form['content-type']}\r\n${framing}\r\nConnection: close\r\n\r\n`;
  const sent = {
    'a length': head(`Content-Length: ${body.length}`) + body,
    chunks: head('Transfer-Encoding: chunked') + chunked,
    'chunks and an announced trailer': head('Transfer-Encoding: chunked\r\nTrailer: X-Trailer') + chunked,
    'Expect: 100-continue': head(`Content-Length: ${body.length}\r\nExpect: 100-continue`) + body,
  };
  for (const [what, bytes] of Object.entries(sent)) {
    upstream.clear();
    t.match(await sendRaw(gateway.port, bytes), /HTTP\/1.1 200 /, what);
    t.same(upstream.problems, [], what);
    t.same(upstream.incomplete(), [], what);
    t.equal(upstream.requests.length, 1, what);
    t.equal(upstream.requests[0]?.body, 'x=1&y=%C3%BC', what);
    t.notMatch(JSON.stringify(upstream.requests), secret);
  }
});

t.test('a body over the limit streams on, byte for byte, and counts as no credential', async (t) => {
  const large = `{"client_id":"service","client_secret":"${secret}","pad":"${'x'.repeat(70_000)}"}`;
  t.equal((await gw.call(null, { method: 'POST', headers: json, body: large })).status, 401);
  const answer = await gw.call(credential, { method: 'POST', headers: json, body: large });
  t.equal(answer.json().data, large);
  const chunk = `pad=${'x'.repeat(70_000)}&${inQuery}`;
  const head = `POST /anything HTTP/1.1\r\nHost: h\r\nContent-Type: ${form['content-type']}\r\n`;
  const rest = `Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk.length.toString(16)}\r\n${chunk}\r\n0\r\n\r\n`;
  t.match(await sendRaw(gw.gateway.port, `${head}${rest}`), /^HTTP\/1.1 401 /, 'in chunks, without a length');
  const passed = await sendRaw(gw.gateway.port, `${head}Authorization: ${basic(...credential)}\r\n${rest}`);
  t.match(passed, /^HTTP\/1.1 200 /);
  t.ok(passed.includes(secret), 'what is not searched is not changed');
});

t.test('deep, broken, doubled and compressed bodies and bombs of Base64 are no credentials and no fault', async (t) => {
  const ask = async (headers: Record<string, string>, body: string | Buffer) =>
    (await gw.call(null, { method: 'POST', headers, body })).status;
  const before = idp.counts.token;
  for (const body of [
    ...['', '{', 'null', '[]', '"x"', '{"client_id":"service"', '['.repeat(60_000), '{"a":'.repeat(12_000)],
    ...[
      '{"client_id":null,"client_secret":null}',
      '{"client_id":{},"client_secret":[]}',
      '{"__proto__":{"client_id":"a"}}',
    ],
    `{"client_id":"service","client_secret":"${secret}","client_secret":"${secret}"}`,
    `{"client_id":"service","client\\u005fid":"service","client_secret":"${secret}"}`,
    `{"constructor":{"client_id":"service","client_secret":"${secret}"}}`,
  ]) {
    t.equal(await ask(json, body), 401, body.slice(0, 40));
  }
  t.equal(await ask(form, `${inQuery}&client_id=service`), 401);
  t.equal(await ask(form, '&'.repeat(60_000)), 401);
  t.equal(await ask(form, '%'.repeat(60_000)), 401);
  t.equal(await ask({ ...json, 'content-encoding': 'deflate' }, deflateRawSync(Buffer.alloc(1_000_000))), 401);
  for (const text of ['A'.repeat(7900), '/'.repeat(7900), 'YTpi='.repeat(1500)]) {
    t.equal((await gw.call(null, { headers: { authorization: `Basic ${text}` } })).status, 401);
  }
  t.equal(idp.counts.token, before);
  t.equal((await gw.call(credential)).status, 200);
});

t.test('credentials in the query stand in no access log, whatever becomes of the request', async (t) => {
  const before = gw.log.lines().length;
  const target = `?${inQuery}&access_token=a.b.c&other=1`;
  await gw.call(null, { target });
  await gw.call(null, { target: `?client_id=service&client_secret=${secret}wrong` });
  configure({ hide_credentials: false });
  await gw.call(null, { target });
  configure({ client_credentials_param_type: ['header'] });
  await gw.call(null, { target });
  await sendRaw(gw.gateway.port, `GET /anything${target}#fragment HTTP/1.1\r\nHost: h\r\n\r\n`);
  await sendRaw(gw.gateway.port, `GET /anything${target} HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n`);
  const lines = gw.log.lines().slice(before);
  t.ok(lines.filter(({ msg }) => msg === 'request').length >= 4, 'there is an access log');
  t.notMatch(JSON.stringify(lines), /client_secret|a-Secret|access_token/);
});
