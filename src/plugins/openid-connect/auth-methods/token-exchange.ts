import { keyedDigest } from '../../../cache/cache-key.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { NameValuePairs } from '../../../oidc/grants/client-credentials.ts';
import { tokenExchangeParameters } from '../../../oidc/grants/token-exchange.ts';
import type { Issuer } from '../../../oidc/issuer.ts';
import { checkSubjectToken, unverifiedClaims } from '../../../oidc/subject-token.ts';
import type { Proven } from '../auth-method.ts';
import { claimText } from '../claims.ts';
import type { AnswerEntry, ClaimsCache } from '../claims-cache.ts';
import type { OwnClients } from '../own-clients.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import { meetsConditions, type SubjectIssuer, type TokenExchangeSettings } from '../token-exchange-settings.ts';
import type { TokenGrant } from '../token-grant.ts';
import { ownGrantClient } from './password.ts';

/** Changes when keys mean something else, so that entries of an older gw in a shared store are not misread. */
const KEY_FORMAT = '1';

/** What a {@link TokenExchange} is made of. */
export interface TokenExchangeParts {
  readonly settings: TokenExchangeSettings;
  readonly grant: TokenGrant;
  readonly clients: OwnClients;
  /** The provider that exchanges. */
  readonly issuer: Issuer;
  /** Those whose tokens are verified before, by the `iss` of these tokens. */
  readonly subjectIssuers: ReadonlyMap<string, Issuer>;
  readonly leewaySeconds: number;
  /** Of what is verified before. */
  readonly cache: ClaimsCache;
  readonly salt: string;
  /** Whether the token alone decides what it is exchanged for, as far as the config goes. */
  readonly isDecidedByToken: boolean;
}

/**
 * Exchanges a token that a caller brought for one of the provider's (RFC 8693), which then decides everything: who the
 * caller is, what it may do, what the upstream gets. A stage of the method `bearer`.
 */
export class TokenExchange {
  readonly #parts: TokenExchangeParts;

  constructor(parts: TokenExchangeParts) {
    this.#parts = parts;
  }

  /** Whether equal tokens have equal outcomes. */
  get isDecidedByToken(): boolean {
    return this.#parts.isDecidedByToken && !this.#parts.clients.isChosenByRequest;
  }

  /**
   * The claims of a token from another issuer that is listed, checked as far as the config wants. Null for any other
   * token: it is for the provider's own keys to tell whether it is good.
   *
   * @throws as `Attempt.run`
   */
  async foreign(token: string): Promise<AnswerEntry | null> {
    const { settings, issuer, subjectIssuers, leewaySeconds, cache, salt } = this.#parts;
    const iss = unverifiedClaims(token)?.iss;
    const listed = settings.issuers.find((one) => one.issuer === iss);
    if (listed === undefined || (await this.#isOwn(listed))) return null;
    const keys = listed.verifiesSignature ? (subjectIssuers.get(listed.issuer) ?? null) : null;
    const check = async (): Promise<Extract<AnswerEntry['value'], { kind: 'claims' }>> => {
      const rules = { issuer: listed.issuer, keys, leewaySeconds };
      const { claims, expiresAt } = await checkSubjectToken(token, rules, issuer.now());
      // What leeway lets in may stay for as long.
      return { kind: 'claims', claims, expiresAt: expiresAt === null ? null : expiresAt + leewaySeconds * 1000 };
    };
    // Nobody verified such a token, and checking it again costs less than keeping it.
    if (keys === null) return unkept(await check(), issuer.now());
    const key = keyedDigest(salt, [KEY_FORMAT, 'subject token', keys.id, listed.issuer, token, `${leewaySeconds}`]);
    return await cache.get(key, check);
  }

  /** Whether a good token of the provider's own is to be exchanged. */
  async wants(claims: JsonObject): Promise<boolean> {
    const { settings } = this.#parts;
    for (const listed of settings.issuers) {
      const { conditions } = listed;
      if (conditions === null || listed.issuer !== claims.iss || !(await this.#isOwn(listed))) continue;
      if (meetsConditions(claims, conditions, settings)) return true;
    }
    return false;
  }

  /**
   * The token that this one is exchanged for, cached or new.
   *
   * @param claims of the token that is exchanged
   * @param usableUntil when that one ends, in ms since the epoch; null when it does not say
   * @throws as `Attempt.run`
   */
  async exchange(
    token: string,
    claims: JsonObject,
    usableUntil: number | null,
    search: RequestSearch,
  ): Promise<Proven | Refusal> {
    const { settings, grant, clients } = this.#parts;
    const own = await ownGrantClient(clients, search);
    const client = settings.endpoint === null ? own : { ...own, endpoint: settings.endpoint };
    const parameters = tokenExchangeParameters(token, settings.audience);
    const prepared = await grant.prepare(client, parameters, search, true);
    const proven = await grant.prove({ ...prepared, parameters: without(parameters, prepared.extras) }, null);
    // The caller has no client credentials that could be wrong; what it has is a token that is not accepted.
    if (proven.kind !== 'proven') return proven.kind === 'bad-client' ? { ...proven, kind: 'bad-token' } : proven;
    return {
      ...proven,
      clientId: claimText(proven.claims?.azp) ?? claimText(proven.claims?.client_id),
      reusableUntil: Math.min(proven.reusableUntil, usableUntil ?? Infinity),
      brought: { token, claims },
    };
  }

  async #isOwn({ issuer }: SubjectIssuer): Promise<boolean> {
    return (await this.#parts.issuer.metadata()).issuer === issuer;
  }
}

/** Configured and caller's arguments take the place of our own of that name. */
function without(parameters: NameValuePairs, extras: NameValuePairs): NameValuePairs {
  return parameters.filter(([name]) => !extras.some(([extra]) => extra === name));
}

function unkept(value: Extract<AnswerEntry['value'], { kind: 'claims' }>, now: number): AnswerEntry {
  const end = value.expiresAt ?? now;
  return { value, refreshAt: end, freshUntil: end, staleUntil: end };
}
