import type { Cache, Loaded } from '../cache/cache.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../pdk/log.ts';
import { fetchDiscovery } from './discovery.ts';
import { IdentityProviderError } from './errors.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import type { IssuerRecord } from './issuer-record.ts';
import { fetchJwks, type JwksDocument } from './jwks.ts';
import type { ProviderHttp } from './provider-http.ts';
import { printable } from './provider-url.ts';
import type { DiscoveryDocument } from './provider-metadata.ts';
import { WatchedHttp } from './watched-http.ts';

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

/** Fetches the documents of one issuer and says how long they are good for. */
export class IssuerFetches {
  readonly #settings: IssuerSettings;
  readonly #deps: IssuerDependencies;
  readonly #record: IssuerRecord;
  readonly #discoveryHttp: WatchedHttp;
  readonly #jwksHttp: WatchedHttp;

  constructor(settings: IssuerSettings, deps: IssuerDependencies, record: IssuerRecord) {
    this.#settings = settings;
    this.#deps = deps;
    this.#record = record;
    this.#discoveryHttp = new WatchedHttp(deps.http, record, 'discovery');
    this.#jwksHttp = new WatchedHttp(deps.http, record, 'jwks');
  }

  readonly discovery = async (): Promise<Loaded<DiscoveryDocument>> => {
    const { issuer, discoveryHeaders: headers, timeoutMs, sslVerify } = this.#settings;
    const options = { headers, timeoutMs, sslVerify };
    return this.#loaded(await this.#noting(fetchDiscovery(issuer, this.#discoveryHttp, options)));
  };

  /** @param previous the keys in use; a set without any never replaces them */
  async jwks(uri: string, previous: JwksDocument | null): Promise<Loaded<JwksDocument>> {
    const { timeoutMs, sslVerify } = this.#settings;
    const fetched = fetchJwks(uri, this.#jwksHttp, { timeoutMs, sslVerify });
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
      this.#record.noteFailure(error);
      throw error;
    }
  }
}

function notEmptied(fetched: JwksDocument, previous: JwksDocument | null): JwksDocument {
  if (fetched.keys.length > 0 || previous === null || previous.keys.length === 0) return fetched;
  throw new IdentityProviderError('invalid response', `"${printable(fetched.url)}" has no usable key any more`);
}
