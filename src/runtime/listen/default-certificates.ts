import { once } from '../../lib/once.ts';
import { Secret } from '../../lib/secret.ts';
import { selfSignedPair } from '../../lib/self-signed.ts';
import type { KeyPair } from './tls-policy.ts';

/** Kong's own default certificate lives as long. */
const DAYS = 20 * 365;

/**
 * The certificates of a listener that was given `stated` ones; without any, one for `localhost` that signs itself, made
 * on first use and good for the life of the process.
 */
export function defaultCertificates(stated: readonly KeyPair[], now: () => number): () => readonly KeyPair[] {
  if (stated.length > 0) return () => stated;
  return once(() => {
    const { cert, key } = selfSignedPair({ names: ['localhost', '127.0.0.1'], notBeforeMs: now(), days: DAYS });
    return [{ cert, key: new Secret(key) }];
  });
}
