import { CompactSign } from 'jose';
import t from 'tap';
import { Secret } from '../../../src/lib/secret.ts';
import { isMacOf, isSignedBy } from '../../../src/oidc/jws-signature.ts';
import { type JwtRules, checkAccessToken } from '../../../src/oidc/jwt-check.ts';
import { readJwks } from '../../../src/oidc/jwks.ts';
import { KeySet } from '../../../src/oidc/key-set.ts';
import { importPrivateJwk } from '../../../src/oidc/signing-key.ts';
import { serveDocuments } from '../../support/documents.ts';
import { issuersFor } from '../../support/issuers.ts';
import * as examples from './examples.ts';

const { rs256Key, es256Key, es512Key, ed25519PrivateKey, ed25519PublicKey } = examples;

/** The keys as a provider would publish them, read as gw reads them. */
function keySet(...keys: examples.ExampleKey[]): KeySet {
  const url = 'https://idp.example/jwks';
  return new KeySet({ url, keys: readJwks(JSON.stringify({ keys }), url) });
}

/** Whether one of the keys that fit made the signature. */
function isSigned(compact: string, alg: string, ...keys: examples.ExampleKey[]): boolean {
  const set = keySet(...keys);
  return set.candidates(alg, null).some((jwk) => {
    const key = set.import(jwk);
    return key !== null && isSignedBy(compact, alg, key);
  });
}

/** The same text with another first character in one part. */
function changed(compact: string, part: 0 | 1 | 2): string {
  const parts = compact.split('.');
  const text = parts[part] ?? '';
  parts[part] = (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
  return parts.join('.');
}

const signed = [
  ['RFC 7515 A.2', 'RS256', examples.rs256, rs256Key],
  ['RFC 7515 A.3', 'ES256', examples.es256, es256Key],
  ['RFC 7515 A.4', 'ES512', examples.es512, es512Key],
  ['RFC 8037 A.5', 'EdDSA', examples.ed25519Signed, ed25519PublicKey],
] as const;

for (const [name, alg, compact, key] of signed) {
  t.test(`${name}: the ${alg} signature is accepted, and no other text, key or algorithm`, (t) => {
    t.ok(isSigned(compact, alg, key));
    for (const part of [0, 1, 2] as const) t.notOk(isSigned(changed(compact, part), alg, key), `part ${part}`);
    for (const [other, otherAlg, , otherKey] of signed) {
      if (other === name) continue;
      t.notOk(isSigned(compact, alg, otherKey), `with the key of ${other}`);
      t.notOk(isSigned(compact, otherAlg, key, otherKey), `as ${otherAlg}`);
    }
    t.end();
  });
}

t.test('RFC 7515 A.1: the HS256 code is accepted, and no other text, key or algorithm', (t) => {
  const key = Buffer.from(examples.hmacKey, 'base64url');
  t.ok(isMacOf(examples.hs256, 'HS256', key));
  for (const part of [0, 1, 2] as const) t.notOk(isMacOf(changed(examples.hs256, part), 'HS256', key), `part ${part}`);
  t.notOk(isMacOf(examples.hs256, 'HS256', key.subarray(1)));
  t.notOk(isMacOf(examples.hs256, 'HS512', key));
  t.end();
});

t.test('RFC 7515 A.2 and RFC 8037 A.4: an own key signs as printed', async (t) => {
  for (const [alg, key, text, expected] of [
    ['RS256', rs256Key, '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}', examples.rs256],
    ['EdDSA', ed25519PrivateKey, examples.ed25519Payload, examples.ed25519Signed],
  ] as const) {
    const signer = new CompactSign(new TextEncoder().encode(text)).setProtectedHeader({ alg });
    t.equal(await signer.sign(await importPrivateJwk(key, alg)), expected, alg);
  }
});

t.test('RFC 7515 A.3 and A.4: what an own key signs is accepted with its public half', async (t) => {
  for (const [alg, key] of [
    ['ES256', es256Key],
    ['ES512', es512Key],
  ] as const) {
    const signer = new CompactSign(new TextEncoder().encode('Payload')).setProtectedHeader({ alg });
    t.ok(isSigned(await signer.sign(await importPrivateJwk(key, alg)), alg, key), alg);
  }
});

const rules: JwtRules = {
  ...{ verifySignature: true, verifyClaims: true, hmacSecret: null, requireIssuerAndExpiry: true },
  ...{ issuersAllowed: ['joe'], leewaySeconds: 0, maxAgeSeconds: null, domains: null },
};

t.test(
  'RFC 7515 A.1, A.2, A.3, A.5 as access tokens: those with a key of the issuer pass until their exp',
  async (t) => {
    const server = await serveDocuments();
    t.teardown(() => server.close());
    const { acquire, clock } = issuersFor(t);
    const jwks_uri = `${server.origin}/jwks`;
    server.answers.set('/.well-known/openid-configuration', { issuer: server.origin, jwks_uri });
    server.answers.set('/jwks', { keys: [rs256Key, es256Key, ...examples.symmetricKeys] });
    const issuer = acquire(server.origin);
    clock.advance(1_300_819_379_000 - clock.now());
    for (const token of [examples.rs256, examples.es256]) {
      const claims = { iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true };
      t.same(await checkAccessToken(token, issuer, rules), { claims, expiresAt: 1_300_819_380_000 });
    }
    const notAllowed = { code: 'ERR_TOKEN_INVALID', reason: 'signature algorithm not allowed' };
    const unsigned = { code: 'ERR_TOKEN_INVALID', reason: 'invalid signature' };
    await t.rejects(checkAccessToken(examples.hs256, issuer, rules), notAllowed, 'a published symmetric key is no key');
    await t.rejects(checkAccessToken(examples.unsecured, issuer, rules), notAllowed, 'nobody signed it');
    for (const token of [examples.rs256, examples.es256]) {
      await t.rejects(checkAccessToken(changed(token, 2), issuer, rules), unsigned);
      await t.rejects(checkAccessToken(token, issuer, { ...rules, issuersAllowed: ['jane'] }), /invalid iss claim/);
    }
    const hmac = { ...rules, hmacSecret: new Secret('another secret') };
    await t.rejects(checkAccessToken(examples.hs256, issuer, hmac), unsigned);
    clock.advance(1000);
    const late = { code: 'ERR_TOKEN_INVALID', reason: 'invalid exp claim (1300819380) was specified for access token' };
    await t.rejects(checkAccessToken(examples.rs256, issuer, rules), late);
  },
);
