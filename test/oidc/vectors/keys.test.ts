import { CompactSign } from 'jose';
import t from 'tap';
import { keyThumbprint } from '../../../src/oidc/dpop-proof.ts';
import { readJwks, type PublicJwk } from '../../../src/oidc/jwks.ts';
import { isSignedBy } from '../../../src/oidc/jws-signature.ts';
import { KeySet } from '../../../src/oidc/key-set.ts';
import { importPrivateJwk, makePrivateJwk, publicJwk } from '../../../src/oidc/signing-key.ts';
import * as examples from './examples.ts';

const url = 'https://idp.example/jwks';
const [, rsaPublic] = examples.publicKeys;
const [ecPrivate, rsaPrivate] = examples.privateKeys;

function read(...keys: readonly examples.ExampleKey[]): readonly PublicJwk[] {
  return readJwks(JSON.stringify({ keys }), url);
}

t.test('RFC 7517 A.1: of the two public keys the one that is not for encryption can verify', (t) => {
  t.same(read(...examples.publicKeys), [rsaPublic]);
  const set = new KeySet({ url, keys: read(...examples.publicKeys) });
  t.same(set.candidates('RS256', '2011-04-29'), [rsaPublic]);
  t.same(set.candidates('RS256', '1'), [], 'the id of the other');
  t.same(set.candidates('RS512', null), [], 'the key is for RS256 alone');
  t.same(set.candidates('ES256', null), []);
  t.end();
});

t.test('RFC 7517 A.2: private keys that somebody publishes are kept without what is private', (t) => {
  t.same(read(...examples.privateKeys), [rsaPublic]);
  t.end();
});

t.test('RFC 7517 A.2: they sign, and the public halves of A.1 verify', async (t) => {
  const [ecPublic] = examples.publicKeys;
  for (const [alg, privateKey, publicKey] of [
    ['RS256', rsaPrivate, rsaPublic],
    ['ES256', ecPrivate, { ...ecPublic, use: 'sig' }],
  ] as const) {
    const signer = new CompactSign(new TextEncoder().encode('{}')).setProtectedHeader({ alg });
    const compact = await signer.sign(await importPrivateJwk(privateKey, alg));
    const set = new KeySet({ url, keys: read(publicKey) });
    const [jwk] = set.candidates(alg, null);
    const key = jwk === undefined ? null : set.import(jwk);
    t.ok(key !== null && isSignedBy(compact, alg, key), alg);
  }
});

t.test('RFC 7517 A.3: symmetric keys are ignored', (t) => {
  t.same(read(...examples.symmetricKeys), []);
  t.end();
});

t.test('RFC 7517 B: a key comes with its certificate, which is kept and not trusted for anything', (t) => {
  t.same(read(examples.keyWithCertificate), [examples.keyWithCertificate]);
  t.end();
});

t.test('RFC 7638 §3.1: the thumbprint of the RSA key, whatever else the key says', (t) => {
  t.equal(keyThumbprint({ ...rsaPublic }), examples.rsaThumbprint);
  const { kty, e, n } = rsaPublic;
  t.equal(
    keyThumbprint({ n: String(n), e: String(e), kty: String(kty), use: 'sig', kid: 'x' }),
    examples.rsaThumbprint,
  );
  t.end();
});

t.test('RFC 8037 A.1 to A.3: the key pair, and the thumbprint of its public half', (t) => {
  t.same(publicJwk(examples.ed25519PrivateKey), examples.ed25519PublicKey);
  t.same(read(examples.ed25519PrivateKey), [examples.ed25519PublicKey]);
  t.equal(keyThumbprint(examples.ed25519PublicKey), examples.ed25519Thumbprint);
  t.end();
});

t.test('keys the gateway makes are named by their thumbprint (RFC 7638)', async (t) => {
  for (const algorithm of ['RS256', 'ES512', 'EdDSA'] as const) {
    const made = publicJwk(await makePrivateJwk(algorithm));
    t.equal(made.kid, keyThumbprint(made), algorithm);
  }
});
