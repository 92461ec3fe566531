import type { IssuerSettings } from '../../oidc/issuer-settings.ts';
import type { JwtRules } from '../../oidc/jwt-check.ts';
import { type EndpointName, endpointNames } from '../../oidc/provider-metadata.ts';
import type { TokenLifetimeRules } from '../../oidc/token-lifetime.ts';
import { type BearerTokenSettings, bearerTokenSettings } from './bearer-token.ts';
import type { OpenidConnectConfig } from './config.ts';
import { type GrantsSettings, grantsSettings } from './grant-settings.ts';
import {
  type IntrospectionSettings,
  introspectionSettings,
  type UserInfoSettings,
  userInfoSettings,
} from './lookup-settings.ts';
import { type OwnClientsSettings, ownClientsSettings } from './own-client-settings.ts';
import { type PossessionSettings, possessionSettings } from './proof/possession-settings.ts';
import {
  pairs,
  type TokenRequestSettings,
  type TokenRules,
  tokenRequestSettings,
  tokenRules,
} from './token-settings.ts';
import { type TokenExchangeSettings, tokenExchangeSettings } from './token-exchange-settings.ts';
import { transportSettings } from './transport-settings.ts';
import { type TokenHeaderSettings, tokenHeaderSettings } from './token-headers.ts';

/** A config with everything decided that does not depend on a request. */
export interface CompiledConfig {
  readonly issuer: IssuerSettings;
  readonly clients: OwnClientsSettings;
  readonly bearerToken: BearerTokenSettings;
  /** How tokens that callers bring are verified, apart from `rules`; null when `bearer` is not enabled. */
  readonly bearer: Pick<JwtRules, 'verifySignature' | 'requireIssuerAndExpiry'> | null;
  /** The claim of a caller's token that must equal a cookie; null when there is no such cookie. */
  readonly jwtSession: { readonly cookie: string; readonly claim: string } | null;
  readonly introspection: IntrospectionSettings;
  readonly userInfo: UserInfoSettings;
  /** What callers must show beside a token; null when tokens alone do. */
  readonly possession: PossessionSettings | null;
  /** Whether some method takes tokens that callers bring. */
  readonly takesTokens: boolean;
  readonly grants: GrantsSettings;
  /** Null when tokens that callers bring are used as they are. */
  readonly tokenExchange: TokenExchangeSettings | null;
  readonly hidesCredentials: boolean;
  readonly runsOnPreflight: boolean;
  readonly anonymous: string | null;
  readonly credentialClaim: readonly string[];
  readonly groupsClaim: readonly string[] | null;
  readonly token: TokenRequestSettings;
  readonly rules: TokenRules;
  readonly cachesTokens: boolean;
  readonly lifetimes: TokenLifetimeRules;
  readonly upstream: TokenHeaderSettings;
  readonly downstream: TokenHeaderSettings;
  /** True when the `Authorization` header alone decides, so that its outcome can be remembered by it. */
  readonly allowsFastLane: boolean;
}

/** Decides once what can be decided once. Nulls fall back to what Kong does without a value. */
export function compileConfig(config: OpenidConnectConfig): CompiledConfig {
  const rules = tokenRules(config);
  const grants = grantsSettings(config, rules);
  const takesJwts = config.auth_methods?.includes('bearer') ?? false;
  const sessionCookie = config.jwt_session_cookie ?? '';
  const cachesTokens = config.cache_tokens ?? true;
  const introspection = introspectionSettings(config);
  const userInfo = userInfoSettings(config);
  const isDecidedByHeader =
    (cachesTokens && (takesJwts || grants.areDecidedByHeader)) ||
    (introspection.isMethod && introspection.isDecidedByToken) ||
    (userInfo.isMethod && userInfo.isDecidedByToken);
  return {
    issuer: issuerSettings(config),
    clients: ownClientsSettings(config),
    bearerToken: bearerTokenSettings(config),
    bearer: takesJwts ? { verifySignature: config.verify_signature ?? true, requireIssuerAndExpiry: true } : null,
    jwtSession: sessionCookie === '' ? null : { cookie: sessionCookie, claim: config.jwt_session_claim ?? 'sid' },
    introspection,
    userInfo,
    possession: possessionSettings(config),
    takesTokens: takesJwts || introspection.isMethod || userInfo.isMethod,
    grants,
    tokenExchange: tokenExchangeSettings(config),
    hidesCredentials: config.hide_credentials ?? true,
    runsOnPreflight: config.run_on_preflight ?? true,
    anonymous: config.anonymous ?? null,
    credentialClaim: config.credential_claim ?? ['sub'],
    groupsClaim: config.authenticated_groups_claim ?? null,
    token: tokenRequestSettings(config),
    rules,
    cachesTokens,
    lifetimes: {
      cacheTtlMs: (config.cache_ttl ?? 3600) * 1000,
      cacheTtlMinMs: milliseconds(config.cache_ttl_min),
      cacheTtlMaxMs: milliseconds(config.cache_ttl_max),
      cacheTtlNegMs: milliseconds(config.cache_ttl_neg),
      resurrectMs: milliseconds(config.cache_ttl_resurrect),
    },
    upstream: tokenHeaderSettings(config, 'upstream'),
    downstream: tokenHeaderSettings(config, 'downstream'),
    allowsFastLane: isDecidedByHeader && (!userInfo.isAfterMethods || userInfo.isDecidedByToken),
  };
}

function issuerSettings(config: OpenidConnectConfig): IssuerSettings {
  const endpoints: Partial<Record<EndpointName, string>> = {};
  const configured = config as unknown as Readonly<Record<string, string | null | undefined>>;
  for (const name of endpointNames) {
    const url = configured[name];
    if (url !== null && url !== undefined && url !== '') endpoints[name] = url;
  }
  return {
    issuer: config.issuer,
    discoveryHeaders: pairs(config.discovery_headers_names, config.discovery_headers_values),
    timeoutMs: config.timeout ?? 10_000,
    sslVerify: config.ssl_verify ?? true,
    transport: transportSettings(config),
    cacheTtlMs: (config.cache_ttl ?? 3600) * 1000,
    rediscoveryLifetimeMs: (config.rediscovery_lifetime ?? 30) * 1000,
    usingPseudoIssuer: config.using_pseudo_issuer ?? false,
    endpoints,
    jwksEndpoint: config.jwks_endpoint ?? null,
    extraJwksUris: config.extra_jwks_uris ?? [],
  };
}

function milliseconds(seconds: number | null | undefined): number | null {
  return seconds === null || seconds === undefined ? null : seconds * 1000;
}
