import type { Clock } from '../../src/lib/clock.ts';

/** A clock that moves only when told. Starts at 2030-01-01, so that nothing passes because of the real date. */
export class FakeClock implements Clock {
  #now: number;

  constructor(start: number = Date.UTC(2030, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
