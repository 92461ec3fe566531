import type { Attempt, Place, Proven } from './auth-method.ts';
import type { GrantName } from './grant-settings.ts';
import type { Refusal } from './responses.ts';

/** What an attempt of a grant is made of. */
export interface GrantAttemptParts {
  readonly method: GrantName;
  readonly place: Place;
  /** A client id or user name, for the log. */
  readonly subject: string | null;
  readonly isDecidedByHeader: boolean;
  readonly prove: () => Promise<Proven | Refusal>;
  readonly conceal: () => void | Promise<void>;
}

/** A credential that a grant exchanges for a token. */
export class GrantAttempt implements Attempt {
  readonly kind = 'attempt';
  readonly method: GrantName;
  readonly place: Place;
  readonly subject: string | null;
  readonly isDecidedByHeader: boolean;
  readonly #prove: () => Promise<Proven | Refusal>;
  readonly #conceal: () => void | Promise<void>;

  constructor({ method, place, subject, isDecidedByHeader, prove, conceal }: GrantAttemptParts) {
    this.method = method;
    this.place = place;
    this.subject = subject;
    this.isDecidedByHeader = isDecidedByHeader;
    this.#prove = prove;
    this.#conceal = conceal;
  }

  run(): Promise<Proven | Refusal> {
    return this.#prove();
  }

  conceal(): void | Promise<void> {
    return this.#conceal();
  }
}
