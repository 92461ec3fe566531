import { generateKeyPairSync } from 'node:crypto';
import { exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import t from 'tap';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

let idp: FakeIdp;
let gw: OidcGateway;
let calls = 0;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

/** Status of a call whose token request is answered with this token; each call is a credential of its own. */
async function statusWith(token: string | Promise<string>, extra: Record<string, unknown> = {}): Promise<number> {
  idp.answer = async () => ({ body: { access_token: await token, token_type: 'Bearer', ...extra } });
  return (await gw.call(['service', `secret-${calls++}`])).status;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function claims(): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { iss: idp.issuer, iat: now, exp: now + 60 };
}

t.test('a good token passes', async (t) => {
  t.equal(await statusWith(idp.sign()), 200);
});

t.test('algorithm none in any spelling, a missing one, and an empty signature are refused', async (t) => {
  for (const alg of ['none', 'None', 'NONE', undefined, 1, '', '__proto__', 'constructor']) {
    t.equal(await statusWith(`${part({ alg, kid: idp.kid })}.${part(claims())}.`), 401, String(alg));
    t.equal(await statusWith(`${part({ alg, kid: idp.kid })}.${part(claims())}.AAAA`), 401, String(alg));
  }
  const [head, body] = (await idp.sign()).split('.');
  t.equal(await statusWith(`${head}.${body}.`), 401);
});

t.test('the public key is no HMAC secret, with or without enable_hs_signatures', async (t) => {
  const key = await importJWK(idp.publicJwk, 'RS256');
  if (key instanceof Uint8Array) throw new Error('not a key pair');
  const pem = new TextEncoder().encode(await exportSPKI(key));
  const forged = () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: idp.kid }).sign(pem);
  t.equal(await statusWith(forged()), 401);
  gw.configure({ issuer: idp.issuer, enable_hs_signatures: true });
  t.equal(await statusWith(forged()), 401);
  const own = new TextEncoder().encode(`secret-${calls}`);
  t.equal(await statusWith(new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(own)), 200);
  gw.configure({ issuer: idp.issuer });
});

t.test('a signature by another key, for another algorithm or of wrong length is refused', async (t) => {
  const other = await generateKeyPair('RS256');
  t.equal(await statusWith(idp.sign({}, { key: other.privateKey })), 401, 'another key under a known kid');
  const curve = await generateKeyPair('ES256');
  t.equal(await statusWith(idp.sign({}, { key: curve.privateKey, alg: 'ES256' })), 401, 'an EC token, an RSA key');
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  idp.jwks = { keys: [idp.publicJwk, { ...publicKey.export({ format: 'jwk' }), kid: 'ec', alg: 'ES256' }] };
  gw.configure({ issuer: idp.issuer, discovery_headers_names: ['x'], discovery_headers_values: ['y'] });
  const good = await idp.sign({}, { key: privateKey, alg: 'ES256', kid: 'ec' });
  t.equal(await statusWith(good), 200);
  const [head, body, signature = ''] = good.split('.');
  for (const bytes of [Buffer.alloc(64), Buffer.from(signature, 'base64url').subarray(0, 63), Buffer.alloc(65, 1)]) {
    t.equal(await statusWith(`${head}.${body}.${bytes.toString('base64url')}`), 401, `${bytes.length} bytes`);
  }
  gw.configure({ issuer: idp.issuer });
  idp.jwks = { keys: [idp.publicJwk] };
});

t.test('an unknown kid costs one look at the keys per rediscovery_lifetime', async (t) => {
  const before = idp.counts.jwks;
  for (const kid of ['a', '../../etc/passwd', "' OR 1=1 --", '__proto__', 'http://evil.example/jwks', 'b']) {
    t.equal(await statusWith(idp.sign({}, { kid })), 401, kid);
  }
  t.ok(idp.counts.jwks - before <= 1, `${idp.counts.jwks - before} fetches`);
  t.equal(await statusWith(idp.sign()), 200, 'the old keys are still in use');
});

t.test('rotated keys are found by looking once more', async (t) => {
  const fresh = await FakeIdp.start();
  const api = await startOidcGateway({ issuer: fresh.issuer });
  t.teardown(async () => {
    await api.close();
    await fresh.close();
  });
  t.equal((await api.call(['service', 'a'])).status, 200);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  fresh.jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'new', alg: 'RS256', use: 'sig' }] };
  fresh.answer = async () => ({ body: await fresh.grant({}, { key: privateKey, kid: 'new' }) });
  t.equal((await api.call(['service', 'b'])).status, 200);
  t.equal(fresh.counts.jwks, 2);
});

t.test('a key set that turns to garbage leaves the old keys in use', async (t) => {
  const fresh = await FakeIdp.start();
  const api = await startOidcGateway({ issuer: fresh.issuer, rediscovery_lifetime: 0 });
  t.teardown(async () => {
    await api.close();
    await fresh.close();
  });
  t.equal((await api.call(['service', 'a'])).status, 200);
  for (const jwks of ['{"keys":[{"kty":"RSA"', '<html>', { keys: [] }, { keys: 'none' }, 'null']) {
    fresh.jwks = jwks;
    fresh.answer = async () => ({ body: await fresh.grant({}, { kid: 'unknown' }) });
    t.equal((await api.call(['service', JSON.stringify(jwks)])).status, 401);
    fresh.answer = async () => ({ body: await fresh.grant() });
    t.equal((await api.call(['service', `after ${JSON.stringify(jwks)}`])).status, 200, JSON.stringify(jwks));
  }
});

t.test('issuer and times are checked unless verify_claims is off', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const wrong: Record<string, unknown>[] = [
    { iss: 'https://other.example' },
    { iss: `${idp.issuer}/` },
    { exp: now - 1 },
    { exp: String(now - 1) },
    { nbf: now + 60 },
    { iat: now + 60 },
    { exp: 'soon' },
  ];
  for (const claim of wrong) t.equal(await statusWith(idp.sign(claim)), 401, JSON.stringify(claim));
  t.equal(await statusWith(idp.sign({ exp: String(now + 60), iat: now - 0.5 })), 200);
  gw.configure({ issuer: idp.issuer, verify_claims: false });
  t.equal(await statusWith(idp.sign({ iss: 'https://other.example' })), 200);
  gw.configure({ issuer: idp.issuer, verify_claims: false, issuers_allowed: ['https://a.example'] });
  t.equal(await statusWith(idp.sign({ iss: 'https://other.example' })), 401, 'issuers_allowed holds all the same');
  gw.configure({ issuer: idp.issuer });
});

t.test('an ID token that comes along must be for the client that asked', async (t) => {
  t.equal(await statusWith(idp.sign(), { id_token: await idp.sign({ aud: 'service' }) }), 200);
  t.equal(await statusWith(idp.sign(), { id_token: await idp.sign({ aud: 'other' }) }), 401);
});

t.test('verify_signature off and ignore_signature both skip the signature only', async (t) => {
  const other = await generateKeyPair('RS256');
  const forged = (claim = {}) => idp.sign(claim, { key: other.privateKey });
  for (const config of [{ verify_signature: false }, { ignore_signature: ['client_credentials'] }]) {
    gw.configure({ issuer: idp.issuer, ...config });
    t.equal(await statusWith(forged()), 200);
    t.equal(await statusWith(forged({ iss: 'https://other.example' })), 401);
  }
  gw.configure({ issuer: idp.issuer });
});

t.test('endpoints that a document must not name are as good as missing', async (t) => {
  for (const endpoint of ['file:///etc/passwd', 'http://u:p@127.0.0.1/token', 'gopher://127.0.0.1/', 'token', 5]) {
    const bad = await FakeIdp.start();
    bad.discovery = { token_endpoint: endpoint };
    const api = await startOidcGateway({ issuer: bad.issuer });
    t.equal((await api.call(['service', 'a'])).status, 500, String(endpoint));
    await api.close();
    await bad.close();
  }
});

t.test('a token endpoint at a link-local address is never called', async (t) => {
  const bad = await FakeIdp.start();
  bad.discovery = { token_endpoint: 'http://169.254.169.254/latest/meta-data' };
  const api = await startOidcGateway({ issuer: bad.issuer, timeout: 2000 });
  t.teardown(async () => {
    await api.close();
    await bad.close();
  });
  t.equal((await api.call(['service', 'a'])).status, 503);
  t.match(api.log.text(), /address not allowed/);
});

t.test('a key that a token brings along or points at is neither used nor fetched', async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'brought' };
  const before = idp.counts.other;
  for (const header of [{ jwk }, { jku: `${idp.issuer}/keys` }, { x5u: `${idp.issuer}/keys` }]) {
    const token = new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'brought', ...header });
    t.equal(await statusWith(token.sign(privateKey)), 401, Object.keys(header).join());
  }
  t.equal(idp.counts.other, before);
});

t.test('an encrypted token passes as it is and is never opened', async (t) => {
  const head = part({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' });
  t.equal(await statusWith(`${head}..AAAA.AAAA.AAAA`), 200);
  gw.configure({ issuer: idp.issuer, scopes_required: ['read'] });
  t.equal(await statusWith(`${head}..AAAA.AAAA.AAAA`), 403, 'what cannot be read meets no requirement');
  gw.configure({ issuer: idp.issuer });
});

t.test('keys of extra_jwks_uris sign for the issuer as its own do', async (t) => {
  const other = await FakeIdp.start();
  t.teardown(() => other.close());
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  other.jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'extra', alg: 'RS256' }] };
  const token = () => idp.sign({}, { key: privateKey, kid: 'extra' });
  t.equal(await statusWith(token()), 401);
  gw.configure({ issuer: idp.issuer, extra_jwks_uris: [`${other.issuer}/jwks`] });
  t.equal(await statusWith(token()), 200, 'a change of the list takes effect at once');
  t.equal(await statusWith(idp.sign()), 200);
  gw.configure({ issuer: idp.issuer });
});
