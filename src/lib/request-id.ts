import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
const pool = Buffer.alloc(ID_BYTES * 512);
let digits = '';
let next = 0;

/**
 * A request id as nginx makes it: 32 hex digits from the system's random source. Randomness is drawn for 512 ids at a
 * time, so that a request pays for a string slice and not for a call into the crypto library.
 */
export function nextRequestId(): string {
  if (next === digits.length) {
    digits = randomFillSync(pool).toString('hex');
    next = 0;
  }
  const id = digits.slice(next, next + ID_BYTES * 2);
  next += ID_BYTES * 2;
  return id;
}
