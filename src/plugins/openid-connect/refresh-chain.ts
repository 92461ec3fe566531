import type { CacheEntry, Loaded } from '../../cache/cache.ts';
import type { Clock } from '../../lib/clock.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { IdentityProviderError } from '../../oidc/errors.ts';
import { refreshParameters } from '../../oidc/grants/refresh-token.ts';
import type { TokenLifetimeRules } from '../../oidc/token-lifetime.ts';
import type { CachedToken, TokenCache } from './token-cache.ts';
import type { GrantResult, PreparedGrant, TokenGrant } from './token-grant.ts';

/** Hops from an old refresh token to the newest; each look-up shortens the way to one. */
const MOST_HOPS = 8;

/** What a chain is made of. */
export interface RefreshChainParts {
  readonly grant: TokenGrant;
  readonly cache: TokenCache | null;
  readonly lifetimes: TokenLifetimeRules;
  readonly clock: Clock;
}

/**
 * Uses each rotated refresh token once. Providers that rotate take a second use for theft and end the whole session
 * (RFC 9700 §4.14.2), so what came of a token is kept beyond the life of the access token: a caller that still sends
 * the old refresh token is led to its successor, and only the newest is ever used.
 */
export class RefreshChain {
  readonly #parts: RefreshChainParts;
  readonly #uncached = new SingleFlight<string, GrantResult>();

  constructor(parts: RefreshChainParts) {
    this.#parts = parts;
  }

  /** What the refresh token of `first`, or the newest that came of it, is good for. */
  async get(first: PreparedGrant, refreshToken: string): Promise<GrantResult> {
    const { cache, grant } = this.#parts;
    // Even uncached, requests at one moment must not use one token twice.
    if (cache === null) return await this.#uncached.run(grant.key(first), () => grant.load(first));
    let prepared = first;
    let token = refreshToken;
    let outlived: CacheEntry<CachedToken> | null = null;
    for (let hop = 0; hop < MOST_HOPS; hop++) {
      const entry = await this.#use(cache, prepared, token, outlived);
      const next = successor(entry.value, token);
      if (next === null || this.#isUsable(entry) || entry === outlived) {
        if (hop > 0 && entry !== outlived && entry.value.kind === 'issued') cache.set(grant.key(first), entry);
        return entry;
      }
      outlived = entry;
      token = next;
      prepared = { ...first, parameters: refreshParameters(next) };
    }
    throw new IdentityProviderError('invalid response', 'refresh tokens lead to one another without end');
  }

  async #use(
    cache: TokenCache,
    prepared: PreparedGrant,
    token: string,
    outlived: CacheEntry<CachedToken> | null,
  ): Promise<CacheEntry<CachedToken>> {
    try {
      return await cache.getChained(this.#parts.grant.key(prepared), async (previous) => {
        // Used before: whoever waits for this is led on.
        if (previous !== null && successor(previous.value, token) !== null) return previous;
        return this.#kept(await this.#parts.grant.load(prepared), token);
      });
    } catch (error) {
      if (outlived !== null && error instanceof IdentityProviderError && this.#maySurvive(outlived)) return outlived;
      throw error;
    }
  }

  /** A rotated token is not renewed early, since nobody waits for its successor yet, and is not forgotten when it ends. */
  #kept(loaded: Loaded<CachedToken>, token: string): Loaded<CachedToken> {
    if (successor(loaded.value, token) === null) return loaded;
    const { freshUntil } = loaded;
    return { ...loaded, refreshAt: freshUntil, staleUntil: freshUntil + this.#parts.lifetimes.cacheTtlMs };
  }

  #isUsable({ freshUntil }: CacheEntry<CachedToken>): boolean {
    return this.#parts.clock.now() < freshUntil;
  }

  /** `cache_ttl_resurrect`, for a token whose successor cannot be got now. */
  #maySurvive({ value, freshUntil }: CacheEntry<CachedToken>): boolean {
    const now = this.#parts.clock.now();
    const end = value.kind === 'issued' ? value.expiresAt : null;
    return end !== null && now < end && now < freshUntil + (this.#parts.lifetimes.resurrectMs ?? 0);
  }
}

/** The refresh token that took the place of `token`; null when it stays in use. */
function successor(value: CachedToken, token: string): string | null {
  return value.kind === 'issued' && value.refreshToken !== null && value.refreshToken !== token
    ? value.refreshToken
    : null;
}
