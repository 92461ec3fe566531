import type { CacheEntry, Loaded } from '../../cache/cache.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Secret } from '../../lib/secret.ts';
import type { ClientAuthentication } from '../../oidc/client-auth/client-authentication.ts';
import type { ClientTls } from '../../oidc/client-tls.ts';
import { IdentityProviderError, ProviderConfigError, TokenInvalid, TokenRequestRejected } from '../../oidc/errors.ts';
import { extraParameters, type NameValuePairs, tokenRequestHeaders } from '../../oidc/grants/client-credentials.ts';
import type { Issuer } from '../../oidc/issuer.ts';
import { checkAccessToken, checkIdToken } from '../../oidc/jwt-check.ts';
import type { ProviderHttp } from '../../oidc/provider-http.ts';
import { requestToken, type TokenResponse } from '../../oidc/token-endpoint.ts';
import { rejectionMoments, type TokenLifetimeRules, tokenMoments } from '../../oidc/token-lifetime.ts';
import { cacheUse, nothingElse, type Proven } from './auth-method.ts';
import { callerArguments, callerHeaders } from './caller-values.ts';
import type { TokenRequestSettings, TokenRules } from './token-settings.ts';
import type { GrantSettings } from './grant-settings.ts';
import { rejection } from './rejections.ts';
import type { RequestSearch } from './request-search.ts';
import type { Refusal } from './responses.ts';
import type { CachedToken, TokenCache } from './token-cache.ts';
import { tokenCacheKey } from './token-cache-key.ts';

/** What all grants of one instance share. */
export interface TokenGrantParts {
  readonly issuer: Issuer;
  readonly settings: TokenRequestSettings;
  /** For ID tokens; the grant has its own for access tokens. */
  readonly rules: TokenRules;
  readonly lifetimes: TokenLifetimeRules;
  /** Null when tokens are not cached. */
  readonly cache: TokenCache | null;
  readonly salt: string;
  readonly http: Pick<ProviderHttp, 'postForm'>;
  readonly clock: Clock;
}

/** The client that asks for a token. */
export interface GrantClient {
  readonly id: string;
  /** The key of HMAC signatures, where those are allowed. */
  readonly secret: Secret | null;
  readonly endpoint: string;
  readonly auth: ClientAuthentication;
  readonly tls: ClientTls | null;
  /** Everything about it that decides the token; goes into cache keys, of which nothing can be read. */
  readonly keyParts: readonly string[];
  /** The gateway's own: the provider's "no" to it is then our fault and not the caller's. */
  readonly isOwn: boolean;
}

/** One token request, complete but for the moment it is made. */
export interface PreparedGrant {
  readonly client: GrantClient;
  /** The provider's issuer identifier. */
  readonly issuer: string;
  /** `grant_type` and what only this grant has. */
  readonly parameters: NameValuePairs;
  readonly extras: NameValuePairs;
  /** `extras` as far as they tell tokens apart. */
  readonly keyExtras: NameValuePairs;
  readonly headers: NameValuePairs;
}

/** A token or a definite "no", cached or not. */
export type GrantResult = Loaded<CachedToken> | CacheEntry<CachedToken>;

/** OAuth errors that blame the client; null is a bare 401. */
const clientErrors: ReadonlySet<string | null> = new Set(['invalid_client', 'unauthorized_client', null]);
/** Statuses of a definite "no" (RFC 6749 §5.2; some providers say 403). */
const definite: ReadonlySet<number> = new Set([400, 401, 403]);

/** What the grants have in common: a request is prepared, looked for in the cache, made, and its tokens verified. */
export class TokenGrant {
  readonly settings: GrantSettings;
  readonly #parts: TokenGrantParts;
  readonly #rulesDigest: string;

  constructor(parts: TokenGrantParts, settings: GrantSettings) {
    this.settings = settings;
    this.#parts = parts;
    this.#rulesDigest = JSON.stringify([settings.rules, parts.rules, settings.replay]);
  }

  /** Adds to a grant's own parameters what config and caller have to say; `scoped`: with scope and audience. */
  async prepare(
    client: GrantClient,
    parameters: NameValuePairs,
    search: RequestSearch,
    scoped: boolean,
  ): Promise<PreparedGrant> {
    const { issuer, settings } = this.#parts;
    const { issuer: announced } = await issuer.metadata();
    const { callerArgs, postArgs } = settings;
    const clientArgs = callerArgs.length === 0 ? [] : await callerArguments(search, callerArgs);
    const scopes = scoped ? settings.scopes : null;
    const audience = scoped ? settings.audience : null;
    const headers = tokenRequestHeaders(settings.headers, callerHeaders(search, settings.callerHeaders));
    const extras = extraParameters({ scopes, audience, postArgs, clientArgs });
    // Whatever a caller can have a say in counts; `scopes` are the same for all callers of this instance.
    const keyExtras =
      scopes === null || settings.keepsScopesApart
        ? extras
        : extraParameters({ scopes: null, audience, postArgs, clientArgs });
    return { client, issuer: announced, parameters, extras, keyExtras, headers };
  }

  /**
   * A verified token, cached or new, or the provider's definite "no".
   *
   * @throws as `Attempt.run`
   */
  async get(prepared: PreparedGrant): Promise<GrantResult> {
    const load = (): Promise<Loaded<CachedToken>> => this.load(prepared);
    const { cache } = this.#parts;
    return cache === null ? await load() : await cache.get(this.key(prepared), load);
  }

  /** The key of the request's token in the cache. */
  key({ client, issuer, parameters, keyExtras: extras, headers }: PreparedGrant): string {
    const { endpoint, keyParts } = client;
    const rules = this.#rulesDigest;
    const { name: grant } = this.settings;
    const issuerId = this.#parts.issuer.id;
    return tokenCacheKey(this.#parts.salt, {
      ...{ grant, issuerId, issuer, endpoint, client: keyParts, parameters, extras, headers, rules },
    });
  }

  /** Asks the provider. */
  async load(prepared: PreparedGrant): Promise<Loaded<CachedToken>> {
    const { http, clock, settings, lifetimes } = this.#parts;
    const { client, parameters, extras, headers } = prepared;
    const { endpoint, auth, tls } = client;
    const { timeoutMs, sslVerify } = settings;
    const form = [...parameters, ...extras];
    if (this.settings.rules.verifySignature) this.#parts.issuer.fetchKeysAhead();
    try {
      const response = await requestToken({ endpoint, auth, form, headers, timeoutMs, sslVerify, tls }, http, clock);
      return await this.#verified(response, client);
    } catch (error) {
      // Without an error code nothing was said for certain, so it is not remembered.
      if (!(error instanceof TokenRequestRejected) || error.oauthError === null) throw error;
      const moments = definite.has(error.httpStatus) ? rejectionMoments(lifetimes, clock.now()) : null;
      if (moments === null) throw error;
      return { value: { kind: 'refused', oauthError: error.oauthError }, ...moments };
    }
  }

  /** Proves a credential: gets the token and says what follows from it. */
  async prove(prepared: PreparedGrant, subject: string | null): Promise<Proven | Refusal> {
    return await this.conclude(() => this.get(prepared), prepared.client, subject);
  }

  /**
   * What follows from what `get` answers.
   *
   * @throws {ProviderConfigError} when the provider refuses a client of the gateway's own
   */
  async conclude(
    get: () => Promise<GrantResult>,
    client: GrantClient,
    subject: string | null,
  ): Promise<Proven | Refusal> {
    const startedAt = this.#parts.clock.now();
    const entry = await get().catch((error: unknown): never => {
      if (error instanceof TokenRequestRejected) throwOwnFault(client, error.oauthError);
      throw error;
    });
    const { value } = entry;
    if (value.kind === 'refused') {
      throwOwnFault(client, value.oauthError);
      return rejection(value.oauthError, subject);
    }
    return {
      ...nothingElse,
      kind: 'proven',
      accessToken: value.accessToken,
      claims: value.claims,
      idTokenClaims: value.idTokenClaims,
      idToken: value.idToken,
      refreshToken: value.refreshToken,
      clientId: client.id,
      replay: value.replay,
      reusableUntil: entry.refreshAt,
      provenAt: 'storedAt' in entry ? entry.storedAt : startedAt,
      cache: cacheUse(entry, startedAt),
    };
  }

  async #verified(response: TokenResponse, client: GrantClient): Promise<Loaded<CachedToken>> {
    const { issuer, lifetimes, clock, rules: idTokenRules } = this.#parts;
    const { rules, replay } = this.settings;
    const accessToken = response.accessToken.reveal();
    if (!/^[\x21-\x7e]+$/.test(accessToken)) {
      throw new IdentityProviderError('invalid response', 'the token holds characters that no header can carry');
    }
    const hmacSecret = rules.allowsHmac ? client.secret : null;
    const { claims, expiresAt } = await checkAccessToken(accessToken, issuer, { ...rules, hmacSecret });
    const idToken = response.idToken?.reveal() ?? null;
    const checked =
      idToken === null ? null : await checkIdToken(idToken, issuer, { ...idTokenRules, hmacSecret }, client.id);
    const { requestedAt, expiresInSeconds } = response;
    const moments = tokenMoments({ requestedAt, expiresInSeconds, expiresAt }, lifetimes, clock.now());
    if (moments === null) throw new TokenInvalid('the identity provider issued an expired token');
    const value: CachedToken = {
      kind: 'issued',
      accessToken,
      idToken,
      refreshToken: response.refreshToken?.reveal() ?? null,
      claims,
      idTokenClaims: checked?.claims ?? null,
      expiresAt: moments.expiresAt,
      replay: replay.flatMap(([name, sentAs]) => {
        const header = response.headers[name];
        return header === undefined ? [] : [sentAs, header];
      }),
    };
    return { value, ...moments };
  }
}

/** No caller can do anything about a gateway that the provider does not know. */
function throwOwnFault({ isOwn, id }: GrantClient, oauthError: string | null): void {
  if (!isOwn || !clientErrors.has(oauthError)) return;
  throw new ProviderConfigError(
    `the identity provider refuses the gateway's own client "${id}" with "${oauthError ?? '401'}"; ` +
      'check "client_id", "client_auth" and what the provider lets it do',
  );
}
