import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Alias,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { JsonPath, JsonValue } from '../lib/json.ts';
import { hasStandIn } from './env-template.ts';
import { readPlainScalar } from './yaml-scalar.ts';

/** Aliases may blow a document up to this many values, no further. */
const MAX_EXPANDED_VALUES = 1_000_000;

/** More levels than this are no config; what recurses over values can rely on it. */
const MAX_DEPTH = 200;

/** What a reader is told while a tree is turned into values. */
export interface ValueEvents {
  /** Something is wrong or odd with a node. */
  finding(code: YamlValueCode, node: Node, path: JsonPath, message: string, hint?: string, first?: Node): void;
  /** The text of a scalar with templates filled in. */
  expand(text: string, node: Scalar, path: JsonPath): string;
  /** Each text scalar, once per place in the text. */
  text(value: string, node: Scalar, path: JsonPath): void;
}

/** Codes this file reports. */
export type YamlValueCode =
  | 'yaml/alias-unknown'
  | 'yaml/alias-cycle'
  | 'yaml/alias-bomb'
  | 'yaml/too-deep'
  | 'yaml/ambiguous-scalar'
  | 'yaml/duplicate-key'
  | 'yaml/key'
  | 'yaml/merge'
  | 'yaml/tag';

/** An anchored value, for the aliases that repeat it. */
interface Anchored {
  readonly value: JsonValue;
  /** Values below and including this one, aliases counted in full. */
  readonly size: number;
  /** Levels of lists and maps. */
  readonly depth: number;
}

/**
 * Turns YAML nodes into plain values. Aliased nodes become shared objects, so nothing is copied; merge keys are
 * resolved; objects have no prototype, so a key `__proto__` is a key like any other.
 */
export class ValueReader {
  readonly #events: ValueEvents;
  readonly #anchors = new Map<string, Node>();
  readonly #targets = new Map<Alias, Node>();
  readonly #done = new Map<Node, Anchored>();
  readonly #open = new Set<Node>();
  readonly #path: (string | number)[] = [];
  #isUseless = false;
  /** Values read so far, aliases counted in full. */
  #size = 0;
  /** Levels of lists and maps in the value that was read last. */
  #depth = 0;

  constructor(events: ValueEvents) {
    this.#events = events;
  }

  /** True when a document is too big or too deep; its value is then worth nothing. */
  get isUseless(): boolean {
    return this.#isUseless;
  }

  /** True while something is read that an alias can bring elsewhere. */
  get isInAnchor(): boolean {
    return this.#open.size > 0;
  }

  /** The node an alias stands for, if it was found. */
  target(alias: Alias): Node | null {
    return this.#targets.get(alias) ?? null;
  }

  /** Reads a whole document. */
  read(node: Node | null): JsonValue {
    return this.#read(node);
  }

  #read(node: Node | null): JsonValue {
    if (node === null) return this.#nothing();
    if (isAlias(node)) return this.#readAlias(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor === undefined) return this.#readContent(node);
    this.#anchors.set(anchor, node);
    this.#open.add(node);
    const before = this.#size;
    const value = this.#readContent(node);
    this.#open.delete(node);
    this.#done.set(node, { value, size: this.#size - before, depth: this.#depth });
    return value;
  }

  #nothing(): null {
    this.#size++;
    this.#depth = 0;
    return null;
  }

  #readAlias(alias: Alias): JsonValue {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      this.#report('yaml/alias-unknown', alias, `alias "*${alias.source}" has no anchor "&${alias.source}" before it`);
      return this.#nothing();
    }
    if (this.#open.has(target)) {
      this.#report('yaml/alias-cycle', alias, `alias "*${alias.source}" stands inside its own anchor`);
      return this.#nothing();
    }
    this.#targets.set(alias, target);
    const done = this.#done.get(target);
    if (done === undefined) return this.#nothing();
    this.#size += done.size;
    this.#depth = done.depth;
    return done.value;
  }

  #readContent(node: Node): JsonValue {
    if (this.#isUseless) return null;
    if (!isMap(node) && !isSeq(node)) {
      this.#nothing();
      return isScalar(node) ? this.#readScalar(node) : null;
    }
    this.#size++;
    const value = isMap(node) ? this.#readMap(node) : this.#readList(node);
    return this.#isAcceptable(node) ? value : null;
  }

  #readAt(step: string | number, node: Node | null): JsonValue {
    this.#path.push(step);
    const value = this.#read(node);
    this.#path.pop();
    return value;
  }

  /** Whether what was read so far is not too big, and the last value not too deep. Says so once; then reading ends. */
  #isAcceptable(node: Node): boolean {
    if (this.#isUseless) return false;
    if (this.#size > MAX_EXPANDED_VALUES) {
      const message = `aliases expand this document to more than ${MAX_EXPANDED_VALUES} values`;
      this.#report('yaml/alias-bomb', node, message);
    } else if (this.#depth > MAX_DEPTH) {
      this.#report('yaml/too-deep', node, `more than ${MAX_DEPTH} levels of lists and maps are no config`);
    } else return true;
    this.#isUseless = true;
    return false;
  }

  #readList({ items }: YAMLSeq): JsonValue {
    const values: JsonValue[] = [];
    let depth = 0;
    for (const [index, item] of items.entries()) {
      values.push(this.#readAt(index, item as Node | null));
      depth = Math.max(depth, this.#depth);
    }
    this.#depth = depth + 1;
    return values;
  }

  #readMap(map: YAMLMap): JsonValue {
    const own = new Map<string, Pair<Node, Node | null>>();
    const merged = new Map<string, JsonValue>();
    let depth = 0;
    for (const item of map.items) {
      const pair = item as Pair<Node, Node | null>;
      if (isMergePair(pair)) {
        this.#readMerge(pair, merged);
        depth = Math.max(depth, this.#depth - 1);
        continue;
      }
      const key = this.#readKey(pair);
      if (key === null) continue;
      const first = own.get(key);
      if (first !== undefined) {
        const message = `key "${key}" occurs twice; the last one counts`;
        this.#events.finding('yaml/duplicate-key', pair.key, [...this.#path, key], message, undefined, first.key);
      }
      own.set(key, pair);
    }
    const value = Object.create(null) as Record<string, JsonValue>;
    for (const [key, mergedValue] of merged) value[key] = mergedValue;
    for (const [key, pair] of own) {
      value[key] = this.#readAt(key, pair.value);
      depth = Math.max(depth, this.#depth);
    }
    this.#depth = depth + 1;
    return value;
  }

  #readKey(pair: Pair<Node, Node | null>): string | null {
    const key = isAlias(pair.key) ? this.#anchors.get(pair.key.source) : pair.key;
    if (isScalar(key) && !hasStandIn(String(key.value))) return String(key.value);
    if (isScalar(key)) {
      this.#report('yaml/key', pair.key, 'a key cannot come from the environment', 'write the key out');
      return null;
    }
    this.#report('yaml/key', isNode(pair.key) ? pair.key : (pair.value ?? pair.key), 'a key must be a plain text');
    return null;
  }

  /** `<<: *a`, `<<: [*a, *b]` (the first wins) or `<<: {…}`. */
  #readMerge(pair: Pair<Node, Node | null>, into: Map<string, JsonValue>): void {
    const value = this.#readAt('<<', pair.value);
    const maps = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
    for (const map of maps) {
      if (this.#isUseless) return;
      if (typeof map !== 'object' || map === null || Array.isArray(map)) {
        this.#report('yaml/merge', pair.value ?? pair.key, '"<<" takes a map, an alias of a map, or a list of these');
        continue;
      }
      for (const [key, merged] of Object.entries(map as Readonly<Record<string, JsonValue>>)) {
        if (!into.has(key)) into.set(key, merged);
      }
    }
  }

  #readScalar(node: Scalar): JsonValue {
    const source = typeof node.value === 'string' ? node.value : (node.source ?? '');
    const text = this.#events.expand(source, node, this.#path);
    if (node.tag !== undefined) return this.#readTagged(node, text);
    if (node.type !== Scalar.PLAIN) {
      this.#events.text(text, node, this.#path);
      return text;
    }
    const { value, surprise } = readPlainScalar(text);
    if (surprise !== null && text === source) {
      const message = `unquoted ${source} is ${surprise} to Kong, but text to newer YAML readers`;
      this.#report('yaml/ambiguous-scalar', node, message, `quote it if it is text, else write ${String(value)}`);
    }
    if (typeof value === 'string') this.#events.text(value, node, this.#path);
    return value;
  }

  #readTagged(node: Scalar, text: string): JsonValue {
    const name = (node.tag ?? '').replace(/^tag:yaml\.org,2002:/, '');
    if (name === 'str') {
      this.#events.text(text, node, this.#path);
      return text;
    }
    if (['int', 'float', 'bool', 'null'].includes(name)) return readPlainScalar(text).value;
    if (name === 'binary') return Buffer.from(text, 'base64').toString('utf8');
    this.#report('yaml/tag', node, `tag "${node.tag ?? ''}" has no meaning here; the value is taken as text`);
    return text;
  }

  #report(code: YamlValueCode, node: Node, message: string, hint?: string): void {
    this.#events.finding(code, node, [...this.#path], message, hint);
  }
}

/** Whether a pair is a merge key: an unquoted `<<`. */
export function isMergePair(pair: Pair<Node, Node | null>): boolean {
  return isScalar(pair.key) && pair.key.type === Scalar.PLAIN && pair.key.value === '<<';
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) || isPair(value);
}
