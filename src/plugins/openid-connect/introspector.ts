import { keyedDigest } from '../../cache/cache-key.ts';
import type { JsonObject } from '../../lib/json.ts';
import { checkClaims, type ClaimRules, numericDate } from '../../oidc/claim-rules.ts';
import type { ClientAuthentication } from '../../oidc/client-auth/client-authentication.ts';
import type { ClientTls } from '../../oidc/client-tls.ts';
import { IdentityProviderError, ProviderConfigError, TokenInvalid } from '../../oidc/errors.ts';
import { type NameValuePairs, tokenRequestHeaders } from '../../oidc/grants/client-credentials.ts';
import { isReservedParameter } from '../../oidc/grants/reserved-names.ts';
import { introspectToken } from '../../oidc/introspection.ts';
import type { Issuer } from '../../oidc/issuer.ts';
import type { ProviderHttp } from '../../oidc/provider-http.ts';
import { callerArguments, callerHeaders } from './caller-values.ts';
import type { AnswerEntry, ClaimsCache } from './claims-cache.ts';
import type { IntrospectionSettings } from './lookup-settings.ts';
import type { RequestSearch } from './request-search.ts';

/** Changes when keys mean something else, so that entries of an older gw in a shared store are not misread. */
const KEY_FORMAT = '1';

/** The gateway's own client, ready to ask. */
export interface AskingClient {
  readonly endpoint: string;
  readonly auth: ClientAuthentication;
  readonly tls: ClientTls | null;
  /** What distinguishes the client in cache keys. */
  readonly keyParts: readonly string[];
}

/** Which of the gateway's own clients asks on behalf of a request. */
export interface AskingClients {
  select(search: RequestSearch): Promise<{ prepare(endpoint: 'introspection_endpoint'): Promise<AskingClient> } | null>;
}

/** What introspection is made of. */
export interface IntrospectorParts {
  readonly issuer: Issuer;
  readonly clients: AskingClients;
  readonly settings: IntrospectionSettings;
  /** For the claims of an active token. */
  readonly rules: ClaimRules;
  readonly cache: ClaimsCache;
  readonly salt: string;
  readonly http: ProviderHttp;
}

interface Prepared {
  readonly client: AskingClient;
  readonly form: NameValuePairs;
  readonly headers: NameValuePairs;
}

/** Asks the provider what a token is worth (RFC 7662), once per token and as long as the answer may be kept. */
export class Introspector {
  /** Whether answers may differ between callers of the same token, who send values that go to the provider. */
  readonly asksCaller: boolean;
  /** Whether answers are kept at all. */
  readonly isCached: boolean;
  readonly #parts: IntrospectorParts;
  readonly #rulesDigest: string;

  constructor(parts: IntrospectorParts) {
    const { callerArgs, callerHeaders: headers, callerHeaderArgs, checksActive } = parts.settings;
    this.#parts = parts;
    this.#rulesDigest = JSON.stringify([parts.rules, checksActive]);
    this.isCached = parts.cache.isKept;
    this.asksCaller = callerArgs.length + headers.length + callerHeaderArgs.length > 0;
  }

  /**
   * The introspection response for a token that is good.
   *
   * @throws {TokenInvalid} when it is not active, or its claims do not pass
   * @throws {ProviderConfigError} when the provider does not let us ask
   * @throws {IdentityProviderError} when the provider is at fault and nothing cached may be used
   */
  async introspect(token: string, search: RequestSearch): Promise<JsonObject> {
    const { value } = await this.answerFor(token, search);
    if (value.kind === 'refused') throw new TokenInvalid(value.reason);
    return value.claims;
  }

  /** The same with the moments of the answer; a definite "no" is an answer. */
  async answerFor(token: string, search: RequestSearch): Promise<AnswerEntry> {
    const prepared = await this.#prepare(token, search);
    return await this.#parts.cache.get(this.#key(token, prepared), async () => {
      const claims = await this.#ask(prepared);
      return { kind: 'claims', claims, expiresAt: numericDate(claims.exp) };
    });
  }

  async #prepare(token: string, search: RequestSearch): Promise<Prepared> {
    const { clients, settings, issuer } = this.#parts;
    const client = await (await clients.select(search))?.prepare('introspection_endpoint');
    if (client === undefined) {
      throw new ProviderConfigError(`introspection at "${issuer.settings.issuer}" needs a "client_id"`);
    }
    const { tokenParameter, hint, args, callerArgs, callerHeaderArgs } = settings;
    const taken = [...(await callerArguments(search, callerArgs)), ...callerHeaders(search, callerHeaderArgs)];
    const form: [string, string][] = [[tokenParameter, token]];
    if (hint !== null) form.push(['token_type_hint', hint]);
    const isFree = (name: string): boolean => !isReservedParameter(name) && form.every(([used]) => used !== name);
    const configured = args.filter(([name]) => isFree(name) && taken.every(([later]) => later !== name));
    const extra = [...configured, ...taken.filter(([name]) => isFree(name))];
    const headers = tokenRequestHeaders(settings.headers, callerHeaders(search, settings.callerHeaders));
    return { client, form: [...form, ...extra.map(([name, value]): [string, string] => [name, value])], headers };
  }

  #key(token: string, { client, form, headers }: Prepared): string {
    const { issuer, settings, salt } = this.#parts;
    return keyedDigest(salt, [
      KEY_FORMAT,
      'introspection',
      issuer.id,
      client.endpoint,
      client.keyParts,
      token,
      form.flat(),
      headers.flat(),
      settings.accept,
      this.#rulesDigest,
    ]);
  }

  async #ask({ client, form, headers }: Prepared): Promise<JsonObject> {
    const { issuer, settings, http, rules } = this.#parts;
    const { accept, timeoutMs, sslVerify, checksActive } = settings;
    const { endpoint, auth, tls } = client;
    const request = { endpoint, auth, tls, form, headers, accept, timeoutMs, sslVerify };
    const claims = await introspectToken(request, issuer, http);
    if (checksActive) {
      // RFC 7662 §2.2 requires the member: an answer without it is about something else.
      if (claims.active === undefined) {
        throw new IdentityProviderError('invalid response', 'the introspection endpoint did not say "active"');
      }
      if (claims.active !== true) throw new TokenInvalid('the token is not active');
    }
    const expected = rules.issuersAllowed ?? [(await issuer.metadata()).issuer];
    checkClaims(claims, rules, expected, 'access token', issuer.now());
    return claims;
  }
}
