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
 * there is no room, or the store does not answer, no proof is good: one that is forgotten could be used again.
 */
export class UsedProofs {
  readonly #store: Pick<Cache<never>, 'mark'>;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #seen = new Map<string, number>();
  #sweptAt = 0;

  /** @param most proofs to remember in this process */
  constructor(store: Pick<Cache<never>, 'mark'>, clock: Clock, most: number = MOST_PROOFS) {
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
    const isMarked = await this.#store.mark(key, until);
    if (isMarked === null) return 'unknown';
    return isMarked ? 'first' : 'again';
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
