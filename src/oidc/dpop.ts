import { sha256 } from '../lib/digest.ts';
import { isSameText } from '../lib/same-text.ts';
import type { DpopNonces } from './dpop-nonces.ts';
import { type DpopProof, keyThumbprint, readDpopProof } from './dpop-proof.ts';
import { normalHttpUri } from './http-uri.ts';
import { isSignedBy } from './jws-signature.ts';
import { KeySet, publicKeyAlgorithms } from './key-set.ts';

/** What a proof must have been made for. */
export interface ExpectedProof {
  readonly method: string;
  /** Of the request, as its sender wrote it; a query does not count. */
  readonly url: string;
  readonly accessToken: string;
  /** Thumbprint of the key that the token is bound to: `cnf.jkt`. */
  readonly thumbprint: string;
}

/** How old a proof may be. */
export interface ProofAgeRules {
  readonly lifetimeSeconds: number;
  readonly leewaySeconds: number;
  /** Proofs must hold a nonce of these, whose age then counts; null: `iat` counts. */
  readonly nonces: DpopNonces | null;
}

/** What became of a proof. Reasons are our own words. */
export type ProofOutcome =
  | {
      readonly kind: 'valid';
      readonly jti: string;
      /** Until when the same proof would pass again, milliseconds since the epoch: so long it must be remembered. */
      readonly usableUntil: number;
    }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** All is well but the nonce: with a new one the sender may try again (RFC 9449 §9). */
  | { readonly kind: 'nonce'; readonly reason: string };

/** Algorithms for the `algs` of challenges (RFC 9449 §7.1). */
export const dpopAlgorithms = publicKeyAlgorithms.join(' ');

/** How far the clock of a sender may be ahead, whatever the leeway (RFC 9449 §11.1: "in the order of seconds"). */
const AHEAD_SECONDS = 5;

/**
 * Checks a DPoP proof for a request with an access token, all of RFC 9449 §4.3 but the uniqueness of `jti`, which needs
 * a memory.
 *
 * @param now milliseconds since the epoch
 */
export function checkDpopProof(
  compact: string,
  expected: ExpectedProof,
  rules: ProofAgeRules,
  now: number,
): ProofOutcome {
  const proof = readDpopProof(compact);
  if (typeof proof === 'string') return { kind: 'invalid', reason: proof };
  const reason = mismatch(proof, expected) ?? (isSigned(proof) ? null : 'invalid signature of DPoP proof');
  return reason === null ? checkAge(proof, rules, now) : { kind: 'invalid', reason };
}

function mismatch(proof: DpopProof, expected: ExpectedProof): string | null {
  if (proof.htm !== expected.method) return 'the DPoP proof is for another method';
  const uri = normalHttpUri(proof.htu);
  if (uri === null || uri !== normalHttpUri(expected.url)) return 'the DPoP proof is for another URI';
  if (proof.ath === null || !isSameText(proof.ath, sha256(expected.accessToken))) {
    return 'the DPoP proof is for another access token';
  }
  const isBound = isSameText(keyThumbprint(proof.key), expected.thumbprint);
  return isBound ? null : 'the access token is bound to another key';
}

function isSigned({ compact, alg, key }: DpopProof): boolean {
  const keys = new KeySet({ url: '', keys: [key] });
  const [fitting] = keys.candidates(alg, null);
  const imported = fitting === undefined ? null : keys.import(fitting);
  return imported !== null && isSignedBy(compact, alg, imported);
}

function checkAge(proof: DpopProof, rules: ProofAgeRules, now: number): ProofOutcome {
  const { nonces, lifetimeSeconds, leewaySeconds } = rules;
  const madeAt = nonces === null ? proof.iat * 1000 : nonces.madeAt(proof.nonce ?? '');
  const usableUntil = (madeAt ?? 0) + (lifetimeSeconds + leewaySeconds) * 1000;
  const isAhead = madeAt !== null && madeAt > now + Math.max(leewaySeconds, AHEAD_SECONDS) * 1000;
  if (madeAt !== null && !isAhead && now < usableUntil) return { kind: 'valid', jti: proof.jti, usableUntil };
  if (nonces === null) return { kind: 'invalid', reason: 'the DPoP proof is too old or from the future' };
  return { kind: 'nonce', reason: proof.nonce === null ? 'the DPoP proof has no nonce' : 'the nonce is not current' };
}
