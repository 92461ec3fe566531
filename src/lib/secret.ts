import { inspect } from 'node:util';

/** What a secret looks like wherever it is printed. */
export const REDACTED = '[redacted]';

/**
 * A string that must not be printed. It shows as `[redacted]` in template strings, JSON, `util.inspect` and logs;
 * {@link Secret.reveal} is the only way to the value and the word to search for in a review.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value in clear. Never log, cache under, or concatenate it into an error. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
