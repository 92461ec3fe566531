/**
 * A set of texts that tells which of them another text begins with, or ends with. Nodes lie in flat arrays, the children
 * of a node side by side and sorted by their first character: a look-up in a tree of many texts touches little memory.
 */
export class RadixTree {
  /** The longest chain of texts of which each begins with the one before: no look-up finds more. */
  readonly depth: number;
  readonly #isBackward: boolean;
  /** First character of the label of each node; the rest of the label is in `#characters`. */
  readonly #firsts: Uint16Array;
  readonly #labelStarts: Int32Array;
  readonly #characters: Uint16Array;
  readonly #childStarts: Int32Array;
  /** Number of the text that ends at each node; -1 for none. */
  readonly #values: Int32Array;

  /** @param isBackward whether texts are compared from their ends */
  constructor(texts: readonly string[], isBackward = false) {
    this.#isBackward = isBackward;
    const layout = new TreeLayout(texts, isBackward);
    this.depth = layout.depth;
    this.#firsts = Uint16Array.from(layout.firsts);
    this.#labelStarts = Int32Array.from(layout.labelStarts);
    this.#characters = Uint16Array.from(layout.characters);
    this.#childStarts = Int32Array.from(layout.childStarts);
    this.#values = Int32Array.from(layout.values);
  }

  /**
   * Writes the numbers of the texts that `text` has at its beginning (or its end) into `found`, the shortest first, and
   * returns how many there are.
   *
   * @param start how many characters to leave out
   */
  collect(text: string, start: number, found: Int32Array): number {
    const end = text.length;
    let count = 0;
    let node = 0;
    let at = start;
    for (;;) {
      const value = this.#values[node] ?? -1;
      if (value >= 0) found[count++] = value;
      if (at >= end) return count;
      node = this.#child(node, this.#isBackward ? text.charCodeAt(end - 1 - at) : text.charCodeAt(at));
      if (node < 0) return count;
      at++;
      const labelEnd = this.#labelStarts[node + 1] ?? 0;
      for (let label = this.#labelStarts[node] ?? 0; label < labelEnd; label++, at++) {
        if (at >= end) return count;
        const code = this.#isBackward ? text.charCodeAt(end - 1 - at) : text.charCodeAt(at);
        if (code !== this.#characters[label]) return count;
      }
    }
  }

  #child(node: number, code: number): number {
    let low = this.#childStarts[node] ?? 0;
    let high = this.#childStarts[node + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const first = this.#firsts[middle] ?? 0;
      if (first === code) return middle;
      if (first < code) low = middle + 1;
      else high = middle;
    }
    return -1;
  }
}

/** Lays out the nodes level by level, so that the children of each node follow each other. */
class TreeLayout {
  readonly firsts: number[] = [0];
  readonly labelStarts: number[] = [0];
  readonly characters: number[] = [];
  readonly childStarts: number[] = [];
  readonly values: number[] = [];
  depth = 0;

  constructor(texts: readonly string[], isBackward: boolean) {
    const keys = texts.map((text, value) => ({ text: isBackward ? text.split('').reverse().join('') : text, value }));
    keys.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
    // The queue grows while it is walked.
    const queue: Span[] = [{ low: 0, high: keys.length, from: 0, chain: 0 }];
    this.labelStarts.push(0);
    for (const span of queue) this.#addNode(keys, span, queue);
    this.childStarts.push(this.firsts.length);
  }

  /** A node stands for all keys of a span, which agree in their first `from` characters. */
  #addNode(keys: readonly Key[], { low, high, from, chain }: Span, queue: Span[]): void {
    let next = low;
    let value = -1;
    if (keys[next]?.text.length === from) value = keys[next++]?.value ?? -1;
    const links = chain + (value < 0 ? 0 : 1);
    this.depth = Math.max(this.depth, links);
    this.values.push(value);
    this.childStarts.push(this.firsts.length);
    while (next < high) {
      const first = keys[next]?.text ?? '';
      const end = endOfRun(keys, next, high, from);
      const shared = sharedLength(first, keys[end - 1]?.text ?? '', from);
      this.firsts.push(first.charCodeAt(from));
      for (let at = from + 1; at < shared; at++) this.characters.push(first.charCodeAt(at));
      this.labelStarts.push(this.characters.length);
      queue.push({ low: next, high: end, from: shared, chain: links });
      next = end;
    }
  }
}

interface Key {
  readonly text: string;
  readonly value: number;
}

interface Span {
  readonly low: number;
  readonly high: number;
  readonly from: number;
  readonly chain: number;
}

/** Where the keys end that have the same character at `from` as the one at `start`. */
function endOfRun(keys: readonly Key[], start: number, high: number, from: number): number {
  const code = keys[start]?.text.charCodeAt(from);
  let end = start + 1;
  while (end < high && keys[end]?.text.charCodeAt(from) === code) end++;
  return end;
}

/** Sorted keys that agree at both ends of a run agree all through it. */
function sharedLength(first: string, last: string, from: number): number {
  let length = from + 1;
  const shorter = Math.min(first.length, last.length);
  while (length < shorter && first.charCodeAt(length) === last.charCodeAt(length)) length++;
  return length;
}
