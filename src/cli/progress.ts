import type { Clock } from '../lib/clock.ts';
import { printable } from './terminal.ts';

/** Nothing is shown before this: most runs are over by then. */
const DELAY_MS = 400;
const INTERVAL_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** Where progress goes: stderr, or what stands for it. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line on a terminal that says how far a long run is. Shows nothing where there is no terminal. */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #total: number;
  readonly #clock: Clock;
  #nextAt: number;
  #isShown = false;
  #done = 0;

  /** @param total how many steps there will be */
  constructor(stream: ProgressStream, total: number, clock: Clock) {
    this.#stream = stream;
    this.#total = total;
    this.#clock = clock;
    this.#nextAt = clock.now() + DELAY_MS;
  }

  /** Says what is worked on now. */
  step(name: string): void {
    this.#done++;
    if (this.#stream.isTTY !== true || this.#clock.now() < this.#nextAt) return;
    const text = `checking ${this.#done}/${this.#total} ${printable(name)}`;
    this.#stream.write(`${CLEAR_LINE}${text.slice(0, (this.#stream.columns ?? 80) - 1)}`);
    this.#isShown = true;
    this.#nextAt = this.#clock.now() + INTERVAL_MS;
  }

  /** Takes the line away, before results are printed. */
  clear(): void {
    if (this.#isShown) this.#stream.write(CLEAR_LINE);
    this.#isShown = false;
  }
}
