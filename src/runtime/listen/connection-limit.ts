import type { Logger } from '../../pdk/log.ts';

/** At most one line of log in this time, however many connections are turned away. */
const QUIET_MS = 60_000;

/** Counts client connections over all listeners and says when there are too many (nginx's `worker_connections`). */
export class ConnectionLimit {
  readonly #max: number;
  readonly #log: Logger;
  #open = 0;
  #saidAt = -Infinity;

  /** @param max 0 for no limit */
  constructor(max: number, log: Logger) {
    this.#max = max;
    this.#log = log;
  }

  /** True when one more may be open: then {@link ConnectionLimit.leave} must follow. */
  enter(): boolean {
    if (this.#max > 0 && this.#open >= this.#max) {
      this.#say();
      return false;
    }
    this.#open++;
    return true;
  }

  leave(): void {
    this.#open--;
  }

  #say(): void {
    const now = performance.now();
    if (now - this.#saidAt < QUIET_MS) return;
    this.#saidAt = now;
    this.#log.warn({ worker_connections: this.#max }, 'too many connections: new ones are closed');
  }
}
