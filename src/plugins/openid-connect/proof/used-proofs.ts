import { randomUUID } from 'node:crypto';
import { keyedDigest } from '../../../cache/cache-key.ts';
import type { Cache } from '../../../cache/cache.ts';
import type { Clock } from '../../../lib/clock.ts';

/** Whether a proof may still be used. `unknown`: nobody can tell, so it must not be. */
export type ProofUse = 'first' | 'again' | 'unknown';

/** Proofs remembered at once, a tenth of a kilobyte each: 1,600 requests a second at a life of 300 s. */
const MOST_PROOFS = 500_000;
/** Other nodes may be a little behind. */
const MARGIN_MS = 1000;
const SWEEP_MS = 1000;

/**
 * Remembers DPoP proofs (RFC 9449 §11.1) until they are too old to be used, here and in the store that nodes share. When
 * there is no room, or the store does not keep what it is given, no proof is good: one that is forgotten could be used
 * again. Two nodes that are sent one proof in the same instant can both take it only if neither sees the other's mark.
 */
export class UsedProofs {
  readonly #store: Cache<string>;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #seen = new Map<string, number>();
  readonly #node = randomUUID();
  #count = 0;
  #sweptAt = 0;

  /** @param most proofs to remember in this process */
  constructor(store: Cache<string>, clock: Clock, most: number = MOST_PROOFS) {
    this.#store = store;
    this.#clock = clock;
    this.#most = most;
  }

  /** Uses a proof by the key with this thumbprint up. `usableUntil` is in milliseconds since the epoch. */
  async use(thumbprint: string, jti: string, usableUntil: number): Promise<ProofUse> {
    const key = keyedDigest('dpop', [thumbprint, jti]);
    const now = this.#clock.now();
    const known = this.#seen.get(key);
    if (known !== undefined && now < known) return 'again';
    if (!this.#hasRoom(now)) return 'unknown';
    const until = usableUntil + MARGIN_MS;
    this.#seen.set(key, until);
    return await this.#mark(key, until);
  }

  async #mark(key: string, until: number): Promise<ProofUse> {
    if ((await this.#store.readStore(key)) !== null) return 'again';
    this.#count += 1;
    const mark = `${this.#node}:${this.#count}`;
    this.#store.set(key, { value: mark, refreshAt: until, freshUntil: until, staleUntil: until });
    const found = await this.#store.readStore(key);
    if (found === null) return 'unknown';
    return found.value === mark ? 'first' : 'again';
  }

  #hasRoom(now: number): boolean {
    // Mostly in the order in which they end: what stands behind one that lives longer waits for it, or for a sweep.
    for (const [key, until] of this.#seen) {
      if (now < until) break;
      this.#seen.delete(key);
    }
    if (this.#seen.size >= this.#most && now - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = now;
      for (const [key, until] of this.#seen) if (now >= until) this.#seen.delete(key);
    }
    return this.#seen.size < this.#most;
  }
}
