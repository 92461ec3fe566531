import type { Clock } from '../lib/clock.ts';
import { LruMap } from '../lib/lru-map.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import type { Cache, CacheEntry, CacheStats, CacheOutcome, Loaded, Loader } from './cache.ts';
import type { SharedNamespace } from './shared-namespace.ts';

const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

/** An entry in memory, and how renewing it goes. */
interface Slot<Value> {
  readonly entry: CacheEntry<Value>;
  /** Background renewals that failed in a row. */
  failures: number;
  /** No background renewal before this moment. */
  retryAt: number;
}

/** The {@link Cache} of one namespace: a bounded LRU in memory and, if there is one, a shared keyv store behind it. */
export class KeyvCache<Value> implements Cache<Value> {
  readonly namespace: string;
  readonly #memory: LruMap<string, Slot<Value>>;
  readonly #shared: SharedNamespace<Value> | null;
  readonly #clock: Clock;
  readonly #flights = new SingleFlight<string, CacheEntry<Value>>();
  readonly #counts = { hits: 0, misses: 0, joins: 0, stale: 0, refreshes: 0, errors: 0 };

  /** @param maxEntries in memory; `shared` is null for a cache that lives and dies with the process */
  constructor(namespace: string, maxEntries: number, shared: SharedNamespace<Value> | null, clock: Clock) {
    this.namespace = namespace;
    this.#memory = new LruMap(maxEntries);
    this.#shared = shared;
    this.#clock = clock;
  }

  get stats(): CacheStats {
    return { entries: this.#memory.size, ...this.#counts, storeErrors: this.#shared?.errors ?? 0 };
  }

  peek(key: string): CacheEntry<Value> | null {
    const slot = this.#memory.peek(key);
    return slot !== undefined && this.#clock.now() < slot.entry.staleUntil ? slot.entry : null;
  }

  through(
    key: string,
    load: Loader<Value>,
    mayServeStale: (error: unknown) => boolean = always,
    onUse: (use: CacheOutcome) => void = nobody,
  ): CacheEntry<Value> | Promise<CacheEntry<Value>> {
    const slot = this.#memory.get(key);
    if (slot !== undefined) {
      const now = this.#clock.now();
      if (now < slot.entry.freshUntil) {
        this.#counts.hits += 1;
        onUse('hit');
        if (now >= slot.entry.refreshAt && now >= slot.retryAt) this.#renew(key, slot, load);
        return slot.entry;
      }
    }
    return this.#wait(key, load, mayServeStale, onUse);
  }

  async readStore(key: string): Promise<CacheEntry<Value> | null> {
    if (this.#shared === null) return null;
    await this.#shared.settled();
    return await this.#shared.read(key);
  }

  async mark(key: string, until: number): Promise<boolean | null> {
    return this.#shared === null ? true : await this.#shared.mark(key, until);
  }

  countHit(): void {
    this.#counts.hits += 1;
  }

  set(key: string, loaded: Loaded<Value>): void {
    this.#flights.forget(key);
    this.#store(key, loaded);
  }

  async delete(key: string): Promise<void> {
    this.#flights.forget(key);
    this.#memory.delete(key);
    await this.#shared?.delete(key);
  }

  async clear(): Promise<void> {
    this.#flights.forgetAll();
    this.#memory.clear();
    await this.#shared?.clear();
  }

  *entries(): IterableIterator<readonly [string, CacheEntry<Value>]> {
    const now = this.#clock.now();
    for (const [key, { entry }] of this.#memory.entries()) if (now < entry.staleUntil) yield [key, entry];
  }

  /** Resolves when what was stored so far has reached the shared store. */
  async settled(): Promise<void> {
    await this.#shared?.settled();
  }

  /** Gets the entry in the foreground. Each caller decides for itself whether a stale one will do. */
  async #wait(
    key: string,
    load: Loader<Value>,
    mayServeStale: (error: unknown) => boolean,
    onUse: (use: CacheOutcome) => void,
  ): Promise<CacheEntry<Value>> {
    try {
      const underWay = this.#flights.get(key);
      if (underWay === undefined) {
        return await this.#flights.run(key, (isCurrent) => this.#fetch(key, load, isCurrent, onUse));
      }
      this.#counts.joins += 1;
      onUse('join');
      return await underWay;
    } catch (error) {
      const previous = this.peek(key);
      if (previous === null || !mayServeStale(error)) throw error;
      this.#counts.stale += 1;
      onUse('stale');
      return previous;
    }
  }

  async #fetch(
    key: string,
    load: Loader<Value>,
    isCurrent: () => boolean,
    onUse: (use: CacheOutcome) => void,
  ): Promise<CacheEntry<Value>> {
    const found = await this.#fromStore(key, isCurrent);
    if (found !== null && this.#clock.now() < found.freshUntil) {
      this.#counts.hits += 1;
      onUse('hit');
      return found;
    }
    this.#counts.misses += 1;
    onUse('miss');
    return await this.#load(key, load, isCurrent);
  }

  /** Starts the one background load, unless there is one under way or another process has renewed the entry. */
  #renew(key: string, slot: Slot<Value>, load: Loader<Value>): void {
    if (this.#flights.get(key) !== undefined) return;
    this.#counts.refreshes += 1;
    const flight = this.#flights.run(key, async (isCurrent) => {
      const found = await this.#fromStore(key, isCurrent);
      if (found !== null && this.#clock.now() < found.refreshAt) return found;
      return await this.#load(key, load, isCurrent);
    });
    flight.catch(() => {
      // The slot may have been replaced meanwhile by what the store held, itself due.
      const current = this.#memory.peek(key) ?? slot;
      current.failures = slot.failures + 1;
      current.retryAt = this.#clock.now() + backOffMs(current.failures);
    });
  }

  async #load(key: string, load: Loader<Value>, isCurrent: () => boolean): Promise<CacheEntry<Value>> {
    try {
      const loaded = await load(this.peek(key));
      if (isCurrent()) return this.#store(key, loaded);
      // Forgotten or replaced meanwhile: good for those who wait, not to be kept.
      return { storedAt: this.#clock.now(), ...loaded };
    } catch (error) {
      this.#counts.errors += 1;
      throw error;
    }
  }

  /** Takes over what the store holds if it is newer than what memory has. */
  async #fromStore(key: string, isCurrent: () => boolean): Promise<CacheEntry<Value> | null> {
    if (this.#shared === null) return null;
    const found = await this.#shared.read(key);
    const known = this.peek(key);
    if (found === null || !isCurrent() || this.#clock.now() >= found.staleUntil) return null;
    if (known !== null && known.storedAt >= found.storedAt) return null;
    this.#memory.set(key, { entry: found, failures: 0, retryAt: 0 });
    return found;
  }

  #store(key: string, loaded: Loaded<Value>): CacheEntry<Value> {
    const { value, refreshAt, freshUntil, staleUntil } = loaded;
    const entry = { value, storedAt: this.#clock.now(), refreshAt, freshUntil, staleUntil };
    this.#memory.set(key, { entry, failures: 0, retryAt: 0 });
    void this.#shared?.write(key, entry);
    return entry;
  }
}

function always(): boolean {
  return true;
}

function nobody(): void {
  // Nobody wants to know.
}

/** 1 s, 2 s, 4 s … up to a minute, each shortened at random by up to half. */
function backOffMs(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS) * (1 - Math.random() / 2);
}
