import { isPause, sortInSteps, type Steps } from '../lib/steps.ts';

/**
 * A set of texts that tells which of them another text begins with, or ends with. Nodes lie in flat arrays, the children
 * of a node side by side and sorted by their first character: a look-up in a tree of many texts touches little memory.
 */
export class RadixTree {
  /** The longest chain of texts of which each begins with the one before: no look-up finds more. */
  readonly depth: number;
  readonly #isBackward: boolean;
  /** {@link FIELDS} numbers a node, and a last one for where the fields of the next would begin. */
  readonly #nodes: Int32Array;
  /** First character of the label of each node; the rest of the label is in `#characters`. */
  readonly #firsts: Uint16Array;
  readonly #characters: Uint16Array;

  /** @param isBackward whether texts are compared from their ends */
  static *inSteps(texts: readonly string[], isBackward: boolean): Steps<RadixTree> {
    const layout = new TreeLayout();
    yield* layout.addAll(texts, isBackward);
    return new RadixTree(layout, isBackward);
  }

  private constructor(layout: TreeLayout, isBackward: boolean) {
    this.#isBackward = isBackward;
    this.depth = layout.depth;
    this.#nodes = Int32Array.from(layout.nodes);
    this.#firsts = Uint16Array.from(layout.firsts);
    this.#characters = Uint16Array.from(layout.characters);
  }

  /**
   * Writes the numbers of the texts that `text` has at its beginning (or its end) into `found`, the shortest first, and
   * returns how many there are.
   *
   * @param start how many characters to leave out
   */
  collect(text: string, start: number, found: Int32Array): number {
    const nodes = this.#nodes;
    const end = text.length;
    let count = 0;
    let node = 0;
    let at = start;
    for (;;) {
      const value = nodes[node + VALUE] ?? -1;
      if (value >= 0) found[count++] = value;
      if (at >= end) return count;
      const code = text.charCodeAt(this.#isBackward ? end - 1 - at : at);
      node = this.#child(code, nodes[node + CHILDREN] ?? 0, nodes[node + CHILDREN_END] ?? 0) * FIELDS;
      if (node < 0) return count;
      at++;
      const labelEnd = nodes[node + LABEL_END] ?? 0;
      for (let label = nodes[node + LABEL] ?? 0; label < labelEnd; label++, at++) {
        if (at >= end) return count;
        if (text.charCodeAt(this.#isBackward ? end - 1 - at : at) !== this.#characters[label]) return count;
      }
    }
  }

  /** The node that begins with `code`, of those from `start` to `end`, which are sorted. */
  #child(code: number, start: number, end: number): number {
    // Digits, say, often lie side by side without a gap.
    const guess = start + code - (this.#firsts[start] ?? 0);
    if (guess >= start && guess < end && this.#firsts[guess] === code) return guess;
    let low = start;
    let high = end;
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

/** What is known of a node, in this order; a number that ends a range is the first one of the next node. */
const FIELDS = 3;
/** Number of the text that ends at the node; -1 for none. */
const VALUE = 0;
const CHILDREN = 1;
const LABEL = 2;
const CHILDREN_END = FIELDS + CHILDREN;
const LABEL_END = FIELDS + LABEL;

/** Lays out the nodes level by level, so that the children of each node follow each other. */
class TreeLayout {
  readonly nodes: number[] = [];
  readonly firsts: number[] = [0];
  readonly characters: number[] = [];
  depth = 0;

  *addAll(texts: readonly string[], isBackward: boolean): Steps<void> {
    const unsorted = texts.map((text, value) => ({
      text: isBackward ? text.split('').reverse().join('') : text,
      value,
    }));
    const keys = yield* sortInSteps(unsorted, (a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
    // The queue grows while it is walked.
    const queue: Span[] = [{ low: 0, high: keys.length, from: 0, label: 0, chain: 0 }];
    let count = 0;
    for (const span of queue) {
      this.#addNode(keys, span, queue);
      if (isPause(++count)) yield;
    }
    this.nodes.push(-1, this.firsts.length, this.characters.length);
  }

  /** A node stands for all keys of a span, which agree in their first `from` characters. */
  #addNode(keys: readonly Key[], { low, high, from, label, chain }: Span, queue: Span[]): void {
    let next = low;
    let value = -1;
    if (keys[next]?.text.length === from) value = keys[next++]?.value ?? -1;
    const links = chain + (value < 0 ? 0 : 1);
    this.depth = Math.max(this.depth, links);
    this.nodes.push(value, this.firsts.length, label);
    while (next < high) {
      const first = keys[next]?.text ?? '';
      const end = endOfRun(keys, next, high, from);
      const shared = sharedLength(first, keys[end - 1]?.text ?? '', from);
      queue.push({ low: next, high: end, from: shared, label: this.characters.length, chain: links });
      this.firsts.push(first.charCodeAt(from));
      for (let at = from + 1; at < shared; at++) this.characters.push(first.charCodeAt(at));
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
  /** Where its label begins. */
  readonly label: number;
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
