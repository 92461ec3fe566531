import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import t from 'tap';
import { checkAccessToken, type JwtRules } from '../../src/oidc/jwt-check.ts';
import { readJwks } from '../../src/oidc/jwks.ts';
import { serveDocuments } from '../support/documents.ts';
import { issuersFor } from '../support/issuers.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const newRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const smallRsa = generateKeyPairSync('rsa', { modulusLength: 2040 });
const url = 'https://idp.example/jwks';

void t.test('a private key published by mistake loses its private members, and all unknown ones', async (t) => {
  const jwk = {
    ...(await exportJWK(rsa.privateKey)),
    kid: 'one',
    use: 'sig',
    ext: true,
    secret: 'x',
    x5u: 'http://x/',
  };
  const [kept] = readJwks(JSON.stringify({ keys: [jwk] }), url);
  t.same(Object.keys(kept ?? {}).sort(), ['e', 'kid', 'kty', 'n', 'use']);
});

void t.test('keys of under 2048 bits, also if padded with zeros, and keys of other kinds are dropped', async (t) => {
  const good = await exportJWK(rsa.publicKey);
  const small = await exportJWK(smallRsa.publicKey);
  const padded = Buffer.concat([Buffer.alloc(32), Buffer.from(small.n ?? '', 'base64url')]).toString('base64url');
  const keys = [
    { ...good, kid: 'good' },
    { ...small, kid: 'small' },
    { ...small, n: padded, kid: 'padded' },
    { ...good, kid: 'enc', use: 'enc' },
    { kty: 'oct', k: 'AAAA', kid: 'oct' },
    { kty: '__proto__', kid: 'proto' },
    { kty: 'RSA', kid: 'incomplete' },
    'text',
    null,
  ];
  t.same(
    readJwks(JSON.stringify({ keys }), url).map(({ kid }) => kid),
    ['good'],
  );
});

void t.test('what is no key set is refused as a whole', (t) => {
  for (const text of ['', '{}', '[]', 'null', '{"keys":{}}', '{"keys":[{"kty":"RSA"', '<html>']) {
    t.throws(() => readJwks(text, url), { code: 'ERR_IDP_UNAVAILABLE', reason: 'invalid response' }, text);
  }
  t.end();
});

void t.test('a set without keys never replaces keys in use; new keys do, also for tokens without kid', async (t) => {
  const server = await serveDocuments();
  t.teardown(() => server.close());
  server.answers.set('/.well-known/openid-configuration', { issuer: 'x', jwks_uri: `${server.origin}/jwks` });
  server.answers.set('/jwks', { keys: [await exportJWK(rsa.publicKey)] });
  const { acquire, clock } = issuersFor(t);
  const issuer = acquire(server.origin);
  const signed = (key: typeof rsa) =>
    new SignJWT({ sub: 'service' }).setProtectedHeader({ alg: 'RS256' }).sign(key.privateKey);
  const check = async (token: string) => await checkAccessToken(token, issuer, rules);
  await check(await signed(rsa));

  server.answers.set('/jwks', { keys: [] });
  await t.rejects(check(await signed(newRsa)), { code: 'ERR_TOKEN_INVALID' });
  t.equal(server.hits('/jwks'), 2, 'it was asked');
  await t.resolves(check(await signed(rsa)));
  t.match(issuer.view().gw.last_error, { message: /no usable key any more/ });

  clock.advance(5000);
  server.answers.set('/jwks', { keys: [await exportJWK(newRsa.publicKey)] });
  await t.resolves(check(await signed(newRsa)));
  await t.rejects(check(await signed(rsa)), { code: 'ERR_TOKEN_INVALID' });
});

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
