import type { CacheEntry } from '../cache/cache.ts';
import type { JsonObject } from '../lib/json.ts';
import type { IssuerCounters, IssuerError, IssuerRecord } from './issuer-record.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import type { JwksDocument, PublicJwk } from './jwks.ts';
import { printable } from './provider-url.ts';
import type { DiscoveryDocument } from './provider-metadata.ts';

/** Who uses an issuer. */
export interface IssuerUser {
  readonly pluginId: string;
  /** For people: `service "orders"`. */
  readonly scope: string;
}

/** How old something fetched is; all null before it was first needed. Moments are seconds since the epoch. */
interface Age {
  readonly fetched_at: number | null;
  readonly age_seconds: number | null;
  /** When a request will set off the next renewal, if the last attempt did not fail. */
  readonly next_refresh: number | null;
}

/** An issuer as the Admin API and `gw issuers` show it. Times are seconds since the epoch. */
export interface IssuerView {
  readonly id: string;
  /** As configured. */
  readonly issuer: string;
  readonly created_at: number;
  /** The discovery document as it came; null before it was first needed. */
  readonly configuration: JsonObject | null;
  readonly keys: readonly PublicJwk[];
  readonly gw: Age & {
    /** When the document reaches its configured age; it stays in use until it has been renewed. */
    readonly fresh_until: number | null;
    /** Where keys come from, in the order they are consulted. */
    readonly key_sets: readonly (Age & { readonly uri: string; readonly keys: number })[];
    readonly last_error: IssuerError | null;
    /** Positive when the provider's clock is ahead; the least that its latest answer proves; null before the first. */
    readonly clock_skew_ms: number | null;
    readonly used_by: readonly IssuerUser[];
    readonly counters: IssuerCounters;
  };
}

/** What a view is made from. */
export interface IssuerFacts {
  readonly issuer: {
    readonly id: string;
    readonly settings: IssuerSettings;
    readonly record: IssuerRecord;
    readonly users: readonly IssuerUser[];
  };
  /** The rest are milliseconds since the epoch. */
  readonly createdAt: number;
  readonly document: CacheEntry<DiscoveryDocument> | null;
  readonly keySets: readonly { readonly uri: string; readonly entry: CacheEntry<JwksDocument> | null }[];
  readonly now: number;
}

/** Puts the view of an issuer together; holds nothing secret. */
export function issuerView({ issuer, createdAt, document, keySets, now }: IssuerFacts): IssuerView {
  const { id, settings, record, users } = issuer;
  return {
    id,
    issuer: settings.issuer,
    created_at: seconds(createdAt),
    configuration: document?.value.document ?? null,
    keys: keySets.flatMap(({ entry }) => entry?.value.keys ?? []),
    gw: {
      ...ageOf(document, now),
      fresh_until: document === null ? null : seconds(document.storedAt + settings.cacheTtlMs),
      key_sets: keySets.map(({ uri, entry }) => ({
        uri: printable(uri),
        keys: entry?.value.keys.length ?? 0,
        ...ageOf(entry, now),
      })),
      last_error: record.lastError,
      clock_skew_ms: record.clockSkewMs,
      used_by: [...users],
      counters: record.counters,
    },
  };
}

function ageOf(entry: CacheEntry<unknown> | null, now: number): Age {
  return {
    fetched_at: entry === null ? null : seconds(entry.storedAt),
    age_seconds: entry === null ? null : seconds(now - entry.storedAt),
    next_refresh: entry === null ? null : seconds(entry.refreshAt),
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
