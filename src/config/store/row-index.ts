import type { Row } from './entity-view.ts';

/** Several rows with the same key. Most keys have one row, which then needs no bucket. */
interface Bucket {
  readonly rows: Map<string, Row>;
  /** By id; made when asked for. */
  sorted: readonly Row[] | null;
}

/** Finds rows by a text that is made from them. Rows without one are not in it. */
export class RowIndex {
  readonly #keyOf: (row: Row) => string | null;
  readonly #found = new Map<string, Row | Bucket>();

  constructor(keyOf: (row: Row) => string | null) {
    this.#keyOf = keyOf;
  }

  /** The key of a row; `null` when it has none. */
  keyOf(row: Row): string | null {
    return this.#keyOf(row);
  }

  add(row: Row): void {
    const key = this.#keyOf(row);
    if (key === null) return;
    const found = this.#found.get(key);
    if (found === undefined) this.#found.set(key, row);
    else if (isBucket(found)) {
      found.rows.set(row.id, row);
      found.sorted = null;
    } else {
      const rows = new Map([
        [found.id, found],
        [row.id, row],
      ]);
      this.#found.set(key, { rows, sorted: null });
    }
  }

  remove(row: Row): void {
    const key = this.#keyOf(row);
    const found = key === null ? undefined : this.#found.get(key);
    if (key === null || found === undefined) return;
    if (!isBucket(found)) {
      this.#found.delete(key);
      return;
    }
    found.rows.delete(row.id);
    found.sorted = null;
    if (found.rows.size === 0) this.#found.delete(key);
  }

  /** The row with a key; of several the one with the lowest id. */
  first(key: string): Row | null {
    const found = this.#found.get(key);
    if (found === undefined) return null;
    return isBucket(found) ? (sortedRows(found)[0] ?? null) : found;
  }

  /** All rows with a key, by id. */
  all(key: string): readonly Row[] {
    const found = this.#found.get(key);
    if (found === undefined) return [];
    return isBucket(found) ? sortedRows(found) : [found];
  }

  /** A row with this key and another id. */
  other(key: string, id: string): Row | null {
    const found = this.#found.get(key);
    if (found === undefined) return null;
    if (!isBucket(found)) return found.id === id ? null : found;
    for (const row of found.rows.values()) if (row.id !== id) return row;
    return null;
  }
}

function isBucket(found: Row | Bucket): found is Bucket {
  return found.rows instanceof Map;
}

function sortedRows(bucket: Bucket): readonly Row[] {
  bucket.sorted ??= [...bucket.rows.values()].sort(byId);
  return bucket.sorted;
}

/** Orders rows as Kong pages through them. */
export function byId(a: Row, b: Row): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
