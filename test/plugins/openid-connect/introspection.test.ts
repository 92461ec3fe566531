import { generateKeyPair } from 'jose';
import t, { type Test } from 'tap';
import { adminEndpoints } from '../../../src/plugins/openid-connect/admin.ts';
import { FakeClock } from '../../support/clock.ts';
import { consumer } from '../../support/entities.ts';
import { type FakeAnswer, FakeIdp } from '../../support/fake-idp.ts';
import { type Answer, basic } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const own = { client_id: ['kong', 'konga'], client_secret: ['own-secret', 'other-secret'] };
const signedType = 'application/token-introspection+jwt';

interface World {
  readonly clock: FakeClock;
  readonly idp: FakeIdp;
  readonly gw: OidcGateway;
  readonly configure: (config?: Record<string, unknown>) => void;
  readonly call: (token?: string, headers?: Record<string, string>, target?: string) => Promise<Answer>;
  /** The fields of the latest introspection request. */
  readonly asked: () => Record<string, string>;
}

/** A provider that finds every token active, and a gateway that asks it as the client `kong`. */
async function start(t: Test, config: Record<string, unknown> = {}): Promise<World> {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  idp.introspect = () => ({ body: { active: true, sub: 'john', client_id: 'app' } });
  const settings = { issuer: idp.issuer, auth_methods: ['introspection'], ...own, ...config };
  const gw = await startOidcGateway(settings, { clock, consumers: [consumer('john')] });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  return {
    ...{ clock, idp, gw },
    configure: (more = {}) => gw.configure({ ...settings, ...more }),
    call: (token = 'opaque-1', headers = {}, target = '') =>
      gw.call(null, { headers: { authorization: `Bearer ${token}`, ...headers }, target }),
    asked: () => Object.fromEntries(idp.lookups.at(-1)?.form ?? []),
  };
}

function seconds(clock: FakeClock): number {
  return Math.floor(clock.now() / 1000);
}

function sentOn(gw: OidcGateway): Record<string, string | string[] | undefined> {
  return gw.upstream.requests.at(-1)?.headers ?? {};
}

t.test('the gateway asks as its own client, and an active token goes on to the upstream', async (t) => {
  const { idp, gw, call, asked } = await start(t);
  t.equal((await call()).status, 200);
  t.same(asked(), { token: 'opaque-1', token_type_hint: 'access_token' });
  const [request] = idp.lookups;
  t.match(request?.headers, { authorization: basic('kong', 'own-secret'), accept: 'application/json' });
  t.equal(sentOn(gw).authorization, 'Bearer opaque-1');
  t.equal(sentOn(gw)['x-credential-identifier'], 'john');
});

t.test(
  'the request says what the config and the caller add, and nothing can take the place of the token',
  async (t) => {
    const { idp, call, asked } = await start(t, {
      introspection_token_param_name: 'access_token',
      introspection_hint: 'refresh_token',
      introspection_post_args_names: ['a', 'b', 'client_id', 'access_token'],
      introspection_post_args_values: ['1', '2', 'forged', 'forged'],
      introspection_post_args_client: ['b', 'token_type_hint'],
      introspection_post_args_client_headers: ['x-tenant'],
      introspection_headers_names: ['x-a', 'authorization'],
      introspection_headers_values: ['1', 'forged'],
      introspection_headers_client: ['x-trace'],
    });
    const headers = { 'x-tenant': 't1', 'x-trace': 'abc' };
    t.equal((await call('opaque-1', headers, '?b=3&token_type_hint=forged')).status, 200);
    t.same(asked(), {
      ...{ access_token: 'opaque-1', token_type_hint: 'refresh_token', a: '1', b: '3', 'x-tenant': 't1' },
    });
    t.match(idp.lookups[0]?.headers, { 'x-a': '1', 'x-trace': 'abc', authorization: basic('kong', 'own-secret') });
    await call('opaque-1', { ...headers, 'x-tenant': 't2' });
    await call('opaque-1', headers, '?b=4');
    t.equal(idp.counts.introspection, 3, 'what callers send tells answers apart');
    await call('opaque-1', headers, '?b=4');
    t.equal(idp.counts.introspection, 3, 'the same again asks nobody');
  },
);

t.test('a token is introspected once, however many callers send it at once', async (t) => {
  const { idp, call } = await start(t);
  const answers = await Promise.all(Array.from({ length: 20 }, () => call()));
  t.ok(answers.every(({ status }) => status === 200));
  await call();
  t.equal(idp.counts.introspection, 1);
  await call('opaque-2');
  t.equal(idp.counts.introspection, 2, 'another token');
});

t.test('an answer is kept until the token ends, and no longer than cache_ttl when it does not say', async (t) => {
  const { clock, idp, call, configure } = await start(t);
  idp.introspect = () => ({ body: { active: true, exp: seconds(clock) + 60 } });
  t.equal((await call()).status, 200);
  clock.advance(53_000);
  t.equal((await call()).status, 200);
  t.equal(idp.counts.introspection, 1);
  idp.introspect = () => ({ body: { active: false } });
  clock.advance(8000);
  t.equal((await call()).status, 401, 'the token has ended');
  configure({ cache_ttl: 10 });
  idp.introspect = () => ({ body: { active: true } });
  t.equal((await call('opaque-2')).status, 200);
  idp.introspect = () => ({ body: { active: false } });
  t.equal((await call('opaque-2')).status, 200);
  clock.advance(10_001);
  t.equal((await call('opaque-2')).status, 401, 'revoked meanwhile');
});

t.test(
  'shortly before the end one request renews the answer, so that a revoked token does not serve to the last',
  async (t) => {
    const { clock, idp, call } = await start(t);
    idp.introspect = () => ({ body: { active: true, exp: seconds(clock) + 60 } });
    t.equal((await call()).status, 200);
    idp.introspect = () => ({ body: { active: false } });
    clock.advance(55_000);
    t.equal((await call()).status, 200, 'nobody waits for the renewal');
    let { status } = await call();
    for (let tries = 0; tries < 1000 && status === 200; tries++) status = (await call()).status;
    t.equal(status, 401);
    t.equal(idp.counts.introspection, 2);
  },
);

t.test('an equal Authorization header is remembered where it alone decides', async (t) => {
  const { gw, idp, call, configure } = await start(t);
  for (const [config, asked] of [
    [{ client_arg: null }, 0],
    [{ client_arg: 'client_id' }, 1],
    [{ client_arg: null, introspection_headers_client: ['x-tenant'] }, 1],
    [{ client_arg: null, introspection_post_args_client: ['tenant'] }, 1],
    [{ client_arg: null, introspection_post_args_client_headers: ['x-tenant'] }, 1],
  ] as const) {
    configure(config);
    t.equal((await call()).status, 200);
    // What is remembered beside the cache answers without it.
    await gw.gateway.gateway.host.cache('introspection').clear();
    const before = idp.counts.introspection;
    const hits = (): number => gw.gateway.gateway.cacheStats().introspection?.hits ?? 0;
    const hitsBefore = hits();
    t.equal((await call()).status, 200);
    t.equal((await call()).status, 200);
    t.equal(hits() - hitsBefore, 2 - asked, 'what is remembered counts as a hit of this cache');
    t.equal(idp.counts.introspection - before, asked, `${JSON.stringify(config)}: how often the provider was asked`);
  }
});

t.test('an expired token is refused, whatever "active" says', async (t) => {
  const { clock, idp, call } = await start(t);
  idp.introspect = () => ({ body: { active: true, exp: seconds(clock) - 1 } });
  t.equal((await call()).status, 401);
  t.match((await call('opaque-2')).headers['www-authenticate'], /error="invalid_token"/);
});

t.test('a token that is not active is refused, and asked about again after cache_ttl_neg', async (t) => {
  const { clock, idp, call, configure } = await start(t, { cache_ttl_neg: 3 });
  for (const active of [false, 'true', 1, null]) {
    idp.introspect = () => ({ body: { active } });
    t.equal((await call(`opaque-${String(active)}`)).status, 401, JSON.stringify(active));
  }
  idp.introspect = () => ({ body: { active: true } });
  const before = idp.counts.introspection;
  t.equal((await call('opaque-false')).status, 401, 'remembered');
  t.equal(idp.counts.introspection, before);
  clock.advance(3001);
  t.equal((await call('opaque-false')).status, 200);
  configure({ introspection_check_active: false });
  idp.introspect = () => ({ body: { active: false } });
  t.equal((await call('opaque-9')).status, 200, 'with introspection_check_active off');
});

t.test('with cache_introspection off everyone asks', async (t) => {
  const { idp, call } = await start(t, { cache_introspection: false });
  await call();
  await call();
  t.equal(idp.counts.introspection, 2);
});

t.test('answers are kept although cache_tokens is off', async (t) => {
  const { idp, call } = await start(t, { cache_tokens: false });
  await call();
  await call();
  t.equal(idp.counts.introspection, 1);
});

t.test('a fault of the provider is answered with 503 and never remembered', async (t) => {
  const { idp, call } = await start(t);
  const good = idp.introspect;
  const faults: Record<string, FakeAnswer> = {
    'status 500': { status: 500, body: 'oops' },
    'status 429': { status: 429, body: {} },
    'a redirect': { status: 302, headers: { location: '/elsewhere' }, body: '' },
    'no JSON': { body: '<html>' },
    'no object': { body: '[]' },
    'no "active"': { body: { sub: 'john' } },
    'a body that is too long': { body: { active: true, x: 'x'.repeat(300_000) } },
  };
  for (const [name, fault] of Object.entries(faults)) {
    idp.introspect = () => fault;
    const answer = await call();
    t.match(answer, { status: 503, headers: { 'retry-after': '5' } }, name);
    t.notOk(answer.headers['www-authenticate'], name);
  }
  idp.introspect = good;
  t.equal((await call()).status, 200);
});

t.test('what the provider refuses to the own client is a fault of the config', async (t) => {
  const { idp, call, configure } = await start(t);
  for (const status of [401, 403, 404]) {
    idp.introspect = () => ({ status, body: { error: 'invalid_client' } });
    t.equal((await call()).status, 500, String(status));
  }
  idp.introspect = () => ({ status: 400, body: { error: 'unsupported_token_type' } });
  t.equal((await call()).status, 401, 'but such a token is a fault of the caller');
  idp.discovery = { introspection_endpoint: undefined };
  configure({ cache_ttl: 1, rediscovery_lifetime: 0, discovery_headers_names: ['a'], discovery_headers_values: ['1'] });
  t.equal((await call('opaque-2')).status, 500, 'no such endpoint');
});

t.test('an answer past cache_ttl_max serves on while the provider fails, as cache_ttl_resurrect allows', async (t) => {
  const { clock, idp, call } = await start(t, { cache_ttl_max: 10, cache_ttl_resurrect: 20 });
  idp.introspect = () => ({ body: { active: true, exp: seconds(clock) + 100 } });
  t.equal((await call()).status, 200);
  idp.introspect = () => ({ status: 500, body: '' });
  clock.advance(15_000);
  t.equal((await call()).status, 200);
  clock.advance(20_000);
  t.equal((await call()).status, 503);
});

t.test('scopes, consumers and headers come from the answer', async (t) => {
  const { idp, gw, call } = await start(t, {
    scopes_required: ['read'],
    consumer_claims: [['username']],
    consumer_by: ['username'],
    upstream_headers: [{ header: 'x-level', path: ['nested', 'level'] }],
    upstream_introspection_header: 'x-introspection',
    upstream_introspection_jwt_header: 'x-introspection-jwt',
  });
  const body = { active: true, scope: 'read write', username: 'john', nested: { level: 3 } };
  idp.introspect = () => ({ body });
  t.equal((await call()).status, 200);
  t.match(sentOn(gw), { 'x-consumer-username': 'john', 'x-level': '3' });
  t.same(JSON.parse(Buffer.from(String(sentOn(gw)['x-introspection']), 'base64').toString()), body);
  t.notOk(sentOn(gw)['x-introspection-jwt'], 'it was no JWT');
  idp.introspect = () => ({ body: { ...body, scope: 'write' } });
  t.match(await call('opaque-2'), { status: 403 });
});

t.test('"iss", "nbf" and issuers_allowed count where the answer names an issuer', async (t) => {
  const { clock, idp, call, configure } = await start(t);
  const other = 'https://other.example';
  idp.introspect = () => ({ body: { active: true, iss: other } });
  t.equal((await call('opaque-1')).status, 401);
  idp.introspect = () => ({ body: { active: true, iss: idp.issuer, nbf: seconds(clock) + 10 } });
  t.equal((await call('opaque-2')).status, 401);
  idp.introspect = () => ({ body: { active: true, iss: other } });
  configure({ issuers_allowed: [other] });
  t.equal((await call('opaque-1')).status, 200, 'not what was remembered under other rules');
});

t.test(
  'a signed answer (RFC 9701) counts when it is for this client, from this provider, and of this kind',
  async (t) => {
    const { idp, gw, call } = await start(t, {
      introspection_accept: signedType,
      upstream_introspection_jwt_header: 'x-introspection-jwt',
    });
    const inner = { active: true, sub: 'john' };
    const good = { aud: 'kong', token_introspection: inner };
    const typ = 'token-introspection+jwt';
    const stranger = await generateKeyPair('RS256');
    const answer = async (claims: object, signing: object, type = signedType): Promise<FakeAnswer> => ({
      headers: { 'content-type': type },
      body: await idp.sign({ ...claims }, signing),
    });
    const signed = await answer(good, { typ });
    idp.introspect = () => signed;
    t.equal((await call('opaque-1')).status, 200);
    t.match(idp.lookups.at(-1)?.headers.accept, signedType);
    t.equal(sentOn(gw)['x-introspection-jwt'], signed.body);
    idp.introspect = () => answer({ ...good, aud: ['kong', 'x'] }, { typ }, `${signedType}; charset=utf-8`);
    t.equal((await call('opaque-2')).status, 200, 'several audiences');
    idp.introspect = () => answer({ ...good, token_introspection: { active: false } }, { typ });
    t.equal((await call('opaque-3')).status, 401, 'not active');
    const bad: Record<string, FakeAnswer> = {
      'of another type': await answer(good, { typ: 'JWT' }),
      'without a type': await answer(good, {}),
      'for another client': await answer({ ...good, aud: 'other' }, { typ }),
      'of another issuer': await answer({ ...good, iss: 'https://other.example' }, { typ }),
      'without the member': await answer({ aud: 'kong', active: true }, { typ }),
      'signed by a stranger': await answer(good, { typ, key: stranger.privateKey }),
      'not signed': { headers: { 'content-type': signedType }, body: inner },
      'under the older media type, for another client': await answer({ ...good, aud: 'x' }, { typ }, 'application/jwt'),
    };
    for (const [name, fault] of Object.entries(bad)) {
      idp.introspect = () => fault;
      t.equal((await call('opaque-4')).status, 503, name);
    }
  },
);

t.test('a signed answer of the drafts before RFC 9701 has its members at the top', async (t) => {
  const { idp, call } = await start(t, { introspection_accept: 'application/jwt' });
  const answer = async (claims: object): Promise<FakeAnswer> => ({
    headers: { 'content-type': 'application/jwt' },
    body: await idp.sign({ ...claims }),
  });
  idp.introspect = () => answer({ active: true });
  t.equal((await call('opaque-1')).status, 200);
  idp.introspect = () => answer({ active: false });
  t.equal((await call('opaque-2')).status, 401);
  idp.introspect = () => answer({});
  t.equal((await call('opaque-3')).status, 503);
});

t.test('a caller that names another own client is not answered what the first one was told', async (t) => {
  const { idp, call } = await start(t, { client_arg: 'client_id' });
  idp.introspect = ({ headers }) => ({ body: { active: headers.authorization === basic('kong', 'own-secret') } });
  t.equal((await call()).status, 200);
  t.equal((await call('opaque-1', { 'x-client-id': 'konga' })).status, 401);
  t.equal((await call()).status, 200);
  t.equal(idp.counts.introspection, 2);
});

t.test('without an own client no token is introspected', async (t) => {
  const { idp, call } = await start(t, { client_id: null, client_secret: null });
  t.equal((await call()).status, 401);
  t.equal(idp.counts.introspection, 0);
});

t.test('with introspect_jwt_tokens a signed token is verified first, then introspected', async (t) => {
  const { idp, gw, call } = await start(t, {
    auth_methods: ['bearer'],
    introspect_jwt_tokens: true,
    upstream_headers: [
      { header: 'x-name', path: ['name'] },
      { header: 'x-sub', path: ['sub'] },
    ],
  });
  idp.introspect = () => ({ body: { active: true, sub: 'not this one', name: 'John' } });
  const token = await idp.sign({ sub: 'john' });
  t.equal((await call(token)).status, 200);
  t.match(sentOn(gw), { 'x-sub': 'john', 'x-name': 'John' }, "the token's own claims come first");
  t.equal((await call(token)).status, 200);
  t.equal(idp.counts.introspection, 1);
  const stranger = await generateKeyPair('RS256');
  t.equal((await call(await idp.sign({}, { key: stranger.privateKey }))).status, 401);
  t.equal(idp.counts.introspection, 1, 'a token that does not verify is not asked about');
  idp.introspect = () => ({ body: { active: false } });
  t.equal((await call(await idp.sign({ sub: 'jane' }))).status, 401, 'revoked');
  t.equal((await call('opaque-1')).status, 401);
});

t.test('with introspect_jwt_tokens and its cache off, revocation counts at once', async (t) => {
  const config = { auth_methods: ['bearer'], introspect_jwt_tokens: true, cache_introspection: false };
  const { idp, call } = await start(t, config);
  const token = await idp.sign();
  t.equal((await call(token)).status, 200);
  idp.introspect = () => ({ body: { active: false } });
  t.equal((await call(token)).status, 401);
});

t.test('an operator who drops issuers drops what is known of their tokens', async (t) => {
  const { idp, gw, call } = await start(t);
  const host = gw.gateway.gateway.host;
  const drop = adminEndpoints(host).filter(({ method, path }) => method === 'DELETE' && path.includes('issuers'));
  t.equal(drop.length, 2);
  for (const endpoint of drop) {
    t.equal((await call()).status, 200);
    const before = idp.counts.introspection;
    t.equal((await call()).status, 200);
    t.equal(idp.counts.introspection, before);
    await endpoint.handle({ params: { key: idp.issuer }, query: {} });
    t.equal((await call()).status, 200);
    t.equal(idp.counts.introspection, before + 1, endpoint.path);
  }
});

t.test('an answer is not remembered beyond max_age', async (t) => {
  const { clock, idp, call } = await start(t, { max_age: 60 });
  idp.introspect = () => ({ body: { active: true, auth_time: seconds(clock) - 30, exp: seconds(clock) + 3600 } });
  t.equal((await call()).status, 200);
  idp.introspect = () => ({ body: { active: true, auth_time: seconds(clock) - 61 } });
  clock.advance(26_000);
  t.equal((await call()).status, 200);
  clock.advance(5000);
  t.equal((await call()).status, 401);
});
