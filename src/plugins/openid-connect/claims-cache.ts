import type { Cache, CacheEntry, Loaded } from '../../cache/cache.ts';
import type { Clock } from '../../lib/clock.ts';
import type { JsonObject } from '../../lib/json.ts';
import { IdentityProviderError, TokenInvalid } from '../../oidc/errors.ts';
import { rejectionMoments, type TokenLifetimeRules, tokenMoments } from '../../oidc/token-lifetime.ts';
import { countedLookup, type LookupCounter } from './counted-lookup.ts';

/** What the provider said of a token: claims, or that the token is not good. Never holds the token. */
export type TokenAnswer =
  | {
      readonly kind: 'claims';
      readonly claims: JsonObject;
      /** The answer as it came, when the provider signed it as a JWT. */
      readonly jwt?: string | null;
      /** When the token ends, milliseconds since the epoch; null when nobody said. */
      readonly expiresAt: number | null;
    }
  | { readonly kind: 'refused' /** Our own phrase. */; readonly reason: string };

/** An answer with its moments; `storedAt` is missing when answers are not cached. */
export type AnswerEntry = Loaded<TokenAnswer> | CacheEntry<TokenAnswer>;

/** What the provider says of tokens, kept as long as tokens themselves are (`token-lifetime.ts`). */
export class ClaimsCache {
  readonly #cache: Cache<TokenAnswer> | null;
  readonly #lifetimes: TokenLifetimeRules;
  readonly #clock: Clock;
  readonly #counter: LookupCounter;

  /** @param cache null: everyone asks anew */
  constructor(cache: Cache<TokenAnswer> | null, lifetimes: TokenLifetimeRules, clock: Clock, counter: LookupCounter) {
    this.#cache = cache;
    this.#lifetimes = lifetimes;
    this.#clock = clock;
    this.#counter = counter;
  }

  get isKept(): boolean {
    return this.#cache !== null;
  }

  /**
   * The answer under `key`, else what `ask` gets. A {@link TokenInvalid} that it throws is a definite "no", remembered
   * for `cache_ttl_neg`; faults of the provider are not.
   *
   * @throws {IdentityProviderError} {@link ProviderConfigError} as `ask`, when nothing cached may be used
   */
  async get(key: string, ask: () => Promise<Extract<TokenAnswer, { kind: 'claims' }>>): Promise<AnswerEntry> {
    try {
      return await this.#lookUp(key, () => this.#load(ask));
    } catch (error) {
      if (!(error instanceof TokenInvalid)) throw error;
      const now = this.#clock.now();
      return { value: { kind: 'refused', reason: error.reason }, refreshAt: now, freshUntil: now, staleUntil: now };
    }
  }

  async #lookUp(key: string, load: () => Promise<Loaded<TokenAnswer>>): Promise<AnswerEntry> {
    if (this.#cache === null) return await load();
    const mayServeStale = (error: unknown): boolean => error instanceof IdentityProviderError;
    const entry = await countedLookup(this.#cache, key, load, mayServeStale, this.#counter);
    const { value } = entry;
    if (value.kind === 'refused' || value.expiresAt === null || value.expiresAt > this.#clock.now()) return entry;
    await this.#cache.delete(key);
    return await countedLookup(this.#cache, key, load, undefined, this.#counter);
  }

  async #load(ask: () => Promise<Extract<TokenAnswer, { kind: 'claims' }>>): Promise<Loaded<TokenAnswer>> {
    try {
      const value = await ask();
      const now = this.#clock.now();
      const life = { requestedAt: now, expiresInSeconds: null, expiresAt: value.expiresAt };
      const moments = tokenMoments(life, this.#lifetimes, now);
      if (moments === null) throw new TokenInvalid('the token has expired');
      return { value, ...moments };
    } catch (error) {
      if (!(error instanceof TokenInvalid)) throw error;
      const moments = rejectionMoments(this.#lifetimes, this.#clock.now());
      if (moments === null) throw error;
      return { value: { kind: 'refused', reason: error.reason }, ...moments };
    }
  }
}
