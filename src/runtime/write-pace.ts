import { setImmediate as nextTurn, setTimeout as after } from 'node:timers/promises';

/** How much longer the rest is than the work. */
const SHARE = 2;
/** The longest rest, in milliseconds: what took longer than this was mostly waiting for disks. */
const MAX_REST_MS = 10;

/**
 * Leaves the event loop to the requests of the proxy for twice as long as it took a group of writes to be put in force. Those
 * who write a lot wait for an answer before they write more: meanwhile the next group grows, and so a flood of writes
 * becomes fewer configs.
 */
export class WritePace {
  #busySince = 0;
  #restsUntil = 0;

  /** Settles when the next group may be worked on: not in this turn of the event loop, and not before the rest is over. */
  async next(): Promise<void> {
    const left = this.#restsUntil - performance.now();
    // Timers know milliseconds only.
    if (left < 0.5) await nextTurn();
    else await after(left);
    this.#busySince = performance.now();
  }

  /** The group has been worked on. */
  done(): void {
    const now = performance.now();
    this.#restsUntil = now + Math.min(SHARE * (now - this.#busySince), MAX_REST_MS);
  }
}
