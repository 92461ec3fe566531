import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JwksDocument, PublicJwk } from './jwks.ts';

/** Which key a signature algorithm needs (RFC 7518 §3.1, RFC 8037 §3.1). */
const keyFor: Readonly<Record<string, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

/** Signature algorithms with a public key that gw accepts. */
export const publicKeyAlgorithms: readonly string[] = Object.keys(keyFor);

/** Keys without `kid` are all tried; this many at most. */
const MAX_CANDIDATES = 8;

/** The keys of one document, ready to verify with; imports each key once. */
export class KeySet {
  readonly #keys: readonly PublicJwk[];
  readonly #imported = new Map<PublicJwk, KeyObject | null>();

  constructor(document: JwksDocument) {
    this.#keys = document.keys;
  }

  /**
   * Keys that fit `alg` in type, curve, `alg` and `key_ops`. With a `kid` only those of exactly that id; several of
   * one id are possible. `kid` is compared and never interpreted.
   */
  candidates(alg: string, kid: string | null): readonly PublicJwk[] {
    const fitting = this.#keys.filter((jwk) => (kid === null || jwk.kid === kid) && fits(jwk, alg));
    return fitting.slice(0, MAX_CANDIDATES);
  }

  /** The key in usable form; `null` when it is broken. */
  import(jwk: PublicJwk): KeyObject | null {
    const known = this.#imported.get(jwk);
    if (known !== undefined) return known;
    const key = importKey(jwk);
    this.#imported.set(jwk, key);
    return key;
  }
}

function fits(jwk: PublicJwk, alg: string): boolean {
  const wanted = Object.hasOwn(keyFor, alg) ? keyFor[alg] : undefined;
  if (wanted === undefined || jwk.kty !== wanted.kty) return false;
  if (wanted.crv !== undefined && jwk.crv !== wanted.crv) return false;
  const declared = jwk.alg;
  if (declared !== undefined && declared !== alg && !(alg === 'EdDSA' && declared === 'Ed25519')) return false;
  const operations = jwk.key_ops;
  return operations === undefined || operations.includes('verify');
}

function importKey(jwk: PublicJwk): KeyObject | null {
  const material: Record<string, string> = { kty: text(jwk.kty) };
  // Only what makes the key: other members could ask for an unexpected kind of it.
  for (const member of ['crv', 'x', 'y', 'n', 'e'] as const)
    if (jwk[member] !== undefined) material[member] = text(jwk[member]);
  try {
    return createPublicKey({ key: material, format: 'jwk' });
  } catch {
    return null;
  }
}

function text(member: string | readonly string[] | undefined): string {
  return typeof member === 'string' ? member : '';
}
