import type { Cache, Loaded } from '../cache/cache.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../pdk/log.ts';
import { fetchDiscovery } from './discovery.ts';
import { IdentityProviderError } from './errors.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import type { IssuerCounters } from './issuer-view.ts';
import { fetchJwks, type JwksDocument } from './jwks.ts';
import { printable, type ProviderHttp } from './provider-http.ts';
import type { DiscoveryDocument } from './provider-metadata.ts';

/** What issuers share. */
export interface IssuerDependencies {
  readonly discovery: Cache<DiscoveryDocument>;
  readonly jwks: Cache<JwksDocument>;
  readonly http: ProviderHttp;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Documents and keys stay in use for as long as renewing them fails. */
const FOREVER = Number.MAX_SAFE_INTEGER;
/** Renewals of many issuers spread over this last share of the time. */
const REFRESH_JITTER = 0.05;

/** Fetches the documents of one issuer, says how long they are good for, and keeps the books. */
export class IssuerFetches {
  readonly #settings: IssuerSettings;
  readonly #deps: IssuerDependencies;
  readonly #counters = { discovery_fetches: 0, jwks_fetches: 0, failed_fetches: 0, rediscoveries: 0 };
  #lastError: { at: number; message: string } | null = null;

  constructor(settings: IssuerSettings, deps: IssuerDependencies) {
    this.#settings = settings;
    this.#deps = deps;
  }

  get counters(): IssuerCounters {
    return { ...this.#counters };
  }

  /** The last failure, in seconds since the epoch; null when there was none, or since the issuer was forgotten. */
  get lastError(): { readonly at: number; readonly message: string } | null {
    return this.#lastError;
  }

  forgetError(): void {
    this.#lastError = null;
  }

  countRediscovery(): void {
    this.#counters.rediscoveries += 1;
  }

  readonly discovery = async (): Promise<Loaded<DiscoveryDocument>> => {
    const { issuer, discoveryHeaders: headers, timeoutMs, sslVerify } = this.#settings;
    this.#counters.discovery_fetches += 1;
    const options = { headers, timeoutMs, sslVerify };
    return this.#loaded(await this.#noting(fetchDiscovery(issuer, this.#deps.http, options)));
  };

  /** @param previous the keys in use; a set without any never replaces them */
  async jwks(uri: string, previous: JwksDocument | null): Promise<Loaded<JwksDocument>> {
    const { timeoutMs, sslVerify } = this.#settings;
    this.#counters.jwks_fetches += 1;
    const fetched = fetchJwks(uri, this.#deps.http, { timeoutMs, sslVerify });
    return this.#loaded(await this.#noting(fetched.then((value) => notEmptied(value, previous))));
  }

  #loaded<Value>(value: Value): Loaded<Value> {
    const ttl = this.#settings.cacheTtlMs;
    const refreshAt = this.#deps.clock.now() + ttl - Math.random() * REFRESH_JITTER * ttl;
    return { value, refreshAt, freshUntil: FOREVER, staleUntil: FOREVER };
  }

  async #noting<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#counters.failed_fetches += 1;
      this.#lastError = { at: Math.floor(this.#deps.clock.now() / 1000), message: reason };
      this.#deps.log.warn(
        { issuer: this.#settings.issuer, reason },
        'cannot fetch a document of the identity provider',
      );
      throw error;
    }
  }
}

function notEmptied(fetched: JwksDocument, previous: JwksDocument | null): JwksDocument {
  if (fetched.keys.length > 0 || previous === null || previous.keys.length === 0) return fetched;
  throw new IdentityProviderError('invalid response', `"${printable(fetched.url)}" has no usable key any more`);
}
