/**
 * One cached value with its four moments, all in milliseconds since the epoch:
 * stored ≤ refreshAt ≤ freshUntil ≤ staleUntil.
 */
export interface CacheEntry<Value> {
  readonly value: Value;
  readonly storedAt: number;
  /** From here on one background load renews the entry while callers still get it. */
  readonly refreshAt: number;
  /** Until here callers get the entry without waiting. */
  readonly freshUntil: number;
  /** Until here the entry is served if, and only if, renewing it fails; from here on it is gone. */
  readonly staleUntil: number;
}

/** What a loader answers: a value and how long it may be used. */
export type Loaded<Value> = Omit<CacheEntry<Value>, 'storedAt'>;

/**
 * Gets a value from where it really is. `previous` is the entry being renewed, if there is one.
 * A rejection is handed to everyone who waits for this load and is not cached; to cache a definite "no", make it a value.
 */
export type Loader<Value> = (previous: CacheEntry<Value> | null) => Promise<Loaded<Value>>;

/**
 * How a caller of {@link Cache.through} was served: from memory or store, by a load that it set off or that another
 * caller had, or, after a load that failed, with what was past its time.
 */
export type CacheOutcome = 'hit' | 'miss' | 'join' | 'stale';

/** Counters since start, for `/status` and metrics. */
export interface CacheStats {
  readonly entries: number;
  /** Answers from memory or the store without waiting for a load. */
  readonly hits: number;
  /** Loads in the foreground. */
  readonly misses: number;
  /** Callers who waited for a load in the foreground that another one had set off. */
  readonly joins: number;
  /** Entries served past `freshUntil` because the load failed. */
  readonly stale: number;
  /** Background renewals started. */
  readonly refreshes: number;
  /** Loads that failed, in the foreground or background. */
  readonly errors: number;
  /** Reads or writes of the shared store that failed or timed out; each was treated as a miss. */
  readonly storeErrors: number;
}

/**
 * A namespace of cached values: a bounded in-process LRU in front of a keyv store.
 *
 * Keys must not reveal secrets: digest them first (`cache-key.ts`). Values must survive JSON.
 */
export interface Cache<Value> {
  readonly namespace: string;
  readonly stats: CacheStats;
  /** What memory holds under `key` and is not past `staleUntil`. Synchronous; neither the store nor a loader is asked. */
  peek(key: string): CacheEntry<Value> | null;
  /**
   * The usable entry for `key`. Answers synchronously when memory holds a fresh one; else asks the store, then `load`,
   * with one load under way per key. Starts a background load when `refreshAt` has passed. When a foreground load
   * fails, the entry is served until `staleUntil`, if `mayServeStale(error)` (default: always) agrees; otherwise the
   * load's error is thrown. `onUse` hears how the caller is served; a load that fails is a miss, and then `stale` if
   * there is something to serve.
   */
  through(
    key: string,
    load: Loader<Value>,
    mayServeStale?: (error: unknown) => boolean,
    onUse?: (use: CacheOutcome) => void,
  ): CacheEntry<Value> | Promise<CacheEntry<Value>>;
  /**
   * What the store holds, whatever memory says, once writes under way have ended. `null` when that is nothing usable, or
   * when there is no store or it cannot be asked. For values that several processes agree on; a request uses `through`.
   */
  readStore(key: string): Promise<CacheEntry<Value> | null>;
  /**
   * Makes a mark until `until` (milliseconds since the epoch) that all processes with this store see, in one step. False:
   * somebody has made it before. Null: nobody can tell, since the store does not answer. A store that no other process
   * has keeps no marks and says true: who asks must remember its own.
   */
  mark(key: string, until: number): Promise<boolean | null>;
  /** Counts a hit for a caller that remembered an entry's value itself and did not ask. */
  countHit(): void;
  /** Stores a value without a loader. */
  set(key: string, loaded: Loaded<Value>): void;
  /** Forgets one key in memory and in the store. */
  delete(key: string): Promise<void>;
  /** Forgets everything in this namespace. */
  clear(): Promise<void>;
  /** What memory holds now, newest use last, for inspection. */
  entries(): IterableIterator<readonly [string, CacheEntry<Value>]>;
}
