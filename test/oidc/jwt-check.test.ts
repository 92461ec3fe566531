import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, exportSPKI, importSPKI, type JWK, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { Secret } from '../../src/lib/secret.ts';
import { checkAccessToken, checkIdToken, type JwtRules } from '../../src/oidc/jwt-check.ts';
import type { IssuerSettings } from '../../src/oidc/issuer-settings.ts';
import type { Documents } from '../support/documents.ts';
import { serveDocuments, text } from '../support/documents.ts';
import { issuersFor } from '../support/issuers.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const smallRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');

const rules: JwtRules = {
  verifySignature: true,
  verifyClaims: true,
  hmacSecret: null,
  issuersAllowed: null,
  leewaySeconds: 0,
  maxAgeSeconds: null,
  domains: null,
  requireIssuerAndExpiry: false,
};
const invalidSignature = { code: 'ERR_TOKEN_INVALID', status: 401, reason: 'invalid signature' };
const notAllowed = { code: 'ERR_TOKEN_INVALID', reason: 'signature algorithm not allowed' };

void t.test('good tokens of every kind of key pass and give their claims', async (t) => {
  const { check, claims, now } = await setUp(t);
  for (const [alg, kid, key] of [
    ['RS256', 'rsa', rsa.privateKey],
    ['RS512', 'rsa', rsa.privateKey],
    ['PS384', 'rsa', rsa.privateKey],
    ['ES256', 'ec', ec.privateKey],
    ['ES384', 'ec384', ec384.privateKey],
    ['EdDSA', 'ed', ed.privateKey],
  ] as const) {
    const verified = await check(await sign(claims, key, { alg, kid }));
    t.match(verified, { claims: { sub: 'service' }, expiresAt: (now + 60) * 1000 }, alg);
  }
});

void t.test('opaque and encrypted tokens are accepted for where they came from, without a look at keys', async (t) => {
  const { check, server } = await setUp(t);
  for (const token of ['opaque', 'a.b', 'not.a.jws', 'a.b.c.d.e', 'eyJhbGciOiJkaXIifQ..a.b.c']) {
    t.same(await check(token), { claims: null, expiresAt: null }, token);
  }
  t.equal(server.requests.length, 0);
});

void t.test('alg "none" in any spelling, missing, or not a text is refused, signed or not', async (t) => {
  const { check, claims } = await setUp(t);
  for (const alg of ['none', 'None', 'NONE', '', undefined, 7, ['RS256'], 'toString', '__proto__']) {
    for (const signature of ['', 'AAAA']) {
      await t.rejects(check(compact({ alg, kid: 'rsa' }, claims, signature)), notAllowed, JSON.stringify(alg));
    }
  }
});

void t.test('an empty signature is refused', async (t) => {
  const { check, claims } = await setUp(t);
  await t.rejects(check(compact({ alg: 'RS256', kid: 'rsa' }, claims, '')), invalidSignature);
});

void t.test('a changed payload is refused', async (t) => {
  const { check, claims } = await setUp(t);
  const [head = '', , signature = ''] = (await sign(claims, rsa.privateKey, { alg: 'RS256', kid: 'rsa' })).split('.');
  await t.rejects(check(`${head}.${encode({ ...claims, sub: 'admin' })}.${signature}`), invalidSignature);
});

void t.test('an HMAC under the public key is refused, HMAC allowed or not', async (t) => {
  const { check, claims } = await setUp(t);
  const pem = await exportSPKI(
    await importSPKI(rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string, 'RS256'),
  );
  const token = hmacSigned({ alg: 'HS256', kid: 'rsa' }, claims, pem);
  await t.rejects(check(token), notAllowed);
  await t.rejects(check(token, { hmacSecret: new Secret('the real secret') }), invalidSignature);
});

void t.test("HMAC tokens pass only when allowed, and only under the client's own secret", async (t) => {
  const { check, claims, server } = await setUp(t);
  const token = hmacSigned({ alg: 'HS256' }, claims, 'the real secret');
  await t.rejects(check(token), notAllowed);
  await t.rejects(check(token, { hmacSecret: new Secret('another') }), invalidSignature);
  t.match(await check(token, { hmacSecret: new Secret('the real secret') }), { claims: { sub: 'service' } });
  t.equal(server.hits('/jwks'), 0, 'no key of the provider is asked for');
});

void t.test('a symmetric key in a key set is no key', async (t) => {
  const { check, claims, setKeys } = await setUp(t);
  setKeys([{ kty: 'oct', k: Buffer.from('guessable').toString('base64url'), kid: 'oct', alg: 'HS256' }]);
  const token = hmacSigned({ alg: 'HS256', kid: 'oct' }, claims, 'guessable');
  await t.rejects(check(token, { hmacSecret: new Secret('the real secret') }), invalidSignature);
});

void t.test('an EC algorithm with the kid of an RSA key is refused, and the other way round', async (t) => {
  const { check, claims } = await setUp(t);
  await t.rejects(check(await sign(claims, ec.privateKey, { alg: 'ES256', kid: 'rsa' })), invalidSignature);
  await t.rejects(check(await sign(claims, rsa.privateKey, { alg: 'RS256', kid: 'ec' })), invalidSignature);
  await t.rejects(check(await sign(claims, ec.privateKey, { alg: 'ES256', kid: 'ec384' })), invalidSignature);
});

void t.test('a key is not used for another algorithm than the one it is published for', async (t) => {
  const { check, claims, setKeys } = await setUp(t);
  setKeys([{ ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS512' }]);
  await t.rejects(check(await sign(claims, rsa.privateKey, { alg: 'RS256', kid: 'rsa' })), invalidSignature);
});

void t.test('EC signatures of the wrong length, in DER, or all zero are refused', async (t) => {
  const { check, claims } = await setUp(t);
  const header = { alg: 'ES256', kid: 'ec' };
  const der = createSign('sha256')
    .update(`${encode(header)}.${encode(claims)}`)
    .sign(ec.privateKey);
  const good = (await sign(claims, ec.privateKey, header)).split('.')[2] ?? '';
  const raw = Buffer.from(good, 'base64url');
  for (const signature of [der, Buffer.alloc(64), raw.subarray(0, 63), Buffer.concat([raw, raw]), Buffer.alloc(1)]) {
    await t.rejects(check(compact(header, claims, signature.toString('base64url'))), invalidSignature);
  }
});

void t.test('keys that are too small, for encryption, or broken are no keys', async (t) => {
  const { check, claims, setKeys } = await setUp(t);
  const good = await exportJWK(rsa.publicKey);
  setKeys([
    { ...(await exportJWK(smallRsa.publicKey)), kid: 'small' },
    { ...good, kid: 'enc', use: 'enc' },
    { ...good, kid: 'ops', key_ops: ['encrypt'] },
    { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'broken' },
    { kty: 'RSA', e: 'AQAB', kid: 'incomplete' },
  ]);
  for (const [kid, key, alg] of [
    ['small', otherRsa.privateKey, 'RS256'],
    ['enc', rsa.privateKey, 'RS256'],
    ['ops', rsa.privateKey, 'RS256'],
    ['incomplete', rsa.privateKey, 'RS256'],
    ['broken', ec.privateKey, 'ES256'],
  ] as const) {
    await t.rejects(check(await sign(claims, key, { alg, kid })), invalidSignature, kid);
  }
});

void t.test('kid is compared and nothing else: no path, no prototype, no injection', async (t) => {
  const { check, claims, server } = await setUp(t);
  for (const kid of [
    '__proto__',
    'constructor',
    '../../etc/passwd',
    "' OR 1=1 --",
    'http://127.0.0.1/key',
    'RSA',
    '',
  ]) {
    await t.rejects(check(await sign(claims, rsa.privateKey, { alg: 'RS256', kid })), invalidSignature, kid);
  }
  const urls = new Set(server.requests.map(({ url }) => url));
  t.same([...urls].sort(), ['/.well-known/openid-configuration', '/jwks']);
});

void t.test('keys that a token brings along (jwk, jku, x5u, x5c) are neither trusted nor fetched', async (t) => {
  const { check, claims, server } = await setUp(t);
  const evil = { keys: [{ ...(await exportJWK(otherRsa.publicKey)), kid: 'evil' }] };
  server.answers.set('/evil', evil);
  const url = `${server.origin}/evil`;
  for (const extra of [{ jwk: evil.keys[0] }, { jku: url }, { x5u: url }, { x5c: ['AAAA'] }]) {
    await t.rejects(
      check(await sign(claims, otherRsa.privateKey, { alg: 'RS256', kid: 'evil', ...extra })),
      invalidSignature,
    );
  }
  t.equal(server.hits('/evil'), 0);
  const good = await sign(claims, rsa.privateKey, { alg: 'RS256', kid: 'rsa', jku: url });
  t.match(await check(good), { claims: { sub: 'service' } }, 'beside a good key they are ignored');
});

void t.test('any critical extension is refused', async (t) => {
  const { check, claims } = await setUp(t);
  for (const crit of [['b64'], ['exp'], [], 'b64', null]) {
    const header = { alg: 'RS256', kid: 'rsa', crit, b64: true };
    const token = rsaSigned(header, claims);
    await t.rejects(check(token), { code: 'ERR_TOKEN_INVALID', reason: 'unknown critical header parameter' });
  }
});

void t.test('without kid every fitting key is tried; two keys of one kid are told apart by algorithm', async (t) => {
  const { check, claims, setKeys } = await setUp(t);
  setKeys([
    { ...(await exportJWK(otherRsa.publicKey)), kid: 'one' },
    { ...(await exportJWK(rsa.publicKey)), kid: 'same' },
    { ...(await exportJWK(ec.publicKey)), kid: 'same' },
  ]);
  t.match(await check(await sign(claims, rsa.privateKey, { alg: 'RS256' })), { claims: { sub: 'service' } });
  t.match(await check(await sign(claims, ec.privateKey, { alg: 'ES256', kid: 'same' })), {
    claims: { sub: 'service' },
  });
});

void t.test('extra key sets are consulted after the own one, and may sign for the issuer', async (t) => {
  const extra = await serveDocuments({
    '/keys': { keys: [{ ...(await exportJWK(otherRsa.publicKey)), kid: 'extra' }] },
  });
  t.teardown(() => extra.close());
  const { check, claims } = await setUp(t, { extraJwksUris: [`${extra.origin}/keys`] });
  await check(await sign(claims, rsa.privateKey, { alg: 'RS256', kid: 'rsa' }));
  t.equal(extra.hits('/keys'), 0);
  const token = await sign(claims, otherRsa.privateKey, { alg: 'RS256', kid: 'extra' });
  t.match(await check(token), { claims: { sub: 'service' } });
});

void t.test('an extra key set that is down matters only to tokens that need it', async (t) => {
  const { check, claims } = await setUp(t, { extraJwksUris: ['http://127.0.0.1:9/keys'] });
  t.match(await check(await sign(claims, rsa.privateKey, { alg: 'RS256', kid: 'rsa' })), {
    claims: { sub: 'service' },
  });
  const token = await sign(claims, otherRsa.privateKey, { alg: 'RS256', kid: 'extra' });
  await t.rejects(check(token), { code: 'ERR_IDP_UNAVAILABLE', status: 503 });
});

void t.test('a key set that cannot be had is the fault of the provider, not of the token', async (t) => {
  const { check, claims, server } = await setUp(t);
  const token = await sign(claims, rsa.privateKey, { alg: 'RS256', kid: 'rsa' });
  for (const answer of [
    text(500, ''),
    text(200, '<html>'),
    text(200, '{"keys":[{"kty":"RSA","n":"'),
    text(200, '[]'),
  ]) {
    server.answers.set('/jwks', answer);
    await t.rejects(check(token), { code: 'ERR_IDP_UNAVAILABLE', status: 503 });
  }
});

void t.test('iss is compared exactly with the issuer of the document, or with the allowed ones', async (t) => {
  const { check, claims, server } = await setUp(t);
  const badIssuer = { code: 'ERR_TOKEN_INVALID', reason: 'invalid iss claim was specified for access token' };
  const from = (iss: unknown) => signRs({ ...claims, iss });
  for (const iss of [`${server.origin}/`, 'https://other.example', 7, null, [server.origin]]) {
    await t.rejects(check(await from(iss)), badIssuer, JSON.stringify(iss));
  }
  t.ok(await check(await from('https://other.example'), { issuersAllowed: ['https://other.example'] }));
  await t.rejects(check(await from(server.origin), { issuersAllowed: ['https://other.example'] }), badIssuer);
  const lax = { issuersAllowed: ['https://other.example'], verifyClaims: false };
  await t.rejects(check(await from(server.origin), lax), badIssuer, 'issuers_allowed applies without verify_claims');
  const none = await signRs({ sub: 'service' });
  t.ok(await check(none), 'absent is fine for a token that came from the provider itself');
  await t.rejects(check(none, { requireIssuerAndExpiry: true }), badIssuer);
});

void t.test('exp, nbf and iat are read as integers, floats and numeric strings, with leeway', async (t) => {
  const { check, now } = await setUp(t);
  const cases: [Record<string, unknown>, number, string | null][] = [
    [{ exp: now + 1 }, 0, null],
    [{ exp: now }, 0, `invalid exp claim (${now}) was specified for access token`],
    [{ exp: now }, 1, null],
    [{ exp: now - 1 }, 1, `invalid exp claim (${now - 1}) was specified for access token`],
    [{ exp: now + 0.5 }, 0, null],
    [{ exp: String(now + 5) }, 0, null],
    [{ exp: String(now - 5) }, 0, `invalid exp claim (${now - 5}) was specified for access token`],
    [{ exp: 'tomorrow' }, 0, 'invalid exp claim was specified for access token'],
    [{ exp: null }, 0, 'invalid exp claim was specified for access token'],
    [{ exp: '' }, 0, 'invalid exp claim was specified for access token'],
    [{ nbf: now }, 0, null],
    [{ nbf: now + 2 }, 1, `invalid nbf claim (${now + 2}) was specified for access token`],
    [{ nbf: now + 2 }, 2, null],
    [{ iat: now }, 0, null],
    [{ iat: now + 2 }, 1, `invalid iat claim (${now + 2}) was specified for access token`],
    [{ iat: now + 2 }, 2, null],
  ];
  for (const [claims, leewaySeconds, reason] of cases) {
    const outcome = check(await signRs(claims), { leewaySeconds });
    const name = `${JSON.stringify(claims)} ± ${leewaySeconds}`;
    if (reason === null) await t.resolves(outcome, name);
    else await t.rejects(outcome, { code: 'ERR_TOKEN_INVALID', reason }, name);
  }
  t.same((await check(await signRs({ exp: String(now + 5) }))).expiresAt, (now + 5) * 1000);
  await t.resolves(check(await signRs({ exp: now - 5 }), { verifyClaims: false }), 'unless claims are not checked');
});

void t.test('max_age and domains are enforced', async (t) => {
  const { check, now } = await setUp(t);
  const young = await check(await signRs({ auth_time: now - 9 }), { maxAgeSeconds: 10, leewaySeconds: 2 });
  t.equal(young.expiresAt, (now + 3) * 1000, 'what is remembered of it ends with the age limit');
  await t.rejects(check(await signRs({ auth_time: now - 10 }), { maxAgeSeconds: 10 }), { code: 'ERR_TOKEN_INVALID' });
  await t.resolves(check(await signRs({ hd: 'example.com' }), { domains: ['example.com'] }));
  await t.rejects(check(await signRs({ hd: 'other.com' }), { domains: ['example.com'] }), {
    code: 'ERR_TOKEN_INVALID',
  });
  await t.rejects(check(await signRs({}), { domains: ['example.com'], verifyClaims: false }), {
    code: 'ERR_TOKEN_INVALID',
  });
});

void t.test('verify_signature off accepts a foreign signature, but never a foreign claim', async (t) => {
  const { check, claims, server, now } = await setUp(t);
  const foreign = await sign(claims, otherRsa.privateKey, { alg: 'RS256', kid: 'evil' });
  t.match(await check(foreign, { verifySignature: false }), { claims: { sub: 'service' } });
  t.equal(server.hits('/jwks'), 0);
  const old = await sign({ ...claims, exp: now - 1 }, otherRsa.privateKey, { alg: 'RS256' });
  await t.rejects(check(old, { verifySignature: false }), { code: 'ERR_TOKEN_INVALID' });
  await t.rejects(check(compact({ alg: 'none' }, claims, ''), { verifySignature: false }), notAllowed);
});

void t.test('an ID token must be for the client that asked', async (t) => {
  const { issuer, claims } = await setUp(t);
  const check = async (extra: object) =>
    await checkIdToken(await signRs({ ...claims, ...extra }), issuer, rules, 'service');
  await t.resolves(check({ aud: 'service' }));
  await t.resolves(check({ aud: ['other', 'service'], azp: 'service' }));
  const invalid = { code: 'ERR_TOKEN_INVALID' };
  await t.rejects(check({ aud: 'other' }), invalid);
  await t.rejects(check({}), invalid);
  await t.rejects(check({ aud: ['service'], azp: 'other' }), invalid);
  await t.rejects(checkIdToken('opaque', issuer, rules, 'service'), invalid);
});

void t.test('a JWS with a payload that is no JSON object is refused', async (t) => {
  const { check } = await setUp(t);
  const head = encode({ alg: 'RS256', kid: 'rsa' });
  for (const payload of ['', 'bnVsbA', 'W10', '!!!', Buffer.from('{"a":').toString('base64url')]) {
    await t.rejects(check(`${head}.${payload}.AAAA`), { code: 'ERR_TOKEN_INVALID', reason: 'malformed token payload' });
  }
});

async function setUp(t: Test, settings: Partial<IssuerSettings> = {}) {
  const server: Documents = await serveDocuments();
  t.teardown(() => server.close());
  const { acquire, clock } = issuersFor(t);
  const issuer = acquire(server.origin, settings);
  server.answers.set('/.well-known/openid-configuration', { issuer: server.origin, jwks_uri: `${server.origin}/jwks` });
  const setKeys = (keys: JWK[]) => void server.answers.set('/jwks', { keys });
  setKeys([
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec' },
    { ...(await exportJWK(ec384.publicKey)), kid: 'ec384' },
    { ...(await exportJWK(ed.publicKey)), kid: 'ed', use: 'sig' },
  ]);
  const now = clock.now() / 1000;
  const claims = { iss: server.origin, sub: 'service', iat: now, exp: now + 60 };
  const check = (token: string, changed: Partial<JwtRules> = {}) =>
    checkAccessToken(token, issuer, { ...rules, ...changed });
  return { server, issuer, clock, now, claims, check, setKeys };
}

async function sign(claims: object, key: KeyObject, header: { alg: string; [name: string]: unknown }): Promise<string> {
  return await new SignJWT({ ...claims }).setProtectedHeader(header).sign(key);
}

/** Signed by the key with the kid `rsa`. */
async function signRs(claims: object): Promise<string> {
  return await sign(claims, rsa.privateKey, { alg: 'RS256', kid: 'rsa' });
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function compact(header: object, claims: object, signature: string): string {
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

function rsaSigned(header: object, claims: object): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createSign('sha256').update(input).sign(rsa.privateKey).toString('base64url')}`;
}

function hmacSigned(header: object, claims: object, secret: string): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
