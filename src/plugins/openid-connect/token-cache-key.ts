import { keyedDigest } from '../../cache/cache-key.ts';
import type { NameValuePairs } from '../../oidc/grants/client-credentials.ts';

/** Changes when keys mean something else, so that entries of an older gw in a shared store are not misread. */
const KEY_FORMAT = '2';

/** Everything that decides which token a request gets. */
export interface TokenKeyInputs {
  readonly grant: string;
  /** Id of the issuer's settings, which stand for its URL. */
  readonly issuerId: string;
  /** The identifier the provider announces. */
  readonly issuer: string;
  readonly endpoint: string;
  /** Method, id and secret of the client, or what stands for them; certificate and place of an own client. */
  readonly client: readonly string[];
  /** The grant's own parameters: user name and password, or the refresh token. */
  readonly parameters: NameValuePairs;
  /** Scope, audience and further arguments as they are sent. */
  readonly extras: NameValuePairs;
  /** Headers as they are sent. */
  readonly headers: NameValuePairs;
  /** How the token is verified and what is kept of the response: plugins that share a salt may differ in it. */
  readonly rules: string;
}

/**
 * The key of a token in the cache. The secret is part of it, so that another secret for the same id misses and is asked
 * about; a wrong one can then neither get a token nor lock out the right one.
 */
export function tokenCacheKey(salt: string, inputs: TokenKeyInputs): string {
  return keyedDigest(salt, [
    KEY_FORMAT,
    inputs.grant,
    inputs.issuerId,
    inputs.issuer,
    inputs.endpoint,
    inputs.client,
    flattened(inputs.parameters),
    flattened(inputs.extras),
    flattened(inputs.headers),
    inputs.rules,
  ]);
}

/** Pairs as one list, in an order that does not depend on how they were configured. */
function flattened(pairs: NameValuePairs): string[] {
  return pairs.toSorted(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1)).flat();
}
