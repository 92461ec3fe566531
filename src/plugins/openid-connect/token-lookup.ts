import type { Clock } from '../../lib/clock.ts';
import { type Attempt, cacheUse, nothingElse, type Place, type Proven } from './auth-method.ts';
import type { BearerToken } from './bearer-token.ts';
import type { AnswerEntry, TokenAnswer } from './claims-cache.ts';
import type { RequestSearch } from './request-search.ts';
import type { Refusal } from './responses.ts';

/** Asks the provider about tokens. */
export interface TokenLookup {
  /** Whether equal tokens get equal answers for a while, whoever sends them. */
  readonly isDecidedByToken: boolean;
  /**
   * What the provider says of a token, with the moments of the answer; a definite "no" is an answer.
   *
   * @throws {ProviderConfigError} when the provider does not let us ask
   * @throws {IdentityProviderError} when the provider is at fault and nothing cached may be used
   */
  answerFor(token: string, search: RequestSearch): Promise<AnswerEntry>;
}

/** What a method that looks tokens up is made of. */
export interface LookupMethodParts {
  /** The token a caller brought. */
  readonly find: (search: RequestSearch) => Promise<BearerToken | Refusal | null>;
  readonly lookup: TokenLookup;
  readonly clock: Clock;
}

/** What a method reads out of an answer. */
export type LookupReader = (answer: Extract<TokenAnswer, { kind: 'claims' }>) => Partial<Proven>;

/** A token the caller brought, good when the provider says so. */
export class LookupAttempt implements Attempt {
  readonly kind = 'attempt';
  readonly method: 'introspection' | 'userinfo';
  readonly subject = null;
  readonly place: Place;
  readonly isDecidedByHeader: boolean;
  readonly #parts: LookupMethodParts;
  readonly #token: BearerToken;
  readonly #search: RequestSearch;
  readonly #read: LookupReader;

  constructor(
    method: LookupAttempt['method'],
    parts: LookupMethodParts,
    token: BearerToken,
    search: RequestSearch,
    read: LookupReader,
  ) {
    this.method = method;
    this.place = token.place;
    this.isDecidedByHeader = token.scheme === 'bearer' && parts.lookup.isDecidedByToken;
    this.#parts = parts;
    this.#token = token;
    this.#search = search;
    this.#read = read;
  }

  async run(): Promise<Proven | Refusal> {
    const { clock, lookup } = this.#parts;
    const { token } = this.#token;
    const startedAt = clock.now();
    const entry = await lookup.answerFor(token, this.#search);
    const { value } = entry;
    if (value.kind === 'refused') return { kind: 'bad-token', reason: value.reason };
    return {
      ...nothingElse,
      kind: 'proven',
      accessToken: token,
      claims: null,
      clientId: null,
      reusableUntil: entry.refreshAt,
      provenAt: 'storedAt' in entry ? entry.storedAt : startedAt,
      cache: cacheUse(entry, startedAt),
      ...this.#read(value),
    };
  }

  conceal(): void | Promise<void> {
    return this.#token.conceal();
  }
}
