import { generateKeyPair } from 'jose';
import t, { type Test } from 'tap';
import { FakeClock } from '../../support/clock.ts';
import { consumer } from '../../support/entities.ts';
import { type FakeAnswer, FakeIdp } from '../../support/fake-idp.ts';
import { type Answer, basic } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

interface World {
  readonly clock: FakeClock;
  readonly idp: FakeIdp;
  readonly gw: OidcGateway;
  readonly call: (token?: string, headers?: Record<string, string>, target?: string) => Promise<Answer>;
}

/** A provider that knows John by every token. */
async function start(t: Test, config: Record<string, unknown> = {}): Promise<World> {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  idp.userInfo = () => ({ body: { sub: 'john', email: 'john@example.test', groups: ['staff', 'a team'] } });
  const settings = { issuer: idp.issuer, auth_methods: ['userinfo'], ...config };
  const gw = await startOidcGateway(settings, { clock, consumers: [consumer('john@example.test')] });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  return {
    ...{ clock, idp, gw },
    call: (token = 'opaque-1', headers = {}, target = '') =>
      gw.call(null, { headers: { authorization: `Bearer ${token}`, ...headers }, target }),
  };
}

function sentOn(gw: OidcGateway): Record<string, string | string[] | undefined> {
  return gw.upstream.requests.at(-1)?.headers ?? {};
}

const byEmail = { consumer_claims: [['email']], consumer_by: ['username'] };

t.test('a token is good when the provider answers with its user, who is then known by every claim', async (t) => {
  const { idp, gw, call } = await start(t, {
    ...byEmail,
    upstream_headers: [{ header: 'x-email', path: ['email'] }],
    upstream_user_info_header: 'x-user-info',
  });
  t.equal((await call()).status, 200);
  t.match(idp.lookups[0]?.headers, { authorization: 'Bearer opaque-1', accept: 'application/json' });
  t.equal(idp.lookups[0]?.target, '/userinfo');
  t.match(sentOn(gw), { authorization: 'Bearer opaque-1', 'x-email': 'john@example.test' });
  t.equal(sentOn(gw)['x-consumer-username'], 'john@example.test');
  const told: unknown = JSON.parse(Buffer.from(String(sentOn(gw)['x-user-info']), 'base64').toString());
  t.match(told, { sub: 'john', groups: ['staff', 'a team'] });
});

t.test('the request says what the config and the caller add', async (t) => {
  const { idp, call } = await start(t, {
    userinfo_query_args_names: ['a', 'b', 'access_token'],
    userinfo_query_args_values: ['1', '2', 'forged'],
    userinfo_query_args_client: ['b'],
    userinfo_headers_names: ['x-a', 'authorization'],
    userinfo_headers_values: ['1', 'forged'],
    userinfo_headers_client: ['x-trace'],
  });
  t.equal((await call('opaque-1', { 'x-trace': 'abc' }, '?b=3')).status, 200);
  t.equal(idp.lookups[0]?.target, '/userinfo?a=1&b=3');
  t.match(idp.lookups[0]?.headers, { 'x-a': '1', 'x-trace': 'abc', authorization: 'Bearer opaque-1' });
  await call('opaque-1', { 'x-trace': 'other' }, '?b=3');
  await call('opaque-1', { 'x-trace': 'other' }, '?b=3');
  t.equal(idp.counts.userinfo, 2, 'what callers send tells answers apart');
});

t.test('the user of a token is asked for once, however many callers send it, until cache_ttl is over', async (t) => {
  const { clock, idp, call } = await start(t, { cache_ttl: 60 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => call()));
  t.ok(answers.every(({ status }) => status === 200));
  await call();
  t.equal(idp.counts.userinfo, 1);
  idp.userInfo = () => ({ status: 401, body: {} });
  clock.advance(60_001);
  t.equal((await call()).status, 401, 'ended meanwhile');
});

t.test('an answer is not kept beyond the end that a token announces', async (t) => {
  const { clock, idp, call } = await start(t);
  const token = await idp.sign({ exp: Math.floor(clock.now() / 1000) + 30 });
  t.equal((await call(token)).status, 200);
  idp.userInfo = () => ({ status: 401, body: {} });
  clock.advance(25_000);
  t.equal((await call(token)).status, 200);
  clock.advance(6000);
  t.equal((await call(token)).status, 401);
});

t.test('with cache_user_info off everyone asks', async (t) => {
  const { idp, call } = await start(t, { cache_user_info: false });
  await call();
  await call();
  t.equal(idp.counts.userinfo, 2);
});

t.test('a token that the endpoint does not accept is refused, and asked about again after cache_ttl_neg', async (t) => {
  const { clock, idp, call } = await start(t, { cache_ttl_neg: 3 });
  const good = idp.userInfo;
  for (const status of [400, 401, 403]) {
    idp.userInfo = () => ({ status, body: {} });
    t.match(await call(`opaque-${status}`), { status: 401, headers: { 'www-authenticate': /invalid_token/ } });
  }
  idp.userInfo = good;
  t.equal((await call('opaque-401')).status, 401, 'remembered');
  clock.advance(3001);
  t.equal((await call('opaque-401')).status, 200);
});

t.test(
  'a fault of the provider is answered with 503, a missing endpoint with 500, and neither is remembered',
  async (t) => {
    const { idp, call } = await start(t);
    const good = idp.userInfo;
    const faults: Record<string, [FakeAnswer, number]> = {
      'status 500': [{ status: 500, body: 'oops' }, 503],
      'status 429': [{ status: 429, body: {} }, 503],
      'status 204': [{ status: 204, body: '' }, 503],
      'a redirect': [{ status: 302, headers: { location: '/elsewhere' }, body: '' }, 503],
      'no JSON': [{ body: '<html>' }, 503],
      'status 404': [{ status: 404, body: {} }, 500],
      'status 405': [{ status: 405, body: {} }, 500],
    };
    for (const [name, [fault, status]] of Object.entries(faults)) {
      idp.userInfo = () => fault;
      t.equal((await call()).status, status, name);
    }
    idp.userInfo = good;
    t.equal((await call()).status, 200);
  },
);

t.test('a signed answer counts when this provider signed it for itself, and is sent on as it came', async (t) => {
  const config = { userinfo_accept: 'application/jwt', upstream_user_info_jwt_header: 'x-user-info-jwt' };
  const { idp, gw, call } = await start(t, { ...config, ...byEmail });
  const stranger = await generateKeyPair('RS256');
  const answer = async (claims: object, signing: object = {}): Promise<FakeAnswer> => ({
    headers: { 'content-type': 'application/jwt; charset=utf-8' },
    body: await idp.sign({ email: 'john@example.test', ...claims }, signing),
  });
  const signed = await answer({});
  idp.userInfo = () => signed;
  t.equal((await call()).status, 200);
  t.equal(idp.lookups[0]?.headers.accept, 'application/jwt');
  t.match(sentOn(gw), { 'x-user-info-jwt': signed.body, 'x-consumer-username': 'john@example.test' });
  const bad: Record<string, FakeAnswer> = {
    'signed by a stranger': await answer({}, { key: stranger.privateKey }),
    'of another issuer': await answer({ iss: 'https://other.example' }),
    'not signed': { headers: { 'content-type': 'application/jwt' }, body: { sub: 'john' } },
  };
  for (const [name, fault] of Object.entries(bad)) {
    idp.userInfo = () => fault;
    t.equal((await call('opaque-2')).status, 503, name);
  }
});

t.test('search_user_info completes what a verified token says, once per token', async (t) => {
  const { idp, gw, call } = await start(t, {
    ...{ auth_methods: ['bearer'], search_user_info: true, ...byEmail },
    authenticated_groups_claim: ['groups'],
    upstream_headers: [{ header: 'x-sub', path: ['sub'] }],
  });
  const token = await idp.sign({ sub: 'john' });
  t.equal((await call(token)).status, 200);
  t.equal((await call(token)).status, 200);
  t.equal(idp.counts.userinfo, 1);
  t.match(sentOn(gw), {
    'x-consumer-username': 'john@example.test',
    'x-authenticated-groups': 'staff, a team',
    'x-sub': 'john',
  });
  t.equal((await call(await idp.sign({ sub: 'jane' }))).status, 401, 'the answer is about somebody else');
  const stranger = await generateKeyPair('RS256');
  const before = idp.counts.userinfo;
  t.equal((await call(await idp.sign({ sub: 'john' }, { key: stranger.privateKey }))).status, 401);
  t.equal(idp.counts.userinfo, before, 'a token that does not verify goes nowhere');
});

t.test('search_user_info completes introspected tokens and those that gw got itself', async (t) => {
  const own = { client_id: ['kong'], client_secret: ['own-secret'] };
  const config = { search_user_info: true, ...own, ...byEmail };
  const { idp, gw, call } = await start(t, { ...config, auth_methods: ['introspection', 'client_credentials'] });
  idp.introspect = () => ({ body: { active: true, sub: 'john' } });
  idp.answer = async () => ({ body: await idp.grant({ sub: 'john' }) });
  t.equal((await call()).status, 200);
  t.equal(sentOn(gw)['x-consumer-username'], 'john@example.test');
  t.equal((await gw.call(['service', 'secret'])).status, 200);
  t.equal(sentOn(gw)['x-consumer-username'], 'john@example.test');
  t.equal((await gw.call(['service', 'secret'])).status, 200);
  t.equal(idp.counts.userinfo, 2, 'one for each token');
});

t.test('a token without a user passes without its claims; a fault of the provider does not', async (t) => {
  const config = { auth_methods: ['client_credentials'], search_user_info: true };
  const { clock, idp, gw } = await start(t, config);
  const service = ['service', 'secret'] as const;
  const good = idp.userInfo;
  idp.userInfo = () => ({ status: 403, body: { error: 'insufficient_scope' } });
  t.equal((await gw.call(service)).status, 200);
  t.equal((await gw.call(service)).status, 200);
  t.equal(idp.counts.userinfo, 1);
  clock.advance(6000);
  idp.userInfo = () => ({ status: 500, body: '' });
  t.equal((await gw.call(service)).status, 503);
  idp.userInfo = good;
  t.equal((await gw.call(service)).status, 401, 'John is not the service');
});

t.test('a header for the user is reason enough to ask for it', async (t) => {
  for (const name of ['upstream_user_info_header', 'downstream_user_info_header']) {
    const { idp, call } = await start(t, { auth_methods: ['bearer'], [name]: 'x-user-info' });
    const answer = await call(await idp.sign({ sub: 'john' }));
    t.equal(answer.status, 200);
    t.equal(idp.counts.userinfo, 1, name);
    if (name.startsWith('downstream')) t.ok(answer.headers['x-user-info']);
  }
});

t.test('what a caller sends along to the endpoint is never answered from what another one got', async (t) => {
  const config = {
    auth_methods: ['client_credentials'],
    search_user_info: true,
    userinfo_headers_client: ['x-tenant'],
  };
  const { idp, gw } = await start(t, config);
  idp.answer = async () => ({ body: await idp.grant({ sub: 'john' }) });
  const headers = (tenant: string): Record<string, string> => ({
    ...{ authorization: basic('service', 'secret'), 'x-tenant': tenant },
  });
  for (const tenant of ['a', 'b', 'a', 'b']) t.equal((await gw.call(null, { headers: headers(tenant) })).status, 200);
  t.equal(idp.counts.userinfo, 2);
});

t.test('an equal Authorization header is remembered where it alone decides, whichever method it is for', async (t) => {
  const { idp, gw } = await start(t);
  const authorization = `Bearer ${await idp.sign({ sub: 'john' })}`;
  const own = { issuer: idp.issuer, auth_methods: ['userinfo'] };
  const searching = { issuer: idp.issuer, auth_methods: ['bearer'], search_user_info: true };
  for (const [config, asked] of [
    [own, 0],
    [{ ...own, userinfo_headers_client: ['x-tenant'] }, 1],
    [searching, 0],
    [{ ...searching, userinfo_query_args_client: ['tenant'] }, 1],
  ] as const) {
    gw.configure(config);
    t.equal((await gw.call(null, { headers: { authorization } })).status, 200);
    // What is remembered beside the cache answers without it.
    await gw.gateway.gateway.host.cache('userinfo').clear();
    const before = idp.counts.userinfo;
    t.equal((await gw.call(null, { headers: { authorization } })).status, 200);
    t.equal((await gw.call(null, { headers: { authorization } })).status, 200);
    t.equal(idp.counts.userinfo - before, asked, `${JSON.stringify(config)}: how often the provider was asked`);
  }
});
