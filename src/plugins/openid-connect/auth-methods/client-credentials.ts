import { keyedDigest } from '../../../cache/cache-key.ts';
import type { CacheEntry, Loaded } from '../../../cache/cache.ts';
import type { Clock } from '../../../lib/clock.ts';
import { effectiveMethod, type ForwardedMethod, forwardedClient } from '../../../oidc/client-auth/index.ts';
import { IdentityProviderError, TokenInvalid, TokenRequestRejected } from '../../../oidc/errors.ts';
import {
  clientCredentialsForm,
  type NameValuePairs,
  tokenRequestHeaders,
} from '../../../oidc/grants/client-credentials.ts';
import type { Issuer } from '../../../oidc/issuer.ts';
import { checkAccessToken, checkIdToken, type JwtRules } from '../../../oidc/jwt-check.ts';
import type { ProviderHttp } from '../../../oidc/provider-http.ts';
import { requestToken, type TokenResponse } from '../../../oidc/token-endpoint.ts';
import { rejectionMoments, type TokenLifetimeRules, tokenMoments } from '../../../oidc/token-lifetime.ts';
import type { ExchangeRequest } from '../../../pdk/exchange.ts';
import { type Attempt, type AuthMethod, cacheUse, nothingElse, type Proven } from '../auth-method.ts';
import type { TokenRequestSettings, TokenRules } from '../compile-config.ts';
import type { CredentialPlace } from '../config.ts';
import { type ClientCredential, concealCredential, findCredential } from '../credentials.ts';
import { rejection } from '../rejections.ts';
import type { RequestArguments } from '../request-arguments.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import type { CachedToken, IssuedToken, TokenCache } from '../token-cache.ts';

/** Changes when keys mean something else, so that entries of an older gw in a shared store are not misread. */
const KEY_FORMAT = '1';

/** What the method is made of. */
export interface ClientCredentialsParts {
  readonly issuer: Issuer;
  /** Where credentials are looked for, in order. */
  readonly places: readonly CredentialPlace[];
  readonly settings: TokenRequestSettings;
  readonly rules: TokenRules;
  readonly lifetimes: TokenLifetimeRules;
  /** Null when tokens are not cached. */
  readonly cache: TokenCache | null;
  readonly salt: string;
  readonly http: ProviderHttp;
  readonly clock: Clock;
}

/** One token request, complete but for the moment it is made. */
interface Prepared {
  readonly endpoint: string;
  readonly method: ForwardedMethod;
  /** The provider's issuer identifier. */
  readonly audience: string;
  readonly form: NameValuePairs;
  readonly headers: NameValuePairs;
}

/**
 * The client-credentials grant with the *caller's* client (RFC 6749 §4.4): its id and secret are passed on to the token
 * endpoint. The gateway's own client takes no part.
 */
export class ClientCredentials implements AuthMethod {
  readonly name = 'client_credentials';
  readonly #parts: ClientCredentialsParts;
  readonly #rulesDigest: string;

  constructor(parts: ClientCredentialsParts) {
    this.#parts = parts;
    this.#rulesDigest = JSON.stringify(parts.rules);
  }

  async find(search: RequestSearch): Promise<Attempt | Refusal | null> {
    const found = await findCredential(search.request, this.#parts.places, search.args);
    if (found === 'none') return null;
    if (found === 'ambiguous') return ambiguous;
    return new ClientCredentialsAttempt(this, this.#parts, found, search);
  }

  /**
   * A verified token for the credential, or the identity provider's definite "no".
   *
   * @throws {IdentityProviderError} when the provider is at fault and no cached token may be used
   * @throws {ProviderConfigError} when provider and config do not fit
   * @throws {TokenInvalid} when the provider issued a token that does not pass
   */
  async tokenFor(
    credential: ClientCredential,
    request: ExchangeRequest,
    args: RequestArguments,
  ): Promise<Loaded<CachedToken> | CacheEntry<CachedToken>> {
    const prepared = await this.#prepare(request, args);
    const load = (): Promise<Loaded<CachedToken>> => this.#load(credential, prepared);
    const { cache } = this.#parts;
    return cache === null ? await load() : await cache.get(this.#key(credential, prepared), load);
  }

  async #prepare(request: ExchangeRequest, args: RequestArguments): Promise<Prepared> {
    const { issuer, settings } = this.#parts;
    const endpoint = await issuer.endpoint('token_endpoint');
    const metadata = await issuer.metadata();
    const clientArgs: [string, string][] = [];
    for (const name of settings.callerArgs) {
      const value = await args.find(name);
      if (value !== null) clientArgs.push([name, value]);
    }
    const { scopes, audience, postArgs } = settings;
    return {
      endpoint,
      method: effectiveMethod(settings.authMethod, metadata),
      audience: metadata.issuer,
      form: clientCredentialsForm({ scopes, audience, postArgs, clientArgs }),
      headers: tokenRequestHeaders(settings.headers, callerHeaders(request, settings.callerHeaders)),
    };
  }

  /**
   * Everything that decides the token goes in, the secret too: another secret for the same id must miss and be asked
   * about. Verification rules are part of it, since plugins that share a salt may verify differently.
   */
  #key(credential: ClientCredential, prepared: Prepared): string {
    const { issuer, salt } = this.#parts;
    return keyedDigest(salt, [
      KEY_FORMAT,
      'client_credentials',
      issuer.id,
      prepared.audience,
      prepared.endpoint,
      prepared.method,
      credential.id,
      credential.secret.reveal(),
      flattened(prepared.form),
      flattened(prepared.headers),
      this.#rulesDigest,
    ]);
  }

  async #load(credential: ClientCredential, prepared: Prepared): Promise<Loaded<CachedToken>> {
    const { http, clock, settings, lifetimes } = this.#parts;
    const { endpoint, form, headers, method, audience } = prepared;
    const auth = forwardedClient(method, credential.id, credential.secret, audience, clock);
    const { timeoutMs, sslVerify } = settings;
    try {
      const response = await requestToken({ endpoint, auth, form, headers, timeoutMs, sslVerify }, http, clock);
      return await this.#verified(response, credential);
    } catch (error) {
      // Without an error code nothing was said for certain, so it is not remembered.
      if (!(error instanceof TokenRequestRejected) || error.oauthError === null) throw error;
      const moments = rejectionMoments(lifetimes, clock.now());
      if (moments === null) throw error;
      return { value: { kind: 'refused', oauthError: error.oauthError }, ...moments };
    }
  }

  async #verified(response: TokenResponse, credential: ClientCredential): Promise<Loaded<CachedToken>> {
    const { issuer, rules, lifetimes, clock, settings } = this.#parts;
    const accessToken = response.accessToken.reveal();
    if (!/^[\x21-\x7e]+$/.test(accessToken)) {
      throw new IdentityProviderError('invalid response', 'the token holds characters that no header can carry');
    }
    const jwtRules: JwtRules = { ...rules, hmacSecret: rules.allowsHmac ? credential.secret : null };
    const { claims, expiresAt } = await checkAccessToken(accessToken, issuer, jwtRules);
    const idToken = response.idToken?.reveal() ?? null;
    const checked = idToken === null ? null : await checkIdToken(idToken, issuer, jwtRules, credential.id);
    const { requestedAt, expiresInSeconds } = response;
    const moments = tokenMoments({ requestedAt, expiresInSeconds, expiresAt }, lifetimes, clock.now());
    if (moments === null) throw new TokenInvalid('the identity provider issued an expired token');
    const replay = settings.replay.flatMap(([name, sentAs]) => {
      const value = response.headers[name];
      return value === undefined ? [] : [sentAs, value];
    });
    const tokens = { accessToken, idToken, refreshToken: response.refreshToken?.reveal() ?? null };
    const value: IssuedToken = {
      kind: 'issued',
      ...tokens,
      claims,
      idTokenClaims: checked?.claims ?? null,
      expiresAt: moments.expiresAt,
      replay,
    };
    return { value, ...moments };
  }
}

const ambiguous: Refusal = { kind: 'no-credential', reason: 'more than one Authorization header was sent' };

/** A caller's client id and secret. */
class ClientCredentialsAttempt implements Attempt {
  readonly kind = 'attempt';
  readonly method = 'client_credentials';
  readonly place: CredentialPlace;
  readonly subject: string;
  readonly isDecidedByHeader: boolean;
  readonly #grant: ClientCredentials;
  readonly #clock: Clock;
  readonly #credential: ClientCredential;
  readonly #search: RequestSearch;

  constructor(
    grant: ClientCredentials,
    { settings, cache, clock }: ClientCredentialsParts,
    credential: ClientCredential,
    search: RequestSearch,
  ) {
    this.#grant = grant;
    this.#clock = clock;
    this.#credential = credential;
    this.#search = search;
    this.place = credential.place;
    this.subject = credential.id;
    const asksCaller = settings.callerArgs.length > 0 || settings.callerHeaders.length > 0;
    this.isDecidedByHeader = credential.place === 'header' && cache !== null && !asksCaller;
  }

  async run(): Promise<Proven | Refusal> {
    const startedAt = this.#clock.now();
    const entry = await this.#grant.tokenFor(this.#credential, this.#search.request, this.#search.args);
    const { value } = entry;
    if (value.kind === 'refused') return rejection(value.oauthError, this.subject);
    return {
      ...nothingElse,
      kind: 'proven',
      accessToken: value.accessToken,
      claims: value.claims,
      idTokenClaims: value.idTokenClaims,
      idToken: value.idToken,
      refreshToken: value.refreshToken,
      clientId: this.subject,
      replay: value.replay,
      reusableUntil: entry.refreshAt,
      provenAt: 'storedAt' in entry ? entry.storedAt : startedAt,
      cache: cacheUse(entry, startedAt),
    };
  }

  conceal(): Promise<void> {
    return concealCredential(this.#search.exchange, this.#credential, this.#search.args);
  }
}

function callerHeaders(request: ExchangeRequest, names: readonly string[]): NameValuePairs {
  return names.flatMap((name): [string, string][] => {
    const value = request.header(name.toLowerCase());
    return value === undefined ? [] : [[name, value]];
  });
}

/** Pairs as one list, in an order that does not depend on how they were configured. */
function flattened(pairs: NameValuePairs): string[] {
  return pairs.toSorted(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1)).flat();
}
