import { isAlias, isMap, isPair, isScalar, isSeq, type Alias, type Node, type Pair, Scalar, type YAMLMap } from 'yaml';
import type { JsonPath, JsonValue } from '../lib/json.ts';
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

interface Read {
  readonly value: JsonValue;
  /** Values below and including this one, aliases counted in full. */
  readonly size: number;
  /** Levels of lists and maps. */
  readonly depth: number;
}

const nothing: Read = { value: null, size: 1, depth: 0 };

/**
 * Turns YAML nodes into plain values. Aliased nodes become shared objects, so nothing is copied; merge keys are
 * resolved; objects have no prototype, so a key `__proto__` is a key like any other.
 */
export class ValueReader {
  readonly #events: ValueEvents;
  readonly #anchors = new Map<string, Node>();
  readonly #targets = new Map<Alias, Node>();
  readonly #done = new Map<Node, Read>();
  readonly #open = new Set<Node>();
  readonly #path: (string | number)[] = [];
  #isUseless = false;

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
    return this.#read(node).value;
  }

  #read(node: Node | null): Read {
    if (node === null) return nothing;
    if (isAlias(node)) return this.#readAlias(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor === undefined) return this.#readContent(node);
    this.#anchors.set(anchor, node);
    this.#open.add(node);
    const read = this.#readContent(node);
    this.#open.delete(node);
    this.#done.set(node, read);
    return read;
  }

  #readAlias(alias: Alias): Read {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      this.#report('yaml/alias-unknown', alias, `alias "*${alias.source}" has no anchor "&${alias.source}" before it`);
      return nothing;
    }
    if (this.#open.has(target)) {
      this.#report('yaml/alias-cycle', alias, `alias "*${alias.source}" stands inside its own anchor`);
      return nothing;
    }
    this.#targets.set(alias, target);
    return this.#done.get(target) ?? nothing;
  }

  #readContent(node: Node): Read {
    if (isMap(node)) return this.#checked(node, this.#readMap(node));
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.#readAt(index, item as Node | null));
      return this.#checked(node, {
        value: items.map(({ value }) => value),
        size: sizeOf(items),
        depth: depthOf(items),
      });
    }
    return isScalar(node) ? { value: this.#readScalar(node), size: 1, depth: 0 } : nothing;
  }

  #readAt(step: string | number, node: Node | null): Read {
    this.#path.push(step);
    const read = this.#read(node);
    this.#path.pop();
    return read;
  }

  #checked(node: Node, read: Read): Read {
    const isTooBig = read.size > MAX_EXPANDED_VALUES;
    if (!isTooBig && read.depth <= MAX_DEPTH) return read;
    if (!this.#isUseless) {
      this.#isUseless = true;
      if (isTooBig) {
        const message = `aliases expand this document to more than ${MAX_EXPANDED_VALUES} values`;
        this.#report('yaml/alias-bomb', node, message);
      } else {
        this.#report('yaml/too-deep', node, `more than ${MAX_DEPTH} levels of lists and maps are no config`);
      }
    }
    return nothing;
  }

  #readMap(map: YAMLMap): Read {
    const own = new Map<string, Pair<Node, Node | null>>();
    const merged = new Map<string, JsonValue>();
    let size = 1;
    let depth = 0;
    for (const item of map.items) {
      const pair = item as Pair<Node, Node | null>;
      if (isMergePair(pair)) {
        const read = this.#readMerge(pair, merged);
        size += read.size;
        depth = Math.max(depth, read.depth - 1);
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
      const read = this.#readAt(key, pair.value);
      value[key] = read.value;
      size += read.size;
      depth = Math.max(depth, read.depth);
    }
    return { value, size, depth: depth + 1 };
  }

  #readKey(pair: Pair<Node, Node | null>): string | null {
    const key = isAlias(pair.key) ? this.#anchors.get(pair.key.source) : pair.key;
    if (isScalar(key)) return String(key.value);
    this.#report('yaml/key', isNode(pair.key) ? pair.key : (pair.value ?? pair.key), 'a key must be a plain text');
    return null;
  }

  /** `<<: *a`, `<<: [*a, *b]` (the first wins) or `<<: {…}`. */
  #readMerge(pair: Pair<Node, Node | null>, into: Map<string, JsonValue>): Read {
    const read = this.#readAt('<<', pair.value);
    const { value } = read;
    const maps = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
    for (const map of maps) {
      if (typeof map !== 'object' || map === null || Array.isArray(map)) {
        this.#report('yaml/merge', pair.value ?? pair.key, '"<<" takes a map, an alias of a map, or a list of these');
        continue;
      }
      for (const [key, merged] of Object.entries(map as Readonly<Record<string, JsonValue>>)) {
        if (!into.has(key)) into.set(key, merged);
      }
    }
    return read;
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
    if (name === 'str') return text;
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

function sizeOf(reads: readonly Read[]): number {
  return reads.reduce((total, { size }) => total + size, 1);
}

function depthOf(reads: readonly Read[]): number {
  return reads.reduce((deepest, { depth }) => Math.max(deepest, depth), 0) + 1;
}
