import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { exportJWK, generateKeyPair } from 'jose';
import t from 'tap';
import { sha256 } from '../../src/lib/digest.ts';
import { checkDpopProof, dpopAlgorithms, type ExpectedProof, type ProofAgeRules } from '../../src/oidc/dpop.ts';
import { DpopNonces } from '../../src/oidc/dpop-nonces.ts';
import { keyThumbprint, readDpopProof } from '../../src/oidc/dpop-proof.ts';
import { DpopKey, type ProofParts } from '../support/dpop-key.ts';

/** Figures 1 and 4 of RFC 9449: the proof for a token request. */
const tokenRequestProof =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo' +
  'RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJq' +
  'dGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0Ijox' +
  'NTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg';
/** Figure 12: the proof beside an access token. */
const resourceProof =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo' +
  'RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJq' +
  'dGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNv' +
  'dXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqz' +
  'hrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA';
const accessToken = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
const figures: ExpectedProof = {
  method: 'GET',
  url: 'https://resource.example.org/protectedresource',
  accessToken,
  thumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
};
const then = 1_562_262_618_000;
const rules: ProofAgeRules = { lifetimeSeconds: 300, leewaySeconds: 0, nonces: null };

void t.test('the examples of RFC 9449 are read and pass', (t) => {
  t.equal(sha256(accessToken), 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo', '"ath" of section 7.1');
  const proof = readDpopProof(tokenRequestProof);
  t.match(proof, { jti: '-BwC3ESc6acc2lTc', htm: 'POST', htu: 'https://server.example.com/token', iat: 1562262616 });
  t.equal(typeof proof === 'string' ? proof : keyThumbprint(proof.key), figures.thumbprint, '"jkt" of section 6.1');
  const usableUntil = then + 300_000;
  t.same(checkDpopProof(resourceProof, figures, rules, then + 1000), {
    kind: 'valid',
    jti: 'e1j3V_bKic8-LAEB',
    usableUntil,
  });
  t.match(checkDpopProof(resourceProof, figures, rules, usableUntil - 1), { kind: 'valid' });
  t.match(checkDpopProof(resourceProof, figures, rules, usableUntil), { kind: 'invalid' }, 'too old');
  t.match(checkDpopProof(resourceProof, figures, rules, then - 5000), { kind: 'valid' }, 'a clock ahead');
  t.match(checkDpopProof(resourceProof, figures, rules, then - 5001), { kind: 'invalid' }, 'from the future');
  const lenient = { ...rules, leewaySeconds: 10 };
  t.match(checkDpopProof(resourceProof, figures, lenient, usableUntil + 9999), { kind: 'valid' }, 'within leeway');
  t.match(checkDpopProof(tokenRequestProof, { ...figures, method: 'POST' }, rules, then), { kind: 'invalid' });
  t.end();
});

void t.test('proofs by every algorithm of the challenge pass', async (t) => {
  for (const alg of dpopAlgorithms.split(' ')) {
    const key = await DpopKey.make(alg);
    const proof = await key.prove('GET', figures.url, accessToken);
    const expected = { ...figures, thumbprint: key.thumbprint };
    t.match(checkDpopProof(proof, expected, rules, Date.now()), { kind: 'valid' }, alg);
  }
});

void t.test('each single change makes a good proof a bad one', async (t) => {
  const key = await DpopKey.make();
  const other = await DpopKey.make();
  const rsa = await DpopKey.make('RS256');
  const now = Math.floor(Date.now() / 1000);
  const expected = { ...figures, thumbprint: key.thumbprint };
  const outcomeOf = async (parts: ProofParts) =>
    checkDpopProof(await key.prove('GET', figures.url, accessToken, parts), expected, rules, Date.now());
  t.match(await outcomeOf({}), { kind: 'valid' });
  const changes: Record<string, readonly [ProofParts, RegExp]> = {
    'typ JWT': [{ header: { typ: 'JWT' } }, /another type/],
    'no typ': [{ header: { typ: undefined } }, /another type/],
    'no jwk': [{ header: { jwk: undefined } }, /no public key/],
    'a jwk that is no key': [{ header: { jwk: 'x' } }, /no public key/],
    'a private jwk': [{ header: { jwk: { ...key.jwk, d: 'AAAA' } } }, /no public key/],
    'a symmetric jwk': [{ header: { jwk: { kty: 'oct', k: 'AAAA' } } }, /no public key/],
    'a jwk for encryption': [{ header: { jwk: { ...key.jwk, use: 'enc' } } }, /no public key/],
    'a jwk of another algorithm': [{ header: { jwk: { ...key.jwk, alg: 'ES384' } } }, /invalid signature/],
    'the jwk of another': [{ header: { jwk: other.jwk } }, /another key/],
    'signed by another': [{ signer: other }, /invalid signature/],
    'signed by another kind of key': [{ signer: rsa }, /invalid signature/],
    'no jti': [{ claims: { jti: undefined } }, /lacks a claim/],
    'an empty jti': [{ claims: { jti: '' } }, /lacks a claim/],
    'a jti that is no text': [{ claims: { jti: 1 } }, /lacks a claim/],
    'another method': [{ claims: { htm: 'POST' } }, /another method/],
    'the method in lower case': [{ claims: { htm: 'get' } }, /another method/],
    'no htm': [{ claims: { htm: undefined } }, /lacks a claim/],
    'another path': [{ claims: { htu: `${figures.url}/` } }, /another URI/],
    'another host': [{ claims: { htu: 'https://other.example.org/protectedresource' } }, /another URI/],
    'another port': [{ claims: { htu: 'https://resource.example.org:444/protectedresource' } }, /another URI/],
    'another scheme': [{ claims: { htu: 'http://resource.example.org/protectedresource' } }, /another URI/],
    'a relative URI': [{ claims: { htu: '/protectedresource' } }, /another URI/],
    'a user in the URI': [{ claims: { htu: 'https://u@resource.example.org/protectedresource' } }, /another URI/],
    backslashes: [{ claims: { htu: 'https:\\\\resource.example.org\\protectedresource' } }, /another URI/],
    'no htu': [{ claims: { htu: undefined } }, /lacks a claim/],
    'no iat': [{ claims: { iat: undefined } }, /lacks a claim/],
    'an iat that is a text': [{ claims: { iat: String(now) } }, /lacks a claim/],
    'an old iat': [{ claims: { iat: now - 301 } }, /too old/],
    'a future iat': [{ claims: { iat: now + 60 } }, /future/],
    'no ath': [{ claims: { ath: undefined } }, /another access token/],
    'the ath of another token': [{ claims: { ath: sha256('other') } }, /another access token/],
    'the token itself as ath': [{ claims: { ath: accessToken } }, /another access token/],
  };
  for (const [name, [parts, reason]] of Object.entries(changes)) {
    t.match(await outcomeOf(parts), { kind: 'invalid', reason }, name);
  }
});

void t.test('algorithms that prove nothing are refused', async (t) => {
  const key = await DpopKey.make();
  const expected = { ...figures, thumbprint: key.thumbprint };
  const good = await key.prove('GET', figures.url, accessToken);
  const [, payload = ''] = good.split('.');
  const rsaBits = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const forge = (header: Record<string, unknown>, sign: (input: string) => string): string => {
    const head = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', jwk: key.jwk, ...header })).toString('base64url');
    return `${head}.${payload}.${sign(`${head}.${payload}`)}`;
  };
  const hmac = (secret: string) => (input: string) => createHmac('sha256', secret).update(input).digest('base64url');
  const bad = {
    none: forge({ alg: 'none' }, () => 'AA'),
    'none, unsigned': forge({ alg: 'none' }, () => ''),
    'no algorithm': forge({}, () => 'AA'),
    'MAC with the public key': forge({ alg: 'HS256' }, hmac(JSON.stringify(key.jwk))),
    'zeros for a signature': forge({ alg: 'ES256' }, () => Buffer.alloc(64).toString('base64url')),
    crit: forge({ alg: 'ES256', crit: ['x'], x: 1 }, () => 'AA'),
    'a key of another kind': forge({ alg: 'ES256', jwk: await exportJWK(rsaBits.publicKey) }, () => 'AA'),
    'prototype for an algorithm': forge({ alg: '__proto__' }, () => 'AA'),
    'two parts': good.slice(0, good.lastIndexOf('.')),
    'four parts': `${good}.AA`,
    'header of a list': `${Buffer.from('[]').toString('base64url')}.${payload}.AA`,
    padding: `${good}=`,
    'too long': `${good}${'A'.repeat(8192)}`,
    empty: '',
  };
  for (const [name, proof] of Object.entries(bad)) {
    t.match(checkDpopProof(proof, expected, rules, Date.now()), { kind: 'invalid' }, name);
  }
});

void t.test('the URI is compared in its normal form, without query and fragment', async (t) => {
  const key = await DpopKey.make();
  const isSame = async (htu: string, url: string) => {
    const proof = await key.prove('GET', htu, accessToken);
    const expected = { ...figures, url, thumbprint: key.thumbprint };
    return checkDpopProof(proof, expected, rules, Date.now()).kind === 'valid';
  };
  for (const [htu, url] of [
    ['HTTPS://API.Example/a', 'https://api.example/a'],
    ['https://api.example:443/a', 'https://api.example/a'],
    ['http://api.example/a', 'http://api.example:80/a'],
    ['https://api.example', 'https://api.example/'],
    ['https://api.example/a?b=c#d', 'https://api.example/a'],
    ['https://api.example/%7ea%2fb', 'https://api.example/~a%2Fb'],
    ['https://api.example/x/../a', 'https://api.example/a'],
    ['https://[::1]:8443/a', 'https://[0:0::1]:8443/a'],
  ] as const) {
    t.equal(await isSame(htu, url), true, htu);
  }
  for (const [htu, url] of [
    ['https://api.example/a%2fb', 'https://api.example/a/b'],
    ['https://api.example/A', 'https://api.example/a'],
    ['https://api.example//a', 'https://api.example/a'],
    ['https://api.example.evil/a', 'https://api.example/a'],
    ['ftp://api.example/a', 'ftp://api.example/a'],
    [' https://api.example/a', 'https://api.example/a'],
    ['https://api.example/a', 'https:///a'],
  ] as const) {
    t.equal(await isSame(htu, url), false, htu);
  }
});

void t.test('nonces are known to all who share the key, and end', async (t) => {
  const now = Date.UTC(2030, 0, 1);
  const nonces = new DpopNonces('shared');
  const nonce = nonces.make(now);
  t.equal(new DpopNonces('shared').madeAt(nonce), now);
  t.equal(new DpopNonces('other').madeAt(nonce), null);
  for (const bad of ['', 'x', `${nonce}A`, `${nonce}=`, nonce.toLowerCase(), nonces.make(now).slice(0, -1)]) {
    t.equal(nonces.madeAt(bad), null, bad);
  }
  const key = await DpopKey.make();
  const expected = { ...figures, thumbprint: key.thumbprint };
  const check = async (claims: Record<string, unknown>, at: number) =>
    checkDpopProof(await key.prove('GET', figures.url, accessToken, { claims }), expected, { ...rules, nonces }, at);
  t.match(await check({ nonce, iat: 1 }, now), { kind: 'valid', usableUntil: now + 300_000 }, 'iat does not count');
  t.match(await check({ nonce }, now + 300_000), { kind: 'nonce', reason: /not current/ });
  t.match(await check({ nonce }, now - 6000), { kind: 'nonce' });
  t.match(await check({ nonce: 'made-up' }, now), { kind: 'nonce', reason: /not current/ });
  t.match(await check({}, now), { kind: 'nonce', reason: /has no nonce/ });
  t.match(await check({ htm: 'PUT' }, now), { kind: 'invalid' }, 'a new nonce would not help');
});

void t.test('no change of a single character of a proof, and none of what is expected, passes', async (t) => {
  const key = await DpopKey.make();
  const proof = await key.prove('GET', figures.url, accessToken);
  const expected = { ...figures, thumbprint: key.thumbprint };
  const passes = (text: string, changed: Partial<ExpectedProof> = {}) =>
    checkDpopProof(text, { ...expected, ...changed }, rules, Date.now()).kind === 'valid';
  t.ok(passes(proof));
  const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.');
  fc.assert(
    fc.property(fc.nat(proof.length - 2), fc.constantFrom(...alphabet), (at, char) => {
      fc.pre(proof[at] !== char);
      return !passes(proof.slice(0, at) + char + proof.slice(at + 1));
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(
      fc.constantFrom('method' as const, 'url' as const, 'accessToken' as const, 'thumbprint' as const),
      fc.nat(1000),
      fc.constantFrom('a', 'b', 'c', 'X', 'Y', 'Z', '0', '1', '9'),
      (field, at, char) => {
        const value = expected[field];
        const where = at % value.length;
        const changed = value.slice(0, where) + char + value.slice(where + 1);
        // The scheme and the host have no case.
        fc.pre(field === 'url' ? changed.toLowerCase() !== value : changed !== value);
        return !passes(proof, { [field]: changed });
      },
    ),
    { numRuns: 1000 },
  );
});
