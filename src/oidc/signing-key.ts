import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type CryptoKey, importJWK, type JWK } from 'jose';
import type { PublicJwk } from './jwks.ts';

/** Signature algorithms with a private key (RFC 7518 §3.1, RFC 8037 §3.1). */
export type SigningAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA';

/** All of {@link SigningAlgorithm}; those whose keys are quickly made come first. */
export const signingAlgorithms: readonly SigningAlgorithm[] = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
];

/** A private key as a JSON Web Key (RFC 7517). It is a secret. */
export type PrivateJwk = Readonly<Record<string, string>>;

const RSA_BITS = 2048;
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
const keyMembers = ['kty', 'crv', 'x', 'y', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;
/** What may be published; whatever is not here stays here. */
const publicMembers = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'] as const;

const generate = promisify(generateKeyPair);

/** Makes a key for one algorithm, named by its thumbprint (RFC 7638, SHA-256). Other work goes on meanwhile. */
export async function makePrivateJwk(algorithm: SigningAlgorithm): Promise<PrivateJwk> {
  const jwk = (await makeKey(algorithm)).export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk, 'sha256');
  return { ...keyMaterial(jwk), kid, alg: algorithm, use: 'sig' };
}

/** The half of a key that a provider may see. */
export function publicJwk(jwk: PrivateJwk): PublicJwk {
  const kept: Record<string, string> = {};
  for (const member of publicMembers) {
    const value = jwk[member];
    if (value !== undefined) kept[member] = value;
  }
  return kept;
}

/**
 * A private key, ready to sign with.
 *
 * @throws {Error} when it is none, or none for the algorithm
 */
export async function importPrivateJwk(jwk: Readonly<Record<string, unknown>>, algorithm: string): Promise<CryptoKey> {
  // Only what makes the key: other members could ask for an unexpected kind or use of it.
  const key = await importJWK(keyMaterial(jwk), algorithm);
  if (key instanceof Uint8Array || key.type !== 'private') throw new TypeError('not a private key');
  return key;
}

function keyMaterial(jwk: Readonly<Record<string, unknown>>): PrivateJwk {
  const material: Record<string, string> = {};
  for (const member of keyMembers) {
    const value = jwk[member];
    if (typeof value === 'string') material[member] = value;
  }
  return material;
}

async function makeKey(algorithm: SigningAlgorithm): Promise<KeyObject> {
  if (algorithm === 'EdDSA') return (await generate('ed25519')).privateKey;
  const namedCurve = curves[algorithm];
  if (namedCurve !== undefined) return (await generate('ec', { namedCurve })).privateKey;
  return (await generate('rsa', { modulusLength: RSA_BITS })).privateKey;
}
