interface Node<Key, Value> {
  readonly key: Key;
  value: Value;
  /** Towards the most recently used. */
  newer: Node<Key, Value> | null;
  /** Towards the least recently used. */
  older: Node<Key, Value> | null;
}

/**
 * A map of bounded size that forgets what was not used for longest. `get` moves a link and allocates nothing, which a
 * `Map` re-ordered by delete and set would not manage.
 */
export class LruMap<Key, Value> {
  readonly #maxEntries: number;
  readonly #nodes = new Map<Key, Node<Key, Value>>();
  #newest: Node<Key, Value> | null = null;
  #oldest: Node<Key, Value> | null = null;

  /** @throws {RangeError} when `maxEntries` is not a positive integer */
  constructor(maxEntries: number) {
    if (!Number.isInteger(maxEntries) || maxEntries < 1)
      throw new RangeError('"maxEntries" must be a positive integer');
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get maxEntries(): number {
    return this.#maxEntries;
  }

  /** The value of `key`, which becomes the most recently used. */
  get(key: Key): Value | undefined {
    const node = this.#nodes.get(key);
    if (node === undefined) return undefined;
    if (node !== this.#newest) {
      this.#unlink(node);
      this.#linkNewest(node);
    }
    return node.value;
  }

  /** The value of `key`, without counting as a use. */
  peek(key: Key): Value | undefined {
    return this.#nodes.get(key)?.value;
  }

  /** Stores a value as the most recently used; when there are too many, the least recently used one is dropped. */
  set(key: Key, value: Value): void {
    const known = this.#nodes.get(key);
    if (known !== undefined) {
      known.value = value;
      this.get(key);
      return;
    }
    const node: Node<Key, Value> = { key, value, newer: null, older: null };
    this.#nodes.set(key, node);
    this.#linkNewest(node);
    if (this.#nodes.size > this.#maxEntries && this.#oldest !== null) this.delete(this.#oldest.key);
  }

  /** Whether there was something to forget. */
  delete(key: Key): boolean {
    const node = this.#nodes.get(key);
    if (node === undefined) return false;
    this.#unlink(node);
    return this.#nodes.delete(key);
  }

  clear(): void {
    this.#nodes.clear();
    this.#newest = this.#oldest = null;
  }

  /** All entries, most recently used last. Changing the map meanwhile may skip or repeat entries. */
  *entries(): IterableIterator<[Key, Value]> {
    for (let node = this.#oldest; node !== null; node = node.newer) yield [node.key, node.value];
  }

  #linkNewest(node: Node<Key, Value>): void {
    node.older = this.#newest;
    node.newer = null;
    if (this.#newest === null) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
  }

  #unlink(node: Node<Key, Value>): void {
    if (node.older === null) this.#oldest = node.newer;
    else node.older.newer = node.newer;
    if (node.newer === null) this.#newest = node.older;
    else node.newer.older = node.older;
  }
}
