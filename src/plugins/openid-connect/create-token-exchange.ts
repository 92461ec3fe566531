import type { Issuer } from '../../oidc/issuer.ts';
import type { IssuerRegistry } from '../../oidc/issuer-registry.ts';
import type { IssuerUser } from '../../oidc/issuer-view.ts';
import { TokenExchange } from './auth-methods/token-exchange.ts';
import type { ClaimsCache } from './claims-cache.ts';
import type { CompiledConfig } from './compile-config.ts';
import type { OwnClients } from './own-clients.ts';
import type { TokenExchangeSettings } from './token-exchange-settings.ts';
import { TokenGrant, type TokenGrantParts } from './token-grant.ts';

/** What is there already where an exchange is put together. */
export interface TokenExchangeContext {
  readonly settings: CompiledConfig;
  /** As for the other grants, with their cache whether the config wants it or not. */
  readonly grant: TokenGrantParts & { readonly cache: NonNullable<TokenGrantParts['cache']> };
  readonly clients: OwnClients;
  readonly issuers: IssuerRegistry;
  readonly user: IssuerUser;
  readonly verified: ClaimsCache;
}

/** An exchange, and how to let go of the issuers that it holds. */
export interface CreatedTokenExchange {
  readonly exchange: TokenExchange;
  readonly release: () => void;
}

/** Puts together the exchange of tokens; null when the config asks for none. Talks to nobody. */
export function createTokenExchange(context: TokenExchangeContext): CreatedTokenExchange | null {
  const { settings, grant, clients, issuers, user, verified } = context;
  const { tokenExchange, rules } = settings;
  if (tokenExchange === null) return null;
  const subjectIssuers = acquireIssuers(tokenExchange, context);
  const exchange = new TokenExchange({
    settings: tokenExchange,
    grant: exchangeGrant(tokenExchange, grant),
    clients,
    issuer: grant.issuer,
    subjectIssuers,
    leewaySeconds: rules.leewaySeconds,
    cache: verified,
    salt: grant.salt,
    isDecidedByToken: tokenExchange.caches && !asksCaller(grant),
  });
  const release = (): void => {
    for (const issuer of subjectIssuers.values()) issuers.release(issuer, user);
  };
  return { exchange, release };
}

/** Issuers whose keys are needed. They get no discovery headers: those are between us and our own provider. */
function acquireIssuers(
  { issuers: listed }: TokenExchangeSettings,
  { settings, issuers, user }: TokenExchangeContext,
): ReadonlyMap<string, Issuer> {
  const acquired = new Map<string, Issuer>();
  for (const { issuer, verifiesSignature, jwksUri } of listed) {
    if (!verifiesSignature || acquired.has(issuer)) continue;
    const keys = { endpoints: {}, extraJwksUris: [], jwksEndpoint: jwksUri, usingPseudoIssuer: jwksUri !== null };
    acquired.set(issuer, issuers.acquire({ ...settings.issuer, ...keys, issuer, discoveryHeaders: [] }, user));
  }
  return acquired;
}

function exchangeGrant(
  { scopes, caches, ttlMs }: TokenExchangeSettings,
  parts: TokenExchangeContext['grant'],
): TokenGrant {
  const { settings, rules, lifetimes, cache } = parts;
  const kept = ttlMs === null ? lifetimes : bounded(lifetimes, ttlMs);
  // Audiences are parameters of the exchange itself: RFC 8693 sends them one by one.
  const requests = { ...settings, scopes, audience: null, keepsScopesApart: true };
  return new TokenGrant(
    { ...parts, settings: requests, lifetimes: kept, cache: caches ? cache : null },
    { name: 'token_exchange', places: [], rules, replay: [], isDecidedByHeader: false },
  );
}

function bounded(lifetimes: TokenGrantParts['lifetimes'], ttlMs: number): TokenGrantParts['lifetimes'] {
  return { ...lifetimes, cacheTtlMs: ttlMs, cacheTtlMaxMs: Math.min(ttlMs, lifetimes.cacheTtlMaxMs ?? ttlMs) };
}

function asksCaller({ settings }: TokenGrantParts): boolean {
  return settings.callerArgs.length > 0 || settings.callerHeaders.length > 0;
}
