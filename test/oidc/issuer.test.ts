import { SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { Secret } from '../../src/lib/secret.ts';
import { forwardedClient } from '../../src/oidc/client-auth/index.ts';
import type { Issuer } from '../../src/oidc/issuer.ts';
import { checkAccessToken, type JwtRules } from '../../src/oidc/jwt-check.ts';
import { requestToken } from '../../src/oidc/token-endpoint.ts';
import { type Idp, startIdp } from '../support/idp.ts';
import { issuersFor } from '../support/issuers.ts';

const HOUR = 3_600_000;

void t.test('two hundred parallel first uses make one discovery and one key set request', async (t) => {
  const { idp, issuer, grant, check } = await setUp(t);
  const token = await grant();
  idp.resetCounts();
  const fresh = setUpIssuer(t, idp);
  await Promise.all(Array.from({ length: 200 }, () => check(token, fresh.issuer)));
  t.match(idp.counts(), { discovery: 1, jwks: 1, token: 0 });
  await check(token, fresh.issuer);
  t.match(idp.counts(), { discovery: 1, jwks: 1, token: 0 });
  t.notMatch(fresh.issuer.metadata(), Promise, 'and from then on the answer is synchronous');
  t.equal(issuer.id, fresh.issuer.id, 'the same settings have the same id in every gateway');
});

void t.test('an issuer with an old document is used at once and renewed behind the scenes', async (t) => {
  const { idp, issuer, clock } = await setUp(t);
  const first = await issuer.metadata();
  clock.advance(HOUR);
  t.equal(issuer.metadata(), first);
  await requestsReach(idp, 'discovery', 2);
});

void t.test('a provider that is down, hangs or talks nonsense keeps nobody from what is known of it', async (t) => {
  const { idp, issuer, clock, grant, check } = await setUp(t);
  const token = await grant();
  await check(token);
  for (const failure of [500, 404, 'garbage', 'reset', 'hang'] as const) {
    idp.failWith(failure);
    idp.resetCounts();
    const { failed_fetches: before } = issuer.view().gw.counters;
    clock.advance(3 * HOUR);
    const began = performance.now();
    await check(token);
    t.ok(performance.now() - began < 1000, `${failure}: at once`);
    await requestsReach(idp, 'jwks', 1);
    const ended = () => issuer.view().gw.counters.failed_fetches >= before + 2;
    while (failure !== 'hang' && !ended()) await new Promise((resolve) => setImmediate(resolve));
  }
  t.ok(issuer.view().gw.last_error);
  t.ok(issuer.view().keys.length > 0);
});

void t.test('a provider that is down at first is discovered when it is back', async (t) => {
  const { idp, issuer } = await setUp(t);
  await idp.stop();
  await t.rejects(Promise.resolve(issuer.metadata()), {
    code: 'ERR_IDP_UNAVAILABLE',
    status: 503,
    reason: 'connection refused',
  });
  await idp.start();
  t.match(await issuer.metadata(), { issuer: idp.issuer });
});

void t.test('rotated keys are found by the first token that names one', async (t) => {
  const { idp, grant, check } = await setUp(t);
  await check(await grant());
  await idp.rotateKeys();
  idp.resetCounts();
  const token = await grant();
  await Promise.all([check(token), check(token), check(token)]);
  t.match(idp.counts(), { discovery: 1, jwks: 1 });
});

void t.test('a flood of invented kids costs one rediscovery per rediscovery_lifetime', async (t) => {
  const { idp, check, clock, grant } = await setUp(t);
  const good = await grant();
  await check(good);
  idp.resetCounts();
  const flood = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++)
      await t.rejects(check(await invented(idp)), { code: 'ERR_TOKEN_INVALID' });
  };
  await flood(20);
  t.match(idp.counts(), { discovery: 1, jwks: 1 });
  clock.advance(29_999);
  await flood(5);
  t.match(idp.counts(), { discovery: 1, jwks: 1 });
  clock.advance(1);
  await flood(5);
  t.match(idp.counts(), { discovery: 2, jwks: 2 });
  await t.resolves(check(good));
});

void t.test('after a failed rediscovery the next is allowed in five seconds, and nothing is lost', async (t) => {
  const { idp, check, clock, grant } = await setUp(t);
  const good = await grant();
  await check(good);
  for (const failure of [503, 'garbage', 'reset'] as const) {
    clock.advance(30_000);
    idp.resetCounts();
    idp.failWith(failure, 'jwks');
    await t.rejects(check(await invented(idp)), { code: 'ERR_TOKEN_INVALID' });
    await t.rejects(check(await invented(idp)), { code: 'ERR_TOKEN_INVALID' });
    t.equal(idp.counts().jwks, 1);
    clock.advance(5000);
    await t.rejects(check(await invented(idp)), { code: 'ERR_TOKEN_INVALID' });
    t.equal(idp.counts().jwks, 2);
    await t.resolves(check(good), `${failure}: the old keys are still in use`);
  }
});

void t.test('a missing endpoint is looked for again once', async (t) => {
  const { idp, issuer } = await setUp(t);
  await issuer.metadata();
  idp.resetCounts();
  const find = () => Promise.resolve(issuer.endpoint('end_session_endpoint'));
  await find();
  t.equal(idp.counts().discovery, 0, 'one that is known is not looked for');
  const missing = () => Promise.resolve(issuer.endpoint('revocation_endpoint'));
  await t.rejects(missing(), { code: 'ERR_IDP_CONFIG' });
  await t.rejects(missing(), { code: 'ERR_IDP_CONFIG' });
  t.equal(idp.counts().discovery, 1);
});

void t.test('plugins with equal settings share an issuer; with other settings they do not', async (t) => {
  const { idp, registry, acquire, issuer } = await setUp(t);
  const same = acquire(idp.issuer, {}, 'second');
  t.equal(same, issuer);
  const other = acquire(idp.issuer, { timeoutMs: 1 }, 'third');
  t.not(other, issuer);
  t.not(other.id, issuer.id);
  t.match(registry.views(), [{ gw: { used_by: [{ pluginId: 'plugin' }, { pluginId: 'second' }] } }, { id: other.id }]);
  await issuer.metadata();
  idp.resetCounts();
  await acquire(idp.issuer, { cacheTtlMs: 1000 }, 'fourth').metadata();
  t.equal(idp.counts().discovery, 0, 'but a document is fetched once for all who would fetch the same');
  registry.release(other, { pluginId: 'third', scope: 'global' });
  t.notMatch(registry.views(), [{}, { id: other.id }]);
  registry.release(same, { pluginId: 'second', scope: 'global' });
  t.match(registry.views()[0], { id: issuer.id, gw: { used_by: [{ pluginId: 'plugin' }] } });
});

void t.test('the view shows document, public keys, ages and counters, in seconds', async (t) => {
  const { issuer, check, grant, clock, registry, idp } = await setUp(t);
  t.match(registry.views(), [{ configuration: null, keys: [], gw: { fetched_at: null, last_error: null } }]);
  await check(await grant());
  clock.advance(10_000);
  const view = issuer.view();
  const now = Math.floor(clock.now() / 1000);
  t.match(view, {
    id: /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    issuer: idp.issuer,
    created_at: now - 10,
    configuration: { issuer: idp.issuer, token_endpoint: `${idp.issuer}/token` },
    keys: [{ kty: 'RSA', alg: 'RS256', use: 'sig', kid: String, n: String, e: 'AQAB' }],
    gw: {
      fetched_at: now - 10,
      age_seconds: 10,
      fresh_until: now - 10 + 3600,
      counters: { discovery_fetches: 1, jwks_fetches: 1, failed_fetches: 0, rediscoveries: 0 },
    },
  });
  const next = view.gw.next_refresh ?? 0;
  t.ok(next > now + 3400 && next <= now + 3590, 'the next renewal is in the last part of the hour');
});

void t.test('a forgotten issuer is discovered anew, keys included; one never heard of is not found', async (t) => {
  const { registry, issuer, check, grant, idp } = await setUp(t);
  const token = await grant();
  for (const name of [issuer.id, idp.issuer, `${idp.issuer}/`, `${idp.issuer}/.well-known/openid-configuration`]) {
    await check(token);
    t.equal(await registry.forget(name), true, name);
    t.match(issuer.view(), { configuration: null, keys: [] });
    idp.resetCounts();
    await check(token);
    t.match(idp.counts(), { discovery: 1, jwks: 1 });
  }
  t.equal(await registry.forget('https://other.example'), false);
  await registry.forgetAll();
  t.match(issuer.view(), { configuration: null });
});

const rules: JwtRules = {
  verifySignature: true,
  verifyClaims: false,
  hmacSecret: null,
  issuersAllowed: null,
  leewaySeconds: 0,
  maxAgeSeconds: null,
  domains: null,
  requireIssuerAndExpiry: false,
};

async function setUp(t: Test) {
  const idp = await startIdp();
  t.teardown(() => idp.close());
  const issuers = setUpIssuer(t, idp);
  const { issuer, http, clock } = issuers;
  const grant = async (): Promise<string> => {
    const auth = forwardedClient('client_secret_basic', 'service', new Secret(idp.secret), idp.issuer, clock);
    const form = [['grant_type', 'client_credentials']] as const;
    const endpoint = `${idp.issuer}/token`;
    const token = await requestToken(
      { endpoint, auth, form, headers: [], timeoutMs: 5000, sslVerify: true },
      http,
      clock,
    );
    return token.accessToken.reveal();
  };
  const check = (token: string, by: Issuer = issuer) => checkAccessToken(token, by, rules);
  return { ...issuers, idp, grant, check };
}

function setUpIssuer(t: Test, idp: Idp) {
  const issuers = issuersFor(t);
  return { ...issuers, issuer: issuers.acquire(idp.issuer) };
}

/** A token under a key that does not exist. */
async function invented(idp: Idp): Promise<string> {
  const { privateKey } = await key;
  const kid = `invented ${Math.random()}`;
  return await new SignJWT({ iss: idp.issuer }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}

const key = crypto.subtle.generateKey(
  { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  false,
  ['sign', 'verify'],
);

/** Waits for background requests to arrive. */
async function requestsReach(idp: Idp, endpoint: 'discovery' | 'jwks', count: number): Promise<void> {
  while (idp.counts()[endpoint] < count) await new Promise((resolve) => setImmediate(resolve));
}
