import type { NameValuePairs } from '../../oidc/grants/client-credentials.ts';
import type { JwtRules } from '../../oidc/jwt-check.ts';
import type { OpenidConnectConfig } from './config.ts';

/** What a token request of a configured instance says, apart from who asks. */
export interface TokenRequestSettings {
  readonly authMethod: string | null;
  readonly scopes: readonly string[] | null;
  /** Whether configured scopes tell cached tokens apart (`token_cache_key_include_scope`); a caller's own always do. */
  readonly keepsScopesApart: boolean;
  readonly audience: readonly string[] | null;
  readonly postArgs: NameValuePairs;
  readonly headers: NameValuePairs;
  /** Names of arguments and headers taken over from the caller. */
  readonly callerArgs: readonly string[];
  readonly callerHeaders: readonly string[];
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
}

/** What a token must satisfy; the key for HMAC signatures is the secret of the client it was issued to. */
export interface TokenRules extends Omit<JwtRules, 'hmacSecret'> {
  readonly allowsHmac: boolean;
}

/** Decides once what every token must satisfy. */
export function tokenRules(config: OpenidConnectConfig): TokenRules {
  return {
    verifySignature: config.verify_signature ?? true,
    allowsHmac: config.enable_hs_signatures ?? false,
    verifyClaims: config.verify_claims ?? true,
    issuersAllowed: nonEmpty(config.issuers_allowed),
    leewaySeconds: config.leeway ?? 0,
    maxAgeSeconds: config.max_age ?? null,
    domains: nonEmpty(config.domains),
    requireIssuerAndExpiry: false,
  };
}

/** Decides once what every token request has in common. */
export function tokenRequestSettings(config: OpenidConnectConfig): TokenRequestSettings {
  return {
    authMethod: config.token_endpoint_auth_method ?? config.client_auth?.[0] ?? null,
    scopes: config.scopes ?? null,
    keepsScopesApart: config.token_cache_key_include_scope ?? false,
    audience: config.audience ?? null,
    postArgs: pairs(config.token_post_args_names, config.token_post_args_values),
    headers: pairs(config.token_headers_names, config.token_headers_values),
    callerArgs: config.token_post_args_client ?? [],
    callerHeaders: config.token_headers_client ?? [],
    timeoutMs: config.timeout ?? 10_000,
    sslVerify: config.ssl_verify ?? true,
  };
}

/** Two lists of equal length, as Kong writes names and values; a missing value is empty. */
export function pairs(
  names: readonly string[] | null | undefined,
  values: readonly string[] | null | undefined,
): NameValuePairs {
  return (names ?? []).map((name, at): [string, string] => [name, values?.[at] ?? '']);
}

function nonEmpty(list: readonly string[] | null | undefined): readonly string[] | null {
  return list === null || list === undefined || list.length === 0 ? null : list;
}
