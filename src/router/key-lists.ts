/** Values under keys, many to many; each list keeps the order in which its values were added. */
export class KeyLists<Value> {
  readonly #lists = new Map<string | number, Value[]>();

  /** Puts `value` once under each of `keys`. */
  add(keys: Iterable<string | number>, value: Value): void {
    for (const key of keys) {
      const list = this.#lists.get(key);
      if (list === undefined) this.#lists.set(key, [value]);
      else if (list.at(-1) !== value) list.push(value);
    }
  }

  /** `undefined` when nothing is there, or for `null`. */
  get(key: string | number | null): readonly Value[] | undefined {
    return key === null ? undefined : this.#lists.get(key);
  }
}
