import type { Clock } from '../../lib/clock.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 3_200;
/** A remote that was quiet for so long begins anew. */
const FORGET_AFTER_MS = 60_000;
const MAX_REMOTES = 1_024;
/** Answers that wait at one time. More would let guessers use up the connections that others need. */
const MAX_WAITING = 32;

interface Failures {
  count: number;
  lastAt: number;
}

/**
 * Decides how long the answer to a wrong token waits: twice as long as the one before, for each remote. Only answers
 * to wrong tokens wait, so the right one is never locked out. What is remembered is bounded, and so is what waits.
 */
export class FailedAttempts {
  readonly #clock: Clock;
  /** In the order of their last failure. */
  readonly #byRemote = new Map<string, Failures>();
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a failure. @returns ms that its answer is to wait; 0 when enough others wait already */
  record(remote: string): number {
    const now = this.#clock.now();
    const known = this.#byRemote.get(remote);
    const isFresh = known !== undefined && now - known.lastAt < FORGET_AFTER_MS;
    const count = isFresh ? known.count + 1 : 1;
    this.#byRemote.delete(remote);
    this.#byRemote.set(remote, { count, lastAt: now });
    this.#forgetOldest();
    if (this.#waiting >= MAX_WAITING) return 0;
    return Math.min(FIRST_DELAY_MS * 2 ** Math.min(count - 1, 16), LONGEST_DELAY_MS);
  }

  /** Runs `answer` once the time is over. Nothing is kept alive by it. */
  wait(delayMs: number, answer: () => void): void {
    this.#waiting += 1;
    setTimeout(() => {
      this.#waiting -= 1;
      answer();
    }, delayMs).unref();
  }

  #forgetOldest(): void {
    if (this.#byRemote.size <= MAX_REMOTES) return;
    const [oldest] = this.#byRemote.keys();
    if (oldest !== undefined) this.#byRemote.delete(oldest);
  }
}
