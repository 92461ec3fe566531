import { type Issuer } from '../../oidc/issuer.ts';
import type { ProviderHttp } from '../../oidc/provider-http.ts';
import { WatchedHttp } from '../../oidc/watched-http.ts';
import type { PluginHost } from '../../pdk/plugin.ts';
import type { AuthMethod } from './auth-method.ts';
import { Bearer } from './auth-methods/bearer.ts';
import { Introspection } from './auth-methods/introspection.ts';
import type { TokenExchange } from './auth-methods/token-exchange.ts';
import { UserInfo } from './auth-methods/userinfo.ts';
import { findBearerToken } from './bearer-token.ts';
import { ClaimsCache, type TokenAnswer } from './claims-cache.ts';
import type { CompiledConfig } from './compile-config.ts';
import { Introspector } from './introspector.ts';
import type { OwnClients } from './own-clients.ts';
import type { RequestSearch } from './request-search.ts';
import { UserInfoSource } from './user-info-source.ts';

/** What is there already where methods are put together. */
export interface TokenMethodsContext {
  readonly settings: CompiledConfig;
  readonly issuer: Issuer;
  readonly clients: OwnClients;
  readonly host: PluginHost;
  readonly http: ProviderHttp;
  readonly salt: string;
  /** What gw verified itself. */
  readonly verified: ClaimsCache;
  /** Null when tokens are used as they are. */
  readonly exchange: TokenExchange | null;
}

/** Methods for tokens that callers bring, and what other methods have in common with them. */
export interface TokenMethods {
  /** In Kong's order. */
  readonly methods: readonly AuthMethod[];
  /** Completes what any method proved; null when nobody asks for the user. */
  readonly userInfo: UserInfoSource | null;
}

/** Namespaces of caches with what is known of tokens, which an operator can drop. */
export const lookupNamespaces = ['verified-tokens', 'introspection', 'userinfo'] as const;

/** The methods that take a token of the caller's, as far as they are enabled. */
export function tokenMethods(context: TokenMethodsContext): TokenMethods {
  const { settings, issuer, clients, host, http, salt, verified, exchange } = context;
  const { introspection, userInfo, rules } = settings;
  const { clock } = host;
  const cache = (namespace: (typeof lookupNamespaces)[number], isCached: boolean): ClaimsCache =>
    new ClaimsCache(isCached ? host.cache<TokenAnswer>(namespace) : null, settings.lifetimes, clock, issuer.record);
  const introspector = new Introspector({
    ...{ issuer, clients, rules, salt },
    http: new WatchedHttp(http, issuer.record, 'introspection'),
    settings: introspection,
    cache: cache('introspection', introspection.isCached),
  });
  const users = new UserInfoSource({
    ...{ issuer, salt },
    http: new WatchedHttp(http, issuer.record, 'userinfo'),
    settings: userInfo,
    cache: cache('userinfo', userInfo.isCached),
  });
  const find = (search: RequestSearch) => findBearerToken(search, settings.bearerToken);
  const methods: AuthMethod[] = [];
  if (settings.bearer !== null) {
    const hmacSecret = rules.allowsHmac ? (clients.first?.secret ?? null) : null;
    methods.push(
      new Bearer({
        ...{ find, issuer, exchange, salt, clock },
        isLastForTokens: !introspection.isMethod && !userInfo.isMethod,
        rules: { ...rules, ...settings.bearer, hmacSecret },
        session: settings.jwtSession,
        cache: verified,
        introspector: introspection.isAfterMethods ? introspector : null,
      }),
    );
  }
  if (introspection.isMethod) methods.push(new Introspection({ find, lookup: introspector, clock }));
  if (userInfo.isMethod) methods.push(new UserInfo({ find, lookup: users, clock }));
  return { methods, userInfo: userInfo.isAfterMethods ? users : null };
}
