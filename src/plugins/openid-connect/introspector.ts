import { keyedDigest } from '../../cache/cache-key.ts';
import { checkClaims, type ClaimRules, endOfClaims } from '../../oidc/claim-rules.ts';
import { IdentityProviderError, ProviderConfigError, TokenInvalid } from '../../oidc/errors.ts';
import { type NameValuePairs, tokenRequestHeaders } from '../../oidc/grants/client-credentials.ts';
import { isReservedParameter } from '../../oidc/grants/reserved-names.ts';
import { introspectToken } from '../../oidc/introspection.ts';
import type { Issuer } from '../../oidc/issuer.ts';
import type { ProviderAnswer } from '../../oidc/provider-answer.ts';
import type { ProviderHttp } from '../../oidc/provider-http.ts';
import { callerArguments, callerHeaders } from './caller-values.ts';
import type { AnswerEntry, ClaimsCache } from './claims-cache.ts';
import type { IntrospectionSettings } from './lookup-settings.ts';
import type { OwnClients, PreparedClient } from './own-clients.ts';
import type { RequestSearch } from './request-search.ts';
import type { TokenLookup } from './token-lookup.ts';

/** Changes when keys mean something else, so that entries of an older gw in a shared store are not misread. */
const KEY_FORMAT = '1';

/** What introspection is made of. */
export interface IntrospectorParts {
  readonly issuer: Issuer;
  readonly clients: OwnClients;
  readonly settings: IntrospectionSettings;
  /** For the claims of an active token. */
  readonly rules: ClaimRules;
  readonly cache: ClaimsCache;
  readonly salt: string;
  readonly http: Pick<ProviderHttp, 'postForm'>;
}

interface Prepared {
  readonly client: PreparedClient;
  readonly form: NameValuePairs;
  readonly headers: NameValuePairs;
}

/** Asks the provider what a token is worth (RFC 7662), once per token and as long as the answer may be kept. */
export class Introspector implements TokenLookup {
  readonly #parts: IntrospectorParts;
  readonly #rulesDigest: string;

  constructor(parts: IntrospectorParts) {
    this.#parts = parts;
    this.#rulesDigest = JSON.stringify([parts.rules, parts.settings.checksActive]);
  }

  get isDecidedByToken(): boolean {
    return this.#parts.settings.isDecidedByToken && !this.#parts.clients.isChosenByRequest;
  }

  async answerFor(token: string, search: RequestSearch): Promise<AnswerEntry> {
    const prepared = await this.#prepare(token, search);
    return await this.#parts.cache.get(this.#key(prepared), async () => {
      const { claims, jwt } = await this.#ask(prepared);
      const { rules } = this.#parts;
      // What leeway lets in may stay for as long.
      return { kind: 'claims', claims, jwt, expiresAt: endOfClaims(claims, rules, rules.leewaySeconds) };
    });
  }

  async #prepare(token: string, search: RequestSearch): Promise<Prepared> {
    const { clients, settings, issuer } = this.#parts;
    const own = await clients.select(search);
    if (own === null) throw new ProviderConfigError(`introspection at "${issuer.settings.issuer}" needs a "client_id"`);
    const { tokenParameter, hint, args, callerArgs, callerHeaderArgs } = settings;
    const form: [string, string][] = [[tokenParameter, token]];
    if (hint !== null) form.push(['token_type_hint', hint]);
    const isFree = ([name]: readonly [string, string]): boolean =>
      !isReservedParameter(name) && name !== tokenParameter && name !== 'token_type_hint';
    const taken = [...(await callerArguments(search, callerArgs)), ...callerHeaders(search, callerHeaderArgs)];
    const configured = args.filter(([name]) => taken.every(([later]) => later !== name));
    return {
      client: await own.prepare('introspection_endpoint'),
      form: [...form, ...configured.filter(isFree), ...taken.filter(isFree)],
      headers: tokenRequestHeaders(settings.headers, callerHeaders(search, settings.callerHeaders)),
    };
  }

  /** The form holds the token. */
  #key({ client, form, headers }: Prepared): string {
    const { issuer, settings, salt } = this.#parts;
    return keyedDigest(salt, [
      ...[KEY_FORMAT, 'introspection', issuer.id, client.endpoint, client.keyParts],
      ...[form.flat(), headers.flat(), settings.accept, this.#rulesDigest],
    ]);
  }

  async #ask({ client, form, headers }: Prepared): Promise<ProviderAnswer> {
    const { issuer, settings, http, rules } = this.#parts;
    const { endpoint, auth, tls } = client;
    const answer = await introspectToken({ ...settings, endpoint, auth, tls, form, headers }, issuer, http);
    const { claims } = answer;
    if (settings.checksActive) {
      // RFC 7662 §2.2 requires the member: an answer without it is about something else.
      if (claims.active === undefined) {
        throw new IdentityProviderError('invalid response', 'the introspection endpoint did not say "active"');
      }
      if (claims.active !== true) throw new TokenInvalid('the token is not active');
    }
    const expected = rules.issuersAllowed ?? [(await issuer.metadata()).issuer];
    checkClaims(claims, rules, expected, 'access token', issuer.now());
    return answer;
  }
}
