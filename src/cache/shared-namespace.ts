import { Keyv } from 'keyv';
import type { Clock } from '../lib/clock.ts';
import { isJsonObject } from '../lib/json.ts';
import type { CacheLog } from './cache-log.ts';
import type { CacheStore } from './cache-store.ts';
import type { CacheEntry } from './cache.ts';
import type { ValueSeal } from './value-seal.ts';

/** A store that takes longer is treated as if it had nothing. */
const STORE_TIMEOUT_MS = 250;
/** Clearing walks over all keys of the namespace, and no request waits for it. */
const CLEAR_TIMEOUT_MS = 5000;
/** How long a store that failed is left alone, so that its outage costs one request in a while and not every one. */
const PAUSE_MS = 1000;
/** Entries without an end of their own are dropped from the store when nobody has renewed them for so long. */
const MAX_TTL_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * One cache namespace in a keyv store that other processes, or the next run of this one, see too. Whatever goes wrong
 * here is a miss, counted and logged: a cache must not fail a request.
 */
export class SharedNamespace<Value> {
  readonly #namespace: string;
  readonly #keyv: Keyv<string>;
  readonly #seal: ValueSeal | null;
  readonly #clock: Clock;
  readonly #log: CacheLog;
  readonly #mark: CacheStore['mark'];
  readonly #writes = new Set<Promise<unknown>>();
  #errors = 0;
  #failing = false;
  #pausedUntil = 0;

  constructor(namespace: string, store: Pick<CacheStore, 'adapter' | 'mark' | 'seal'>, clock: Clock, log: CacheLog) {
    this.#namespace = namespace;
    this.#keyv = new Keyv<string>({
      store: store.adapter(namespace),
      namespace: `gw:${namespace}`,
      useKeyPrefix: false,
      throwOnErrors: true,
      emitErrors: false,
    });
    this.#seal = store.seal;
    this.#mark = store.mark;
    this.#clock = clock;
    this.#log = log;
  }

  /** Reads and writes that failed or timed out. */
  get errors(): number {
    return this.#errors;
  }

  /** What the store holds; null when nothing usable, or when it cannot be asked right now. */
  async read(key: string): Promise<CacheEntry<Value> | null> {
    if (this.#clock.now() < this.#pausedUntil) return null;
    const text = await this.#attempt('read', () => this.#keyv.get(key));
    if (typeof text !== 'string') return null;
    const plain = this.#seal === null ? text : this.#seal.open(text, this.#place(key));
    return plain === null ? null : parseEntry<Value>(plain);
  }

  /** Stores an entry until its `staleUntil`. Never rejects. */
  async write(key: string, entry: CacheEntry<Value>): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#pausedUntil || entry.staleUntil <= now) return;
    const ttl = Math.ceil(Math.min(entry.staleUntil - now, MAX_TTL_MS));
    const writing = this.#attempt('write', () => this.#keyv.set(key, this.#toText(key, entry), ttl));
    this.#writes.add(writing);
    await writing;
    this.#writes.delete(writing);
  }

  /** See `Cache.mark`. */
  async mark(key: string, until: number): Promise<boolean | null> {
    const mark = this.#mark;
    if (mark === null) return true;
    const now = this.#clock.now();
    if (now < this.#pausedUntil) return null;
    const ttl = Math.max(1, Math.ceil(Math.min(until - now, MAX_TTL_MS)));
    return (await this.#attempt('mark', () => mark(`gw:${this.#place(key)}`, ttl))) ?? null;
  }

  /** Resolves when the writes under way have ended, well or not. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }

  /** Forgets a key. Tried even while the store is left alone; never rejects. */
  async delete(key: string): Promise<void> {
    // A write under way must not bring back what is deleted.
    await this.settled();
    await this.#attempt('delete', () => this.#keyv.delete(key));
  }

  /** Forgets everything in the namespace. As {@link SharedNamespace.delete}. */
  async clear(): Promise<void> {
    await this.settled();
    await this.#attempt('clear', () => this.#keyv.clear(), CLEAR_TIMEOUT_MS);
  }

  #toText(key: string, entry: CacheEntry<Value>): string {
    const plain = JSON.stringify(entry);
    return this.#seal === null ? plain : this.#seal.seal(plain, this.#place(key));
  }

  async #attempt<Result>(
    what: string,
    work: () => Promise<Result>,
    timeoutMs = STORE_TIMEOUT_MS,
  ): Promise<Result | undefined> {
    try {
      const result = await withTimeout(work(), timeoutMs);
      this.#noteSuccess();
      return result;
    } catch (error) {
      this.#noteFailure(what, error);
      return undefined;
    }
  }

  #noteSuccess(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#log.info({ namespace: this.#namespace }, 'the cache store answers again');
  }

  #noteFailure(what: string, error: unknown): void {
    this.#errors += 1;
    this.#pausedUntil = this.#clock.now() + PAUSE_MS;
    if (this.#failing) return;
    this.#failing = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.warn({ namespace: this.#namespace, what, reason }, 'the cache store failed; going on without it');
  }

  #place(key: string): string {
    return `${this.#namespace}:${key}`;
  }
}

async function withTimeout<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
    // If it comes too late, and as an error, nobody is left to hear of it.
    work.catch(() => undefined);
  }
}

function parseEntry<Value>(text: string): CacheEntry<Value> | null {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isJsonObject(entry) || entry.value === undefined) return null;
  const moments = [entry.storedAt, entry.refreshAt, entry.freshUntil, entry.staleUntil];
  // The shape of `value` is the writer's affair: the same program, or one that knows the seal.
  return moments.every((moment) => typeof moment === 'number') ? (entry as unknown as CacheEntry<Value>) : null;
}
