import { keyedDigest } from '../../../cache/cache-key.ts';
import type { Clock } from '../../../lib/clock.ts';
import { checkBearerJwt } from '../../../oidc/bearer-jwt.ts';
import { endOfClaims } from '../../../oidc/claim-rules.ts';
import type { Issuer } from '../../../oidc/issuer.ts';
import type { JwtRules } from '../../../oidc/jwt-check.ts';
import { type Attempt, type AuthMethod, cacheUse, nothingElse, type Place, type Proven } from '../auth-method.ts';
import type { BearerToken } from '../bearer-token.ts';
import { claimText } from '../claims.ts';
import type { AnswerEntry, ClaimsCache } from '../claims-cache.ts';
import { cookieValue } from '../cookies.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import type { TokenLookup } from '../token-lookup.ts';
import type { TokenExchange } from './token-exchange.ts';

/** Changes when keys mean something else, so that entries of an older gw in a shared store are not misread. */
const KEY_FORMAT = '1';

/** What the method is made of. */
export interface BearerParts {
  /** The token a caller brought. */
  readonly find: (search: RequestSearch) => Promise<BearerToken | Refusal | null>;
  /** Whether no method after this one takes tokens of another form. */
  readonly isLastForTokens: boolean;
  readonly issuer: Issuer;
  readonly rules: JwtRules;
  /** A claim that must equal a cookie; null when there is no such cookie. */
  readonly session: { readonly cookie: string; readonly claim: string } | null;
  readonly cache: ClaimsCache;
  /** Asked about every token beside its signature (`introspect_jwt_tokens`); null when it is not. */
  readonly introspector: TokenLookup | null;
  /** Null when tokens are used as they are. */
  readonly exchange: TokenExchange | null;
  readonly salt: string;
  readonly clock: Clock;
}

/** A signed token the caller brings (RFC 6750, RFC 9068), verified with the keys of the issuer, once per token. */
export class Bearer implements AuthMethod {
  readonly name = 'bearer';
  readonly #parts: BearerParts;
  readonly #rulesDigest: string;

  constructor(parts: BearerParts) {
    this.#parts = parts;
    const { hmacSecret, ...rules } = parts.rules;
    this.#rulesDigest = JSON.stringify(rules) + (hmacSecret?.reveal() ?? '');
  }

  async find(search: RequestSearch): Promise<Attempt | Refusal | null> {
    const found = await this.#parts.find(search);
    if (found === null || 'kind' in found) return found;
    const isOurs = found.isJws || this.#parts.isLastForTokens;
    return isOurs ? new BearerAttempt(this, this.#parts, found, search) : null;
  }

  /** The claims of a good token, or the reason why it is none. */
  verify(token: string): Promise<AnswerEntry> {
    const { issuer, rules, cache, salt } = this.#parts;
    const key = keyedDigest(salt, [KEY_FORMAT, 'bearer', issuer.id, token, this.#rulesDigest]);
    return cache.get(key, async () => {
      const { claims } = await checkBearerJwt(token, issuer, rules);
      // What leeway lets in may stay for as long.
      return { kind: 'claims', claims, expiresAt: endOfClaims(claims, rules, rules.leewaySeconds) };
    });
  }
}

class BearerAttempt implements Attempt {
  readonly kind = 'attempt';
  readonly method = 'bearer';
  readonly subject = null;
  readonly place: Place;
  readonly isDecidedByHeader: boolean;
  readonly #method: Bearer;
  readonly #parts: BearerParts;
  readonly #token: BearerToken;
  readonly #search: RequestSearch;

  constructor(method: Bearer, parts: BearerParts, token: BearerToken, search: RequestSearch) {
    this.#method = method;
    this.#parts = parts;
    this.#token = token;
    this.#search = search;
    this.place = token.place;
    this.isDecidedByHeader =
      token.scheme === 'bearer' &&
      parts.cache.isKept &&
      parts.session === null &&
      (parts.introspector?.isDecidedByToken ?? true) &&
      (parts.exchange?.isDecidedByToken ?? true);
  }

  async run(): Promise<Proven | Refusal> {
    const { clock, session, exchange, introspector } = this.#parts;
    const { token, isJws } = this.#token;
    if (!isJws) return { kind: 'bad-token', reason: 'the token is not a signed JWT' };
    const startedAt = clock.now();
    const foreign = exchange === null ? null : await exchange.foreign(token);
    const entry = foreign ?? (await this.#method.verify(token));
    const { value } = entry;
    if (value.kind === 'refused') return { kind: 'bad-token', reason: value.reason };
    const { claims } = value;
    if (session !== null && !isTied(claimText(claims[session.claim]), this.#search, session.cookie)) {
      return { kind: 'bad-token', reason: 'the token does not belong to the session cookie' };
    }
    // A token of somebody else is for the exchange to judge.
    const asked = foreign === null ? await introspector?.answerFor(token, this.#search) : undefined;
    if (asked?.value.kind === 'refused') return { kind: 'bad-token', reason: asked.value.reason };
    if (exchange !== null && (foreign !== null || (await exchange.wants(claims)))) {
      return await exchange.exchange(token, claims, value.expiresAt, this.#search);
    }
    return {
      ...nothingElse,
      kind: 'proven',
      accessToken: token,
      claims,
      introspection: asked?.value.claims ?? null,
      introspectionJwt: asked?.value.jwt ?? null,
      clientId: claimText(claims.azp) ?? claimText(claims.client_id),
      reusableUntil: Math.min(entry.refreshAt, asked?.refreshAt ?? Infinity),
      provenAt: 'storedAt' in entry ? entry.storedAt : startedAt,
      cache: cacheUse(entry, startedAt),
    };
  }

  conceal(): void | Promise<void> {
    return this.#token.conceal();
  }
}

/** Whether the caller's cookie is the session that the token names. */
function isTied(claim: string | null, search: RequestSearch, cookie: string): boolean {
  return claim !== null && claim !== '' && cookieValue(search.request, cookie) === claim;
}
