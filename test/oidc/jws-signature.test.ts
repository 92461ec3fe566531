import { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { CompactSign, type CryptoKey, compactVerify, generateKeyPair } from 'jose';
import t from 'tap';
import { isMacOf, isSignedBy } from '../../src/oidc/jws-signature.ts';

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const payload = new TextEncoder().encode('{"sub":"a"}');

async function signed(alg: string): Promise<{ token: string; key: KeyObject; webKey: CryptoKey }> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const token = await new CompactSign(payload).setProtectedHeader({ alg }).sign(privateKey);
  return { token, key: KeyObject.from(publicKey), webKey: publicKey };
}

const samples = new Map(await Promise.all(algorithms.map(async (alg) => [alg, await signed(alg)] as const)));

for (const [alg, { token, key, webKey }] of samples) {
  t.test(`${alg}: what jose signs is accepted, and what jose refuses is refused`, async (t) => {
    t.equal(isSignedBy(token, alg, key), true);
    const change = fc.tuple(
      fc.nat(token.length - 1),
      fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.', '=', '+', ' '),
    );
    await fc.assert(
      fc.asyncProperty(change, async ([at, character]) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        const accepted = await compactVerify(changed, webKey, { algorithms: [alg] }).then(
          () => true,
          () => false,
        );
        return accepted || !isSignedBy(changed, alg, key);
      }),
      { numRuns: 100 },
    );
  });

  t.test(`${alg}: no other algorithm accepts the signature`, (t) => {
    for (const other of [...algorithms, 'none', 'HS256', '__proto__', 'constructor', '']) {
      if (other !== alg) t.equal(isSignedBy(token, other, key), false, other);
    }
    t.end();
  });

  t.test(`${alg}: a signature that is cut, longer or all zero is refused`, (t) => {
    const [head, body, signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const wrong = [
      bytes.subarray(0, -1),
      bytes.subarray(1),
      Buffer.concat([bytes, Buffer.alloc(1)]),
      Buffer.alloc(bytes.length),
      Buffer.alloc(1),
    ];
    for (const one of wrong) t.equal(isSignedBy(`${head}.${body}.${one.toString('base64url')}`, alg, key), false);
    t.equal(isSignedBy(`${head}.${body}.`, alg, key), false);
    t.equal(isSignedBy(`${head}.${body}`, alg, key), false);
    t.equal(isSignedBy('', alg, key), false);
    t.end();
  });
}

t.test('a signature in DER form, as other programs write ECDSA, is refused', async (t) => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const { sign } = await import('node:crypto');
  const input = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.e30`;
  const der = sign('sha256', Buffer.from(input), KeyObject.from(privateKey)).toString('base64url');
  t.equal(isSignedBy(`${input}.${der}`, 'ES256', KeyObject.from(publicKey)), false);
});

t.test('a private or secret key verifies nothing', async (t) => {
  const { privateKey } = await generateKeyPair('RS256');
  const token = await new CompactSign(payload).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
  t.equal(isSignedBy(token, 'RS256', KeyObject.from(privateKey)), false);
});

for (const alg of ['HS256', 'HS384', 'HS512']) {
  t.test(`${alg}: made with the secret, and with that alone`, async (t) => {
    const secret = 's3cret-'.repeat(10);
    const token = await new CompactSign(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
    t.equal(isMacOf(token, alg, secret), true);
    t.equal(isMacOf(token, alg, `${secret}!`), false);
    t.equal(isMacOf(token, alg, ''), false);
    t.equal(isMacOf(`${token.slice(0, -4)}AAAA`, alg, secret), false);
    t.equal(isMacOf(token.slice(0, -4), alg, secret), false);
    for (const other of ['HS256', 'HS384', 'HS512', 'RS256', 'none']) {
      if (other !== alg) t.equal(isMacOf(token, other, secret), false, other);
    }
  });
}

t.test('an empty secret signs nothing, though anybody could compute it', async (t) => {
  const { createHmac } = await import('node:crypto');
  const mac = createHmac('sha256', '').update('e30.e30').digest('base64url');
  t.equal(isMacOf(`e30.e30.${mac}`, 'HS256', ''), false);
});
