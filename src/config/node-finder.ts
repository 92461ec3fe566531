import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { JsonPath } from '../lib/json.ts';
import { isMergePair, type ValueReader } from './yaml-value.ts';

/** What a path leads to in a tree of nodes. */
export interface FoundNode {
  /** The key of the last step; `null` in a list and at the root. */
  readonly key: Node | null;
  /** The value, aliases resolved; `null` for none. */
  readonly value: Node | null;
  /** Aliases passed on the way, merge keys included. */
  readonly via: readonly Alias[];
  /** False when the path ends earlier: then this is the nearest parent that exists. */
  readonly isExact: boolean;
}

interface Step {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** From this many pairs on a map is indexed: thousands of findings in one must not walk it thousands of times. */
const LARGE_MAP = 64;

type YamlPair = Pair<Node, Node | null>;

/** Walks from the root of a document along a path of keys and positions. */
export class NodeFinder {
  readonly #root: Node | null;
  readonly #reader: ValueReader;
  readonly #indexes = new Map<YAMLMap, Map<string, YamlPair>>();

  /** `reader` has read the same document and knows what its aliases stand for. */
  constructor(root: Node | null, reader: ValueReader) {
    this.#root = root;
    this.#reader = reader;
  }

  find(path: JsonPath): FoundNode {
    const via: Alias[] = [];
    let key: Node | null = null;
    let value = this.#follow(this.#root, via);
    for (const step of path) {
      const next = this.#step(value, step, via);
      if (next === null) return { key, value, via, isExact: false };
      key = next.key;
      value = this.#follow(next.value, via);
    }
    return { key, value, via, isExact: true };
  }

  /** Steps through aliases, noting them; an alias without anchor is where it ends. */
  #follow(node: Node | null, via: Alias[]): Node | null {
    let current = node;
    while (current !== null && isAlias(current)) {
      const target: Node | null = this.#reader.target(current);
      if (target === null) return current;
      via.push(current);
      current = target;
    }
    return current;
  }

  #step(node: Node | null, step: string | number, via: Alias[]): Step | null {
    if (isSeq(node)) {
      const item = typeof step === 'number' ? node.items[step] : undefined;
      return item === undefined ? null : { key: null, value: item as Node };
    }
    if (!isMap(node)) return null;
    const key = String(step);
    const pairs = node.items as YamlPair[];
    const own = this.#ownPair(node, key);
    if (own !== undefined) return own;
    for (const pair of pairs) {
      const found = isMergePair(pair) ? this.#stepIntoMerge(pair.value, key, via) : null;
      if (found !== null) return found;
    }
    return null;
  }

  /** The last of equal keys counts; any of them counts more than a merge key. */
  #ownPair(map: YAMLMap, key: string): YamlPair | undefined {
    const pairs = map.items as YamlPair[];
    const isOwn = (pair: YamlPair): boolean => !isMergePair(pair) && this.#keyOf(pair) === key;
    if (pairs.length < LARGE_MAP) return pairs.findLast(isOwn);
    let index = this.#indexes.get(map);
    if (index === undefined) {
      index = new Map();
      for (const pair of pairs) {
        const name = isMergePair(pair) ? null : this.#keyOf(pair);
        if (name !== null) index.set(name, pair);
      }
      this.#indexes.set(map, index);
    }
    return index.get(key);
  }

  #stepIntoMerge(node: Node | null, key: string, via: Alias[]): Step | null {
    const passed: Alias[] = [];
    const target = this.#follow(node, passed);
    for (const candidate of isSeq(target) ? (target.items as Node[]) : [target]) {
      const through = [...passed];
      const found = this.#step(this.#follow(candidate, through), key, through);
      if (found === null) continue;
      via.push(...through);
      return found;
    }
    return null;
  }

  #keyOf({ key }: YamlPair): string | null {
    const node = isAlias(key) ? this.#reader.target(key) : key;
    return isScalar(node) ? String(node.value) : null;
  }
}
