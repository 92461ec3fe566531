import { isSignedBy } from './jws-signature.ts';
import type { PublicJwk } from './jwks.ts';
import type { KeySet } from './key-set.ts';

/** A JWS and what of its header chooses the key. */
export interface SignedText {
  readonly compact: string;
  readonly alg: string;
  /** Null: every key that fits is tried. */
  readonly kid: string | null;
}

/** The key that made a signature. `no match`: keys that fit were there, and none did; `no key`: none fits. */
export type KeySearch = PublicJwk | 'no match' | 'no key';

/** Tries the keys of all sets, in order, until one verifies the signature. */
export async function findVerifyingKey(
  jws: SignedText,
  keySets: readonly (() => Promise<KeySet>)[],
): Promise<KeySearch> {
  let outcome: KeySearch = 'no key';
  for (const getKeySet of keySets) {
    const found = findInSet(jws, await getKeySet());
    if (typeof found !== 'string') return found;
    if (found === 'no match') outcome = found;
  }
  return outcome;
}

function findInSet({ compact, alg, kid }: SignedText, keys: KeySet): KeySearch {
  const candidates = keys.candidates(alg, kid);
  for (const jwk of candidates) {
    const key = keys.import(jwk);
    if (key !== null && isSignedBy(compact, alg, key)) return jwk;
  }
  return candidates.length === 0 ? 'no key' : 'no match';
}
