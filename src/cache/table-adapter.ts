import type { KeyvStoreAdapter } from 'keyv';

/** A stored value and its end in ms since the epoch; null = none. */
export interface StoredText {
  readonly text: string;
  readonly expiresAt: number | null;
}

/** What adapters of all namespaces share: one table, in memory or kept in one file. */
export interface StoreTable {
  get(key: string): StoredText | undefined;
  set(key: string, stored: StoredText): void;
  delete(key: string): boolean;
  keys(): readonly string[];
}

/** The keyv store of one namespace over a {@link StoreTable}. Keyv sets {@link TableAdapter.namespace}. */
export class TableAdapter implements Pick<KeyvStoreAdapter, 'get' | 'set' | 'delete' | 'clear'> {
  readonly opts = {};
  namespace: string | undefined;
  readonly #table: StoreTable;

  constructor(table: StoreTable) {
    this.#table = table;
  }

  /** Keyv listens for errors; a table has none to tell, a file reports its own. */
  on(): this {
    return this;
  }

  get<Value>(key: string): Promise<Value | undefined> {
    const stored = this.#table.get(this.#prefixed(key));
    if (stored === undefined) return Promise.resolve(undefined);
    if (stored.expiresAt === null || stored.expiresAt > Date.now()) return Promise.resolve(stored.text as Value);
    this.#table.delete(this.#prefixed(key));
    return Promise.resolve(undefined);
  }

  set(key: string, value: unknown, ttl?: number): Promise<void> {
    const expiresAt = ttl === undefined ? null : Date.now() + ttl;
    this.#table.set(this.#prefixed(key), { text: String(value), expiresAt });
    return Promise.resolve();
  }

  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.#table.delete(this.#prefixed(key)));
  }

  clear(): Promise<void> {
    const prefix = this.#prefixed('');
    for (const key of this.#table.keys()) if (key.startsWith(prefix)) this.#table.delete(key);
    return Promise.resolve();
  }

  #prefixed(key: string): string {
    return `${this.namespace ?? ''}:${key}`;
  }
}
