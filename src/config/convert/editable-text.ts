import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import type { JsonPath, JsonValue } from '../../lib/json.ts';
import { hasStandIn, hideTemplates } from '../env-template.ts';
import { type FoundNode, NodeFinder } from '../node-finder.ts';
import { parseFirstDocument } from '../yaml-syntax.ts';
import { isMergePair, ValueReader } from '../yaml-value.ts';
import { applyEdits, isSame, type TextEdit } from './text-edit.ts';

/** A map of the text, and one of its pairs. */
export interface PlacedPair {
  readonly map: YAMLMap;
  readonly key: Node;
  readonly value: Node | null;
}

/**
 * A YAML or JSON text that is changed at single places, everything else kept as written: comments, anchors, quotes,
 * layout. Paths lead through aliases and merge keys to where a value is written.
 */
export class EditableText {
  /** `null` when the text cannot be read. Templates are in it as stand-ins. */
  readonly value: JsonValue;
  readonly #text: string;
  readonly #reader: ValueReader;
  readonly #finder: NodeFinder;
  readonly #edits: TextEdit[] = [];

  /** `text` is without a byte order mark. */
  constructor(text: string) {
    this.#text = text;
    const { document } = parseFirstDocument(hideTemplates(text).text, new LineCounter());
    const nothing = (): void => undefined;
    this.#reader = new ValueReader({ finding: nothing, expand: (scalar) => scalar, text: nothing });
    const root = document?.contents ?? null;
    this.value = this.#reader.read(root);
    this.#finder = new NodeFinder(root, this.#reader);
  }

  /** The text with all changes made. */
  result(): string {
    return applyEdits(this.#text, this.#edits);
  }

  get isChanged(): boolean {
    return this.#edits.length > 0;
  }

  /** What a path leads to, and the aliases on the way. */
  find(path: JsonPath): FoundNode {
    return this.#finder.find(path);
  }

  /** Puts another text in place of a scalar, quoted as the old one. `false` when that cannot be done. */
  replaceScalar(path: JsonPath, text: string): boolean {
    const { value, isExact } = this.#finder.find(path);
    if (!isExact || !isScalar(value) || isOpaque(value)) return false;
    const range = rangeOf(value);
    const written = this.#text.slice(range.start, range.end);
    return this.#add({ ...range, text: quoteAlike(written, String(value.value), text) });
  }

  /** The pair at `path`, and the map that it is written in: behind a merge key that is another than the path says. */
  pairAt(path: JsonPath): PlacedPair | null {
    const { key, isExact } = this.#finder.find(path);
    if (!isExact || key === null || !isScalar(key)) return null;
    const map = this.#ownerOf(key, path);
    if (map === null) return null;
    const pair = pairsOf(map).find((candidate) => candidate.key === key);
    return pair === undefined ? null : { map, key, value: pair.value };
  }

  /** Gives a pair another key. `false` when the map has that key already. */
  renameKey({ map, key }: PlacedPair, name: string): boolean {
    if (pairsOf(map).some((pair) => isScalar(pair.key) && pair.key.value === name)) return false;
    const range = rangeOf(key);
    return this.#add({ ...range, text: quoteAlike(this.#text.slice(range.start, range.end), '', name) });
  }

  /** Takes a pair out, with the comment behind it. `false` when an anchor would go with it. */
  removePair(placed: PlacedPair): boolean {
    const { map, key, value } = placed;
    if (value !== null && this.#holdsAnchor(key, value)) return false;
    const pairs = pairsOf(map);
    const index = pairs.findIndex((pair) => pair.key === key);
    if (pairs.length === 1) return this.#add({ ...this.#wholeMap(map), text: '{}' });
    if (map.flow === true) return this.#removeFromFlow(pairs, index);
    const start = rangeOf(key).start;
    const lineStart = this.#text.lastIndexOf('\n', start - 1) + 1;
    const next = pairs[index + 1];
    if (this.#text.slice(lineStart, start).trim() === '') {
      return this.#add({ start: lineStart, end: this.#lineEnd(this.pairEnd(placed)), text: '' });
    }
    // The first pair of a list entry shares its line with the dash: the next one takes its place.
    return next === undefined ? false : this.#add({ start, end: rangeOf(next.key).start, text: '' });
  }

  /** Where the value of a pair ends, its comment not included. */
  pairEnd({ key, value }: Pick<PlacedPair, 'key' | 'value'>): number {
    return value === null ? rangeOf(key).end : this.endOf(value);
  }

  /** Where a value ends, its comment not included. */
  endOf(node: Node): number {
    const last = (isMap(node) || isSeq(node)) && node.flow !== true ? node.items.at(-1) : undefined;
    if (last === undefined) return rangeOf(node).end;
    return isSeq(node) ? this.endOf(last as Node) : this.pairEnd(last as YamlPair);
  }

  /** What stands in the text between two offsets. */
  slice(start: number, end?: number): string {
    return this.#text.slice(start, end);
  }

  /** Adds any change; `false` when it would touch the place of an earlier, different one. */
  edit(edit: TextEdit): boolean {
    return this.#add(edit);
  }

  /** Offset of the end of the line that `offset` is in, before the line break; the same at the start of a line. */
  endOfLine(offset: number): number {
    const end = this.#text.indexOf('\n', offset);
    const stop = end < 0 ? this.#text.length : end;
    return this.#text[stop - 1] === '\r' ? stop - 1 : stop;
  }

  /** Edits are kept in order and never overlap, so only the neighbours can be in the way. */
  #add(edit: TextEdit): boolean {
    let low = 0;
    let high = this.#edits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#edits[middle]?.start ?? 0) < edit.start) low = middle + 1;
      else high = middle;
    }
    const next = this.#edits[low];
    if (next !== undefined && isSame(edit, next)) return true;
    const previous = this.#edits[low - 1];
    // Something put in where another stretch begins does not touch it.
    const isBefore = next?.start === edit.start && next.end === next.start;
    const isInWay = next !== undefined && !isBefore && next.start < edit.end;
    if (isInWay || (previous !== undefined && edit.start < previous.end)) return false;
    this.#edits.splice(isBefore ? low + 1 : low, 0, edit);
    return true;
  }

  #ownerOf(key: Node, path: JsonPath): YAMLMap | null {
    const { value } = this.#finder.find(path.slice(0, -1));
    return isMap(value) ? this.#search(value, key) : null;
  }

  /** Looks for the map that holds `key`, in the map itself and in what is merged into it. */
  #search(map: YAMLMap, key: Node): YAMLMap | null {
    for (const pair of pairsOf(map)) {
      if (pair.key === key) return map;
      if (!isMergePair(pair) || pair.value === null) continue;
      const targets = isSeq(pair.value) ? (pair.value.items as Node[]) : [pair.value];
      for (const target of targets) {
        const merged = isAlias(target) ? this.#reader.target(target) : target;
        const found = isMap(merged) ? this.#search(merged, key) : null;
        if (found !== null) return found;
      }
    }
    return null;
  }

  #removeFromFlow(pairs: readonly YamlPair[], index: number): boolean {
    const pair = pairs[index];
    const before = pairs[index - 1];
    const after = pairs[index + 1];
    if (pair === undefined) return false;
    const start = before === undefined ? rangeOf(pair.key).start : this.pairEnd(before);
    const end = before === undefined && after !== undefined ? rangeOf(after.key).start : this.pairEnd(pair);
    return this.#add({ start, end, text: '' });
  }

  #wholeMap(map: YAMLMap): { readonly start: number; readonly end: number } {
    const last = pairsOf(map).at(-1);
    const range = rangeOf(map);
    return map.flow === true || last === undefined ? range : { start: range.start, end: this.pairEnd(last) };
  }

  /** Just after the line break that ends the line of `offset`. */
  #lineEnd(offset: number): number {
    if (offset > 0 && this.#text[offset - 1] === '\n') return offset;
    const end = this.#text.indexOf('\n', offset);
    return end < 0 ? this.#text.length : end + 1;
  }

  #holdsAnchor(key: Node, value: Node): boolean {
    const text = this.#text.slice(rangeOf(key).end, this.endOf(value));
    return /[:\s,[{-]&[^\s,[\]{}]/.test(text);
  }
}

type YamlPair = Pair<Node, Node | null>;

function pairsOf(map: YAMLMap): readonly YamlPair[] {
  return map.items as YamlPair[];
}

/** Where a node is written, its anchor and tag not included. */
export function rangeOf(node: Node): { readonly start: number; readonly end: number } {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

/** Whether the value depends on the environment, so that nobody can say what to make of it. */
function isOpaque(node: Node): boolean {
  return isScalar(node) && hasStandIn(String(node.value));
}

/** `text` in the quotes that `written` has; a plain one stays plain where that is safe. */
function quoteAlike(written: string, old: string, text: string): string {
  if (written.startsWith('"')) return JSON.stringify(text);
  const single = `'${text.replaceAll("'", "''")}'`;
  if (written.startsWith("'")) return single;
  if (/^[|>]/.test(written)) return `${JSON.stringify(text)}\n`;
  const isSafe = text === `~${old}` || /^[A-Za-z_/~][\w./~%-]*$/.test(text);
  return isSafe ? text : single;
}
