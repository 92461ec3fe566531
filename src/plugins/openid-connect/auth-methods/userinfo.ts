import type { Attempt, AuthMethod } from '../auth-method.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import { LookupAttempt, type LookupMethodParts, type LookupReader } from '../token-lookup.ts';

/**
 * A token the caller brings, good when the provider answers with its user (OpenID Connect Core §5.3). Stands after
 * `bearer` and `introspection`, which say more about a token.
 */
export class UserInfo implements AuthMethod {
  readonly name = 'userinfo';
  readonly #parts: LookupMethodParts;

  constructor(parts: LookupMethodParts) {
    this.#parts = parts;
  }

  async find(search: RequestSearch): Promise<Attempt | Refusal | null> {
    const found = await this.#parts.find(search);
    if (found === null || 'kind' in found) return found;
    return new LookupAttempt('userinfo', this.#parts, found, search, read);
  }
}

const read: LookupReader = ({ claims, jwt }) => ({ userInfo: claims, userInfoJwt: jwt ?? null });
