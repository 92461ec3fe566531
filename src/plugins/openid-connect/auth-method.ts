import type { CacheEntry, Loaded } from '../../cache/cache.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { AuthMethod as AuthMethodName } from './implemented-fields.ts';
import type { RequestSearch } from './request-search.ts';
import type { Refusal } from './responses.ts';

/** Where a credential stood. */
export type Place = 'header' | 'query' | 'body' | 'cookie';

/** How an answer of the identity provider was come by; for counters and the debug header. */
export type CacheUse = 'hit' | 'miss' | 'stale' | 'off';

/**
 * One way for a caller to prove who it is: a grant, or a check of a token it brings. One file per method under
 * `auth-methods/`; `create-handler.ts` lists those that a config enables in Kong's fixed order.
 */
export interface AuthMethod {
  readonly name: AuthMethodName;
  /** Looks for the method's credential. `null`: there is none, and the next method looks. Never talks to the provider. */
  find(search: RequestSearch): Attempt | Refusal | null | Promise<Attempt | Refusal | null>;
}

/** A credential that was found, and what can be done with it. */
export interface Attempt {
  readonly kind: 'attempt';
  readonly method: AuthMethodName;
  readonly place: Place;
  /** Who the caller says it is, for the log: a client id or a user name, never a secret; `null` when it does not say. */
  readonly subject: string | null;
  /** Whether everything that decides the outcome stands in the `Authorization` header, which may then be remembered. */
  readonly isDecidedByHeader: boolean;
  /**
   * Proves the credential, or says why not.
   *
   * @throws {IdentityProviderError} when the provider is at fault and nothing cached may be used
   * @throws {ProviderConfigError} when provider and config do not fit
   * @throws {TokenInvalid} when a token does not pass
   * @throws {TokenRequestRejected} when the provider says no
   */
  run(): Promise<Proven | Refusal>;
  /** Takes the credential out of what goes upstream (`hide_credentials`), and nothing else. */
  conceal(): void | Promise<void>;
}

/** What a method proved. Claims are searched in the order of the fields here: Kong's. */
export interface Proven {
  readonly kind: 'proven';
  readonly accessToken: string;
  /** Of the access token; `null` when only its issuer can read it. */
  readonly claims: JsonObject | null;
  /** The introspection response. */
  readonly introspection: JsonObject | null;
  readonly idTokenClaims: JsonObject | null;
  readonly userInfo: JsonObject | null;
  /** The introspection response and the userinfo answer as they came, where they came as JWTs. */
  readonly introspectionJwt: string | null;
  readonly userInfoJwt: string | null;
  readonly idToken: string | null;
  readonly refreshToken: string | null;
  /** The token that the caller brought, when another took its place; what the caller has to show is bound to this one. */
  readonly brought: { readonly token: string; readonly claims: JsonObject } | null;
  /** The client the token was got with or issued to, as far as known. */
  readonly clientId: string | null;
  /** Headers of the token response for the caller: name, value, name, value … */
  readonly replay: readonly string[];
  /** Until when an equal request may be answered the same without asking; milliseconds since the epoch. */
  readonly reusableUntil: number;
  /** When what was proved was got from the provider, milliseconds since the epoch. */
  readonly provenAt: number;
  readonly cache: CacheUse;
}

/** What most methods have nothing to say about. */
export const nothingElse = {
  introspection: null,
  idTokenClaims: null,
  userInfo: null,
  introspectionJwt: null,
  userInfoJwt: null,
  idToken: null,
  refreshToken: null,
  brought: null,
  replay: [],
} as const satisfies Partial<Proven>;

/** The claims that count for `*_required`: of the access token, else of the introspection response. */
export function authorizationClaims(proven: Proven): JsonObject | null {
  return proven.claims ?? proven.introspection;
}

/** Everything that is known about the caller, in the order in which a claim is searched. */
export function claimSources({ claims, introspection, idTokenClaims, userInfo }: Proven): readonly JsonObject[] {
  return [claims, introspection, idTokenClaims, userInfo].filter((source) => source !== null);
}

/** How a cache entry came to be: its own load, an earlier one, or an old one that had to do. */
export function cacheUse(entry: Loaded<unknown> | CacheEntry<unknown>, startedAt: number): CacheUse {
  if (!('storedAt' in entry)) return 'off';
  if (entry.storedAt >= startedAt) return 'miss';
  return entry.freshUntil <= startedAt ? 'stale' : 'hit';
}
