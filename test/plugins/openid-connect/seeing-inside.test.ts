import t, { type Test } from 'tap';
import type { IssuerView } from '../../../src/oidc/issuer-view.ts';
import { sharedState } from '../../../src/plugins/openid-connect/shared-state.ts';
import { FakeClock } from '../../support/clock.ts';
import { consumer } from '../../support/entities.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { basic } from '../../support/http.ts';
import { serviceClient, startIdp } from '../../support/idp.ts';
import { type OidcGateway, type OidcGatewayOptions, startOidcGateway } from '../../support/oidc-gateway.ts';

const good = [serviceClient.id, serviceClient.secret] as const;
const told = { settings: { authDebugHeader: true } };

async function gatewayFor(
  t: Test,
  config: Record<string, unknown>,
  options: OidcGatewayOptions = {},
): Promise<OidcGateway> {
  const gateway = await startOidcGateway(config, options);
  t.teardown(() => gateway.close());
  return gateway;
}

async function providerFor(t: Test): Promise<FakeIdp> {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  return idp;
}

function viewOf({ gateway }: OidcGateway): IssuerView {
  const [view] = sharedState(gateway.gateway.host).issuers.views();
  if (view === undefined) throw new Error('no issuer');
  return view;
}

t.test('X-Gw-Auth says how the caller was authenticated, or why not', async (t) => {
  const idp = await startIdp();
  t.teardown(() => idp.close());
  const gateway = await gatewayFor(t, { issuer: idp.issuer, auth_methods: ['bearer', 'client_credentials'] }, told);
  const first = await gateway.call(good);
  t.equal(first.status, 200);
  t.match(first.headers['x-gw-auth'], /^method=client_credentials; cache=miss; age=0$/);
  const again = await gateway.call(good);
  t.match(again.headers['x-gw-auth'], /^method=client_credentials; cache=hit; age=\d+$/, 'by its header alone');
  const query = new URLSearchParams({ client_id: good[0], client_secret: good[1] }).toString();
  const elsewhere = await gateway.call(null, { target: `?${query}` });
  t.match(elsewhere.headers['x-gw-auth'], /^method=client_credentials; cache=hit; age=\d+$/, 'by the token cache');
  t.notOk(
    gateway.upstream.requests.some(({ headers }) => 'x-gw-auth' in headers),
    'the upstream hears nothing of it',
  );

  t.equal(
    (await gateway.call([good[0], 'wrong'])).headers['x-gw-auth'],
    'method=client_credentials; refused=bad-client',
  );
  t.equal((await gateway.call(null)).headers['x-gw-auth'], 'method=none; refused=no-credential');
  const bad = await gateway.call(null, { headers: { authorization: 'Bearer a.b.c' } });
  t.equal(bad.headers['x-gw-auth'], 'method=bearer; refused=bad-token');
  idp.failWith(503);
  const down = await gateway.call(['other', 'secret']);
  t.equal(down.status, 503);
  t.equal(down.headers['x-gw-auth'], 'method=client_credentials; refused=unavailable');
});

t.test('X-Gw-Auth of a cached token gives its age', async (t) => {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  t.teardown(() => idp.close());
  const gateway = await gatewayFor(t, { issuer: idp.issuer }, { ...told, clock });
  await gateway.call(good);
  clock.advance(12_345);
  t.equal((await gateway.call(good)).headers['x-gw-auth'], 'method=client_credentials; cache=hit; age=12');
});

t.test('X-Gw-Auth: a caller that counts as anonymous, a token that is not cached, a 403', async (t) => {
  const idp = await providerFor(t);
  const options = { ...told, consumers: [consumer('guest')] };
  const gateway = await gatewayFor(t, { issuer: idp.issuer, anonymous: 'guest' }, options);
  t.equal((await gateway.call(null)).headers['x-gw-auth'], 'method=anonymous');
  gateway.configure({ issuer: idp.issuer, cache_tokens: false });
  t.equal((await gateway.call(good)).headers['x-gw-auth'], 'method=client_credentials; cache=off; age=0');
  gateway.configure({ issuer: idp.issuer, scopes_required: ['write'] });
  t.equal((await gateway.call(good)).headers['x-gw-auth'], 'method=client_credentials; refused=insufficient');
});

t.test('without auth_debug_header there is no such header, and nothing runs for it', async (t) => {
  const idp = await providerFor(t);
  const gateway = await gatewayFor(t, { issuer: idp.issuer });
  for (const credential of [good, good, null]) {
    t.notHas((await gateway.call(credential)).headers, { 'x-gw-auth': String });
  }
  const { fixedHeaderFilters } = gateway.gateway.gateway.snapshot.globalChain;
  t.equal(fixedHeaderFilters.length, 0, 'no handler waits for answers');
});

t.test('every refusal is one line with its reason, the method, the client and the issuer, and no secret', async (t) => {
  const idp = await providerFor(t);
  const both = ['bearer', 'client_credentials'];
  const gateway = await gatewayFor(t, { issuer: idp.issuer, auth_methods: both, cache_ttl_neg: 0 });
  const refusal = async (headers: Record<string, string>, status: number): Promise<Record<string, unknown>> => {
    const before = gateway.log.lines().length;
    t.equal((await gateway.call(null, { headers })).status, status);
    const lines = gateway.log.lines().slice(before);
    const [line, ...more] = lines.filter(({ plugin }) => plugin === 'openid-connect');
    t.equal(more.length, 0, JSON.stringify(more));
    t.match(line, { status, issuer: idp.issuer, request_id: /^[0-9a-f]{32}$/ });
    return line ?? {};
  };
  const service = { authorization: basic('service', 'top-secret') };
  t.match(await refusal({}, 401), { level: 30, kind: 'no-credential', reason: 'no credential was sent' });

  const forged = await idp.sign({ exp: 1 });
  const expired = await refusal({ authorization: `Bearer ${forged}` }, 401);
  t.match(expired, { level: 30, kind: 'bad-token', method: 'bearer', reason: /^invalid exp claim \(1\)/ });

  idp.answer = () => ({ status: 401, body: { error: 'invalid_client', error_description: 'top-secret is wrong' } });
  t.match(await refusal(service, 401), {
    ...{ level: 30, kind: 'bad-client', method: 'client_credentials', client_id: 'service' },
    reason: 'client authentication failed',
  });

  idp.answer = async () => ({ body: await idp.grant({ exp: 1 }) });
  const issuedBad = await refusal(service, 401);
  t.match(issuedBad, { level: 40, kind: 'bad-token' }, 'a provider that issues bad tokens wants looking at');

  idp.answer = () => ({ status: 500, body: 'top-secret' });
  t.match(await refusal(service, 503), {
    ...{ level: 40, kind: 'unavailable', reason: 'unexpected status', msg: 'identity provider unavailable' },
    err: { message: `"${idp.issuer}/token" answered 500` },
  });

  idp.answer = () => ({ status: 400, body: { error: 'unsupported_grant_type', secret: 'top-secret' } });
  t.match(await refusal(service, 500), { level: 50, kind: 'unexpected', err: { message: /unsupported_grant_type/ } });

  idp.answer = async () => ({ body: await idp.grant() });
  gateway.configure({ issuer: idp.issuer, scopes_required: ['write'] });
  t.match(await refusal(service, 403), { level: 30, kind: 'insufficient', reason: 'required scope is missing' });
  gateway.configure({ issuer: idp.issuer, consumer_claims: [['sub']] });
  t.match(await refusal(service, 403), { level: 30, kind: 'unmapped', reason: 'no consumer matches' });
  t.notMatch(gateway.log.text(), /top-secret|dG9wLXNlY3JldA|eyJ/);
});

t.test('who passes as the anonymous consumer leaves the reason at level debug', async (t) => {
  const idp = await providerFor(t);
  const gateway = await gatewayFor(t, { issuer: idp.issuer, anonymous: 'guest' }, { consumers: [consumer('guest')] });
  t.equal((await gateway.call(null)).status, 200);
  t.match(gateway.log.lines().at(-1), { level: 20, kind: 'no-credential', msg: 'passes as the anonymous consumer' });
});

t.test('counters of an issuer: calls, hits, misses, those who joined, negative and stale answers', async (t) => {
  const idp = await providerFor(t);
  const gateway = await gatewayFor(t, { issuer: idp.issuer, cache_ttl_max: 1, cache_ttl_resurrect: 60 });
  t.match(viewOf(gateway).gw, { counters: { token_calls: 0 }, key_sets: [], clock_skew_ms: null });
  await Promise.all(Array.from({ length: 5 }, () => gateway.call(good)));
  t.match(viewOf(gateway).gw.counters, { token_calls: 1, cache_hits: 0, cache_misses: 1, cache_joins: 4 });
  await gateway.call(good);
  t.match(
    viewOf(gateway).gw.counters,
    { token_calls: 1, cache_hits: 1 },
    'what is remembered by its header counts, too',
  );

  idp.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
  await gateway.call(['service', 'wrong']);
  await gateway.call(['service', 'wrong']);
  t.match(viewOf(gateway).gw.counters, { token_calls: 2, cache_misses: 2, cache_hits: 2, cache_negative: 1 });
  t.match(viewOf(gateway).gw, {
    ...{ fetched_at: Number, age_seconds: Number, next_refresh: Number, clock_skew_ms: 0, last_error: null },
    key_sets: [{ uri: `${idp.issuer}/jwks`, keys: 1, fetched_at: Number, age_seconds: Number, next_refresh: Number }],
    counters: { discovery_fetches: 1, jwks_fetches: 1, failed_fetches: 0 },
  });
});

t.test('counters of an issuer: a token past its time that serves while the provider fails', async (t) => {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  t.teardown(() => idp.close());
  const config = { issuer: idp.issuer, cache_ttl_max: 10, cache_ttl_resurrect: 60 };
  const gateway = await gatewayFor(t, config, { ...told, clock });
  await gateway.call(good);
  clock.advance(20_000);
  idp.answer = () => ({ status: 503, body: '' });
  const answer = await gateway.call(good);
  t.equal(answer.status, 200);
  t.equal(answer.headers['x-gw-auth'], 'method=client_credentials; cache=stale; age=20');
  t.match(viewOf(gateway).gw.counters, { token_calls: 2, cache_misses: 2, cache_stale: 1 });
});

t.test('counters and X-Gw-Auth of tokens that the provider is asked about', async (t) => {
  const idp = await providerFor(t);
  idp.introspect = () => ({ body: { active: true, sub: 'john' } });
  idp.userInfo = () => ({ body: { sub: 'john' } });
  const config = { issuer: idp.issuer, client_id: ['gw'], client_secret: ['s'] };
  const gateway = await gatewayFor(t, { ...config, auth_methods: ['introspection'], search_user_info: true }, told);
  const call = () => gateway.call(null, { headers: { authorization: 'Bearer opaque' } });
  t.equal((await call()).headers['x-gw-auth'], 'method=introspection; cache=miss; age=0');
  t.match(viewOf(gateway).gw.counters, { introspection_calls: 1, userinfo_calls: 1, token_calls: 0, cache_misses: 2 });
  t.match((await call()).headers['x-gw-auth'], /^method=introspection; cache=hit; age=\d+$/);
  t.match(viewOf(gateway).gw.counters, { introspection_calls: 1, userinfo_calls: 1, cache_hits: 1 });
  idp.introspect = () => ({ body: { active: false } });
  const inactive = await gateway.call(null, { headers: { authorization: 'Bearer another' } });
  t.equal(inactive.headers['x-gw-auth'], 'method=introspection; refused=bad-token');
  gateway.configure({ ...config, auth_methods: ['userinfo'] });
  t.match((await call()).headers['x-gw-auth'], /^method=userinfo; cache=(hit|miss); age=\d+$/);
});
