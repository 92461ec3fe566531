import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../../lib/secret.ts';

/** What a caller's token is good for; `missing` and `wrong` are good for nothing. */
export type TokenVerdict = 'full' | 'readonly' | 'missing' | 'wrong';

/**
 * Knows the tokens of the Admin API by their digests. A request costs the same whichever token it carries, or none: it
 * is compared with both, in time that does not depend on how much of them is right.
 */
export class AdminTokens {
  readonly #full: Buffer | null;
  readonly #readonly: Buffer | null;

  /** Without `full` everyone is `full`. */
  constructor(full: Secret | null, readonlyToken: Secret | null) {
    this.#full = full === null ? null : digest(full.reveal());
    this.#readonly = readonlyToken === null ? null : digest(readonlyToken.reveal());
  }

  /** Judges `Kong-Admin-Token`, which decK sends, else `Authorization: Bearer`. */
  judge(headers: IncomingHttpHeaders): TokenVerdict {
    if (this.#full === null) return 'full';
    const given = tokenIn(headers);
    const found = digest(given ?? '');
    const isFull = timingSafeEqual(found, this.#full);
    const isReadonly = timingSafeEqual(found, this.#readonly ?? this.#full) && this.#readonly !== null;
    if (given === undefined) return 'missing';
    if (isFull) return 'full';
    return isReadonly ? 'readonly' : 'wrong';
  }
}

function tokenIn(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['kong-admin-token'];
  if (typeof own === 'string' && own !== '') return own;
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
