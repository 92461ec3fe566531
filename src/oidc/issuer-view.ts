import type { JsonObject } from '../lib/json.ts';
import type { PublicJwk } from './jwks.ts';

/** Who uses an issuer. */
export interface IssuerUser {
  readonly pluginId: string;
  /** For people: `service "orders"`. */
  readonly scope: string;
}

/** An issuer as the Admin API and `gw issuers` show it. Times are seconds since the epoch. */
export interface IssuerView {
  readonly id: string;
  readonly issuer: string;
  readonly created_at: number;
  /** The discovery document as it came; null before it was first needed. */
  readonly configuration: JsonObject | null;
  readonly keys: readonly PublicJwk[];
  readonly gw: {
    readonly fetched_at: number | null;
    readonly age_seconds: number | null;
    /** When a request will set off the next renewal, if the last attempt did not fail. */
    readonly next_refresh: number | null;
    /** When the document reaches its configured age; it stays in use until it has been renewed. */
    readonly fresh_until: number | null;
    readonly last_error: { readonly at: number; readonly message: string } | null;
    readonly used_by: readonly IssuerUser[];
    readonly counters: IssuerCounters;
  };
}

/** What one issuer has cost since start. */
export interface IssuerCounters {
  readonly discovery_fetches: number;
  readonly jwks_fetches: number;
  readonly failed_fetches: number;
  readonly rediscoveries: number;
}
