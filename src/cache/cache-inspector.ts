import type { Clock } from '../lib/clock.ts';
import type { CacheStats } from './cache.ts';
import type { Caches } from './caches.ts';

/** One entry as an operator may see it: how old, how long still; never the value. */
export interface EntryView {
  /** A digest already; tells entries apart and nothing else. */
  readonly key: string;
  readonly state: 'fresh' | 'due' | 'stale';
  /** The rest are seconds since the epoch. */
  readonly stored_at: number;
  readonly refresh_at: number;
  readonly fresh_until: number;
  readonly stale_until: number;
}

/** Read-only views of the caches, and purging, for the Admin API. */
export class CacheInspector {
  readonly #caches: Caches;
  readonly #clock: Clock;

  constructor(caches: Caches, clock: Clock) {
    this.#caches = caches;
    this.#clock = clock;
  }

  /** Counters by namespace. */
  stats(): Record<string, CacheStats> {
    return this.#caches.stats();
  }

  /** Entries in memory, most recently used last; null when nothing has opened such a namespace. */
  list(namespace: string, limit = 100): readonly EntryView[] | null {
    if (!this.#caches.namespaces().includes(namespace)) return null;
    const now = this.#clock.now();
    const entries = [...this.#caches.open(namespace).entries()].slice(-limit);
    return entries.map(([key, { storedAt, refreshAt, freshUntil, staleUntil }]) => ({
      key,
      state: now >= freshUntil ? 'stale' : now >= refreshAt ? 'due' : 'fresh',
      stored_at: seconds(storedAt),
      refresh_at: seconds(refreshAt),
      fresh_until: seconds(freshUntil),
      stale_until: seconds(staleUntil),
    }));
  }

  /** Forgets a namespace in memory and in the store. False when there is none of that name. */
  async purge(namespace: string): Promise<boolean> {
    if (!this.#caches.namespaces().includes(namespace)) return false;
    await this.#caches.open(namespace).clear();
    return true;
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
