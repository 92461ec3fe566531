import type { Cache, CacheEntry, Loaded } from '../../cache/cache.ts';
import type { Clock } from '../../lib/clock.ts';
import type { JsonObject } from '../../lib/json.ts';
import { IdentityProviderError } from '../../oidc/errors.ts';
import { countedLookup, type LookupCounter } from './counted-lookup.ts';

/** A verified token, as it is kept. Never holds the secret it was got with. */
export interface IssuedToken {
  readonly kind: 'issued';
  readonly accessToken: string;
  /** Null for a token that only its issuer can read. */
  readonly claims: JsonObject | null;
  /** Of the ID token that came with it. */
  readonly idTokenClaims: JsonObject | null;
  readonly idToken: string | null;
  readonly refreshToken: string | null;
  /** Milliseconds since the epoch; null when nobody said. */
  readonly expiresAt: number | null;
  /** Headers of the token response for the caller: name, value, name, value … */
  readonly replay: readonly string[];
}

/** A definite "no" of the identity provider to one credential. */
export interface RefusedToken {
  readonly kind: 'refused';
  readonly oauthError: string | null;
}

/** What the cache `tokens` holds. */
export type CachedToken = IssuedToken | RefusedToken;

/** Gets a token, or a definite refusal, from the identity provider. `previous` is the entry that is to be replaced. */
export type TokenLoader = (previous: CacheEntry<CachedToken> | null) => Promise<Loaded<CachedToken>>;

/**
 * Tokens by a digest of everything that decides them. A token is never handed out at or after its expiry, whatever the
 * entry says; past `cache_ttl_max` it is handed out only while the identity provider is at fault.
 */
export class TokenCache {
  readonly #cache: Cache<CachedToken>;
  readonly #clock: Clock;
  readonly #counter: LookupCounter;

  constructor(cache: Cache<CachedToken>, clock: Clock, counter: LookupCounter) {
    this.#cache = cache;
    this.#clock = clock;
    this.#counter = counter;
  }

  /**
   * The entry of `key`. While the provider is at fault an older one will do, if its token has not ended.
   *
   * @throws whatever `load` throws, when there is no usable entry
   */
  async get(key: string, load: TokenLoader): Promise<CacheEntry<CachedToken>> {
    const entry = await this.getChained(key, load);
    if (!this.#isExpired(entry.value)) return entry;
    await this.#cache.delete(key);
    return await countedLookup(this.#cache, key, load, undefined, this.#counter);
  }

  /** As {@link TokenCache.get}, but an entry whose token has ended comes back as it is: it names its successor. */
  async getChained(key: string, load: TokenLoader): Promise<CacheEntry<CachedToken>> {
    const mayServeStale = (error: unknown): boolean => this.#mayServeStale(key, error);
    return await countedLookup(this.#cache, key, load, mayServeStale, this.#counter);
  }

  /** Stores an entry under another key, too. */
  set(key: string, loaded: Loaded<CachedToken>): void {
    this.#cache.set(key, loaded);
  }

  #mayServeStale(key: string, error: unknown): boolean {
    if (!(error instanceof IdentityProviderError)) return false;
    const entry = this.#cache.peek(key);
    return entry !== null && !this.#isExpired(entry.value);
  }

  #isExpired(token: CachedToken): boolean {
    return token.kind === 'issued' && token.expiresAt !== null && token.expiresAt <= this.#clock.now();
  }
}
