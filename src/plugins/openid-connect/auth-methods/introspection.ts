import type { Attempt, AuthMethod } from '../auth-method.ts';
import { claimText } from '../claims.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import { LookupAttempt, type LookupMethodParts, type LookupReader } from '../token-lookup.ts';

/**
 * A token the caller brings, checked by asking the provider (RFC 7662). Stands after `bearer`, which takes tokens that
 * gw can verify itself; without that method they come here too.
 */
export class Introspection implements AuthMethod {
  readonly name = 'introspection';
  readonly #parts: LookupMethodParts;

  constructor(parts: LookupMethodParts) {
    this.#parts = parts;
  }

  async find(search: RequestSearch): Promise<Attempt | Refusal | null> {
    const found = await this.#parts.find(search);
    if (found === null || 'kind' in found) return found;
    return new LookupAttempt('introspection', this.#parts, found, search, read);
  }
}

const read: LookupReader = ({ claims, jwt }) => ({
  introspection: claims,
  introspectionJwt: jwt ?? null,
  clientId: claimText(claims.client_id) ?? claimText(claims.azp),
});
