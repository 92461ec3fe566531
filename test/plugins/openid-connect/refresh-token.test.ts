import t, { type Test } from 'tap';
import type { Loaded } from '../../../src/cache/cache.ts';
import { RefreshChain } from '../../../src/plugins/openid-connect/refresh-chain.ts';
import type { CachedToken } from '../../../src/plugins/openid-connect/token-cache.ts';
import type { PreparedGrant, TokenGrant } from '../../../src/plugins/openid-connect/token-grant.ts';
import { FakeClock } from '../../support/clock.ts';
import { type FakeAnswer, FakeIdp } from '../../support/fake-idp.ts';
import { basic } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const settings = {
  auth_methods: ['refresh_token', 'client_credentials'],
  client_id: ['kong'],
  client_secret: ['own-secret'],
  refresh_token_param_name: 'refresh_token',
};

interface World {
  readonly clock: FakeClock;
  readonly idp: FakeIdp;
  readonly gw: OidcGateway;
  /** Refresh tokens as the provider got them. */
  readonly used: () => string[];
  readonly call: (token: string) => Promise<number>;
}

/** A provider whose refresh tokens `rt1`, `rt2` … work once each; a second use ends them all. */
async function start(t: Test, config: Record<string, unknown> = {}): Promise<World> {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  let newest = 1;
  idp.answer = async ({ form }): Promise<FakeAnswer> => {
    if (form.get('refresh_token') !== `rt${newest}`) {
      newest = -1;
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    newest += 1;
    return { body: { ...(await idp.grant({ jti: `at${newest}` })), refresh_token: `rt${newest}` } };
  };
  const gw = await startOidcGateway({ issuer: idp.issuer, ...settings, ...config }, { clock });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  const call = async (token: string) => (await gw.call(null, { headers: { 'Refresh-Token': token } })).status;
  return { clock, idp, gw, call, used: () => idp.tokenRequests.map(({ form }) => form.get('refresh_token') ?? '') };
}

t.test('the token is exchanged by the own client without a scope, and does not go upstream', async (t) => {
  const { idp, gw, call } = await start(t);
  t.equal(await call('rt1'), 200);
  const [request] = idp.tokenRequests;
  t.equal(request?.form.toString(), 'grant_type=refresh_token&refresh_token=rt1');
  t.equal(request?.headers.authorization, basic('kong', 'own-secret'));
  const seen = gw.upstream.requests.at(-1)?.headers ?? {};
  t.match(seen.authorization, /^Bearer /);
  t.equal(seen['refresh-token'], undefined);
});

t.test('the token is found in query and body, and taken out', async (t) => {
  const { gw } = await start(t);
  t.equal((await gw.call(null, { target: '?a=1&refresh_token=rt1' })).status, 200);
  t.equal(gw.upstream.requests.at(-1)?.url, '/anything?a=1');
  const headers = { 'content-type': 'application/json' };
  const answer = await gw.call(null, { method: 'POST', headers, body: '{"refresh_token":"rt1","x":1}' });
  t.equal(answer.json().data, '{"x":1}');
});

t.test('only configured places and names are looked at', async (t) => {
  const { idp, gw } = await start(t, { refresh_token_param_type: ['query'], refresh_token_param_name: 'rt' });
  t.equal((await gw.call(null, { headers: { rt: 'rt1' } })).status, 401);
  t.equal((await gw.call(null, { target: '?refresh_token=rt1' })).status, 401);
  t.equal((await gw.call(null, { target: '?rt=rt1&rt=rt1' })).status, 401, 'given twice');
  gw.configure({ issuer: idp.issuer, ...settings, refresh_token_param_name: null });
  t.equal((await gw.call(null, { target: '?refresh_token=rt1' })).status, 401);
  t.equal(idp.counts.token, 0);
});

t.test('a refresh token comes before a Basic header, also one that is remembered', async (t) => {
  const { gw, used } = await start(t);
  await gw.call(['service', 'x']);
  t.equal((await gw.call(['service', 'x'], { headers: { 'refresh-token': 'rt-bad' } })).status, 401);
  t.same(used().at(-1), 'rt-bad');
});

t.test('50 callers at once use a token once', async (t) => {
  const { call, used } = await start(t);
  const statuses = await Promise.all(Array.from({ length: 50 }, () => call('rt1')));
  t.same(new Set(statuses), new Set([200]));
  t.same(used(), ['rt1']);
});

t.test('without a cache, too, requests at one moment use a token once', async (t) => {
  let finish: (loaded: Loaded<CachedToken>) => void = () => undefined;
  const loaded = new Promise<Loaded<CachedToken>>((resolve) => {
    finish = resolve;
  });
  let loads = 0;
  const load = async () => {
    loads += 1;
    return await loaded;
  };
  const grant = { key: () => 'key', load } as unknown as TokenGrant;
  const lifetimes = { cacheTtlMs: 1, cacheTtlMinMs: null, cacheTtlMaxMs: null, cacheTtlNegMs: null, resurrectMs: null };
  const chain = new RefreshChain({ grant, cache: null, lifetimes, clock: new FakeClock() });
  const results = [chain.get({} as PreparedGrant, 'rt1'), chain.get({} as PreparedGrant, 'rt1')];
  const moments = { refreshAt: 1, freshUntil: 1, staleUntil: 1 };
  finish({ value: { kind: 'refused', oauthError: null }, ...moments });
  const [one, two] = await Promise.all(results);
  t.equal(one, two);
  t.equal(loads, 1);
});

t.test('when the access token ends the newest refresh token is used, and each only once', async (t) => {
  const { clock, gw, call, used } = await start(t);
  for (let life = 0; life < 5; life++) {
    const statuses = await Promise.all(Array.from({ length: 10 }, () => call('rt1')));
    t.same(new Set(statuses), new Set([200]));
    clock.advance(3_600_000);
  }
  t.same(used(), ['rt1', 'rt2', 'rt3', 'rt4', 'rt5']);
  const tokens = new Set(gw.upstream.requests.map(({ headers }) => headers.authorization));
  t.equal(tokens.size, 5);
});

t.test('callers with the old and with the new refresh token share what came of them', async (t) => {
  const { clock, call, used } = await start(t);
  t.equal(await call('rt1'), 200);
  clock.advance(3_600_000);
  t.same(await Promise.all(['rt1', 'rt2', 'rt1', 'rt2'].map(call)), [200, 200, 200, 200]);
  t.same(used(), ['rt1', 'rt2']);
});

t.test('a token is not renewed early, since its successor would be spent for nobody', async (t) => {
  const { clock, call, used } = await start(t);
  await call('rt1');
  clock.advance(3_599_000);
  t.equal(await call('rt1'), 200);
  t.equal(await call('rt1'), 200);
  t.same(used(), ['rt1']);
});

t.test('a successor that is refused is 401, and the spent token is never tried again', async (t) => {
  const { clock, idp, call, used } = await start(t);
  await call('rt1');
  idp.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
  clock.advance(3_600_000);
  t.equal(await call('rt1'), 401);
  clock.advance(10_000);
  t.equal(await call('rt1'), 401);
  t.same(used(), ['rt1', 'rt2', 'rt2']);
});

t.test('with the provider down an ended token is not used; one past cache_ttl_max is, if told so', async (t) => {
  const { clock, idp, call } = await start(t, { cache_ttl_max: 60, cache_ttl_resurrect: 600 });
  t.equal(await call('rt1'), 200);
  const good = idp.answer;
  idp.answer = () => ({ status: 500, body: '' });
  clock.advance(61_000);
  t.equal(await call('rt1'), 200);
  clock.advance(600_000);
  t.equal(await call('rt1'), 503);
  idp.answer = good;
  t.equal(await call('rt1'), 200);
});

t.test('a provider that does not rotate is asked with the same token again', async (t) => {
  const { clock, idp, call, used } = await start(t);
  idp.answer = async () => ({ body: await idp.grant() });
  await call('rt1');
  await call('rt1');
  clock.advance(3_600_000);
  t.equal(await call('rt1'), 200);
  t.same(used(), ['rt1', 'rt1']);
});
