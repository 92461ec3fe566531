import type { CacheOutcome } from '../cache/cache.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../pdk/log.ts';
import { clockSkew } from './clock-skew.ts';
import type { ProviderResponse } from './provider-http.ts';

/**
 * Clocks further apart than this are worth a line in the log: beyond what NTP and a slow answer explain, and enough for
 * a fresh token to be refused where `leeway` is 0, its default.
 */
const NOTABLE_SKEW_MS = 5000;

/** What the provider is asked for. */
export type ProviderCall = 'discovery' | 'jwks' | 'token' | 'introspection' | 'userinfo';

/** What one issuer has cost and saved since start, as the Admin API shows it. */
export interface IssuerCounters {
  readonly discovery_fetches: number;
  readonly jwks_fetches: number;
  /** Of documents and key sets. */
  readonly failed_fetches: number;
  readonly rediscoveries: number;
  readonly token_calls: number;
  readonly introspection_calls: number;
  readonly userinfo_calls: number;
  /** Callers for whom a token, or what the provider says of one, was at hand. */
  readonly cache_hits: number;
  /** Callers who set off a request to the provider and waited for it. */
  readonly cache_misses: number;
  /** Callers who waited for a request that another one had set off. */
  readonly cache_joins: number;
  /** Callers who got something old because the provider failed. */
  readonly cache_stale: number;
  /** Hits on a remembered refusal; among `cache_hits`, too. */
  readonly cache_negative: number;
}

/** The last failure to get a document. */
export interface IssuerError {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly message: string;
}

const counterOf = {
  discovery: 'discovery_fetches',
  jwks: 'jwks_fetches',
  token: 'token_calls',
  introspection: 'introspection_calls',
  userinfo: 'userinfo_calls',
} as const satisfies Readonly<Record<ProviderCall, keyof IssuerCounters>>;

/** Keeps the books of one issuer: what was asked, what failed, whether the clocks agree. Holds nothing secret. */
export class IssuerRecord {
  readonly #issuer: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #counters = {
    ...{ discovery_fetches: 0, jwks_fetches: 0, failed_fetches: 0, rediscoveries: 0 },
    ...{ token_calls: 0, introspection_calls: 0, userinfo_calls: 0 },
    ...{ cache_hits: 0, cache_misses: 0, cache_joins: 0, cache_stale: 0, cache_negative: 0 },
  };
  #lastError: IssuerError | null = null;
  #clockSkewMs: number | null = null;
  #hasWarned = false;

  constructor(issuer: string, clock: Clock, log: Logger) {
    this.#issuer = issuer;
    this.#clock = clock;
    this.#log = log;
  }

  get counters(): IssuerCounters {
    return { ...this.#counters };
  }

  /** `null` when there was none, or none since the issuer was forgotten. */
  get lastError(): IssuerError | null {
    return this.#lastError;
  }

  /** As of the provider's latest answer: see {@link clockSkew}; `null` before the first. */
  get clockSkewMs(): number | null {
    return this.#clockSkewMs;
  }

  forgetError(): void {
    this.#lastError = null;
  }

  countRediscovery(): void {
    this.#counters.rediscoveries += 1;
  }

  /** Counts a caller for whom a remembered outcome was enough. */
  countHit(): void {
    this.#counters.cache_hits += 1;
  }

  /** Counts what a look-up in a cache came to. */
  readonly countUse = (use: CacheOutcome): void => {
    if (use === 'hit') this.#counters.cache_hits += 1;
    else if (use === 'miss') this.#counters.cache_misses += 1;
    else if (use === 'join') this.#counters.cache_joins += 1;
    else this.#counters.cache_stale += 1;
  };

  /** Counts a hit on a remembered refusal, after the hit itself. */
  countNegative(): void {
    this.#counters.cache_negative += 1;
  }

  /** Counts a request and looks at the clock of whoever answers it. */
  async watch(call: ProviderCall, request: Promise<ProviderResponse>): Promise<ProviderResponse> {
    const sentAt = this.#clock.now();
    this.#counters[counterOf[call]] += 1;
    const response = await request;
    this.#noteSkew(clockSkew(response, sentAt, this.#clock.now()));
    return response;
  }

  /** Notes that a document could not be had. */
  noteFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#counters.failed_fetches += 1;
    this.#lastError = { at: Math.floor(this.#clock.now() / 1000), message: reason };
    this.#log.warn({ issuer: this.#issuer, reason }, 'cannot fetch a document of the identity provider');
  }

  /** Once for each time that the clocks part; the Admin API has the current figure. */
  #noteSkew(skewMs: number | null): void {
    if (skewMs === null) return;
    this.#clockSkewMs = skewMs;
    const isNotable = Math.abs(skewMs) > NOTABLE_SKEW_MS;
    if (isNotable && !this.#hasWarned) {
      this.#log.warn(
        { issuer: this.#issuer, skew_ms: skewMs },
        'the clock of the identity provider and ours differ: tokens may count as expired, or as not valid yet',
      );
    }
    this.#hasWarned = isNotable;
  }
}
