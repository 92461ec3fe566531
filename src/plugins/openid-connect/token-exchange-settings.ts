import type { JsonObject } from '../../lib/json.ts';
import { claimValues, readClaim } from './claims.ts';
import type { OpenidConnectConfig, TokenExchangeConditions } from './config.ts';

/** What must hold for a token of the provider's own to be exchanged: every value listed is there, or is not. */
export interface ExchangeConditions {
  readonly hasScopes: readonly string[];
  readonly missingScopes: readonly string[];
  readonly hasAudience: readonly string[];
  readonly missingAudience: readonly string[];
}

/** One entry of `subject_token_issuers`. */
export interface SubjectIssuer {
  /** Compared with `iss` exactly. */
  readonly issuer: string;
  readonly verifiesSignature: boolean;
  /** Null: as its discovery document says. */
  readonly jwksUri: string | null;
  /** Null when there are none: tokens of the provider's own are then not exchanged. */
  readonly conditions: ExchangeConditions | null;
}

/** What a config says about exchanging tokens that callers bring. */
export interface TokenExchangeSettings {
  readonly issuers: readonly SubjectIssuer[];
  readonly scopes: readonly string[] | null;
  readonly audience: readonly string[];
  /** Takes the place of the token endpoint; null: nothing does. */
  readonly endpoint: string | null;
  readonly caches: boolean;
  /** Longest time a new token is kept; null: as other tokens. */
  readonly ttlMs: number | null;
  readonly scopesClaim: readonly string[];
  readonly audienceClaim: readonly string[];
}

/** Decides once what can be decided once; null when tokens are not exchanged. */
export function tokenExchangeSettings(config: OpenidConnectConfig): TokenExchangeSettings | null {
  const exchange = config.token_exchange ?? null;
  if (exchange === null) return null;
  const { request, cache } = exchange;
  const ttl = cache?.ttl ?? null;
  return {
    issuers: exchange.subject_token_issuers.map(({ issuer, verify_signature, jwks_uri, conditions }) => ({
      issuer,
      verifiesSignature: verify_signature ?? false,
      jwksUri: jwks_uri ?? null,
      conditions: exchangeConditions(conditions ?? null),
    })),
    scopes: (request?.empty_scopes ?? false) ? null : (request?.scopes ?? config.scopes ?? null),
    audience: (request?.empty_audience ?? false) ? [] : (request?.audience ?? config.audience ?? []),
    endpoint: config.token_exchange_endpoint ?? null,
    caches: (cache?.enabled ?? config.cache_tokens ?? true) && (config.cache_token_exchange ?? true),
    ttlMs: ttl === null ? null : ttl * 1000,
    scopesClaim: config.scopes_claim ?? ['scope'],
    audienceClaim: config.audience_claim ?? ['aud'],
  };
}

/** Whether a token with these claims meets them all. */
export function meetsConditions(
  claims: JsonObject,
  conditions: ExchangeConditions,
  { scopesClaim, audienceClaim }: Pick<TokenExchangeSettings, 'scopesClaim' | 'audienceClaim'>,
): boolean {
  const scopes = new Set(claimValues(readClaim(claims, scopesClaim)));
  const audience = new Set(claimValues(readClaim(claims, audienceClaim)));
  return (
    conditions.hasScopes.every((scope) => scopes.has(scope)) &&
    conditions.missingScopes.every((scope) => !scopes.has(scope)) &&
    conditions.hasAudience.every((one) => audience.has(one)) &&
    conditions.missingAudience.every((one) => !audience.has(one))
  );
}

/** Kong's forms of "none": nothing, a record of nulls, a record of empty lists. */
export function exchangeConditions(conditions: TokenExchangeConditions | null): ExchangeConditions | null {
  const found = {
    hasScopes: conditions?.has_scopes ?? [],
    missingScopes: conditions?.missing_scopes ?? [],
    hasAudience: conditions?.has_audience ?? [],
    missingAudience: conditions?.missing_audience ?? [],
  };
  return Object.values(found).some((list) => list.length > 0) ? found : null;
}
