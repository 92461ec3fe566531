import { LruMap } from '../lib/lru-map.ts';
import type { CacheStore } from './cache-store.ts';
import { type StoredText, type StoreTable, TableAdapter } from './table-adapter.ts';

/** Entries of all namespaces together. */
const MAX_ENTRIES = 20_000;

/** The default store: keyv over a bounded table in this process. Nothing is shared and nothing survives the process. */
export function openMemoryStore(): CacheStore {
  const table = new MemoryTable();
  return {
    name: 'memory:',
    isPrivate: true,
    seal: null,
    mark: null,
    adapter: () => new TableAdapter(table),
    close: () => Promise.resolve(),
  };
}

class MemoryTable implements StoreTable {
  readonly #entries = new LruMap<string, StoredText>(MAX_ENTRIES);

  get(key: string): StoredText | undefined {
    return this.#entries.get(key);
  }

  set(key: string, stored: StoredText): void {
    this.#entries.set(key, stored);
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  keys(): readonly string[] {
    return [...this.#entries.entries()].map(([key]) => key);
  }
}
