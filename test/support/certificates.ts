import { selfSignedPair as make, type SelfSignedPair } from '../../src/lib/self-signed.ts';

/** A certificate for the given names that any test may trust, valid since yesterday. */
export function selfSignedPair(...names: [string, ...string[]]): SelfSignedPair {
  return make({ names, notBeforeMs: Date.now() - 86_400_000, days: 30 });
}

/** The same with an RSA key. */
export function selfSignedRsaPair(...names: [string, ...string[]]): SelfSignedPair {
  return make({ names, keyType: 'rsa', notBeforeMs: Date.now() - 86_400_000, days: 30 });
}
