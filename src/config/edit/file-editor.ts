import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { JsonPath } from '../../lib/json.ts';
import { EditableText, rangeOf } from '../convert/editable-text.ts';
import { isMergePair } from '../yaml-value.ts';
import { CannotEdit } from './cannot-edit.ts';
import { TextMarks } from './text-marks.ts';
import { TextPlaces } from './text-places.ts';
import { isScalarValue, scalarLike } from './write-scalar.ts';
import { type Tree, TreeWriter, Verbatim } from './write-tree.ts';
import {
  isBlockScalar,
  isFlow,
  isOneLine,
  keyOf,
  nth,
  pairsOf,
  runsOf,
  staysFlow,
  throughAlias,
  type YamlPair,
} from './yaml-nodes.ts';
import { styleOf, type YamlStyle } from './yaml-style.ts';

/** Lines to be put in at an offset. Of several at one place the deeper ones come first: they end what is above. */
interface Insertion {
  readonly at: number;
  readonly depth: number;
  readonly text: string;
}

/**
 * One file being edited: maps get, change and lose pairs, lists get and lose entries, and whatever is not touched stays
 * as it is, comments included. Several edits of one place in one go are refused by {@link CannotEdit}; so are those
 * through an alias or a merge key.
 */
export class FileEditor {
  readonly style: YamlStyle;
  readonly #text: string;
  readonly #editable: EditableText;
  readonly #places: TextPlaces;
  readonly #marks: TextMarks;
  readonly #writer: TreeWriter;
  readonly #insertions: Insertion[] = [];

  /** `text` is without a byte order mark. */
  constructor(text: string) {
    this.#text = text;
    this.#editable = new EditableText(text);
    this.#places = new TextPlaces(text, this.#editable);
    const root = this.#editable.find([]).value;
    this.style = styleOf(text, root);
    this.#marks = new TextMarks(text, root);
    this.#writer = new TreeWriter(this.style);
  }

  /** The text with everything done. */
  result(): string {
    for (const [at, text] of this.#insertionsByPlace()) this.#edit(at, at, text, []);
    this.#insertions.length = 0;
    return this.#editable.result();
  }

  /** Whether entries can be added to the map or list at `path` without touching what an alias shares. */
  isOwn(path: JsonPath): boolean {
    for (let length = path.length; length >= 0; length--) {
      const { isExact, via } = this.#editable.find(path.slice(0, length));
      if (isExact) return via.length === 0;
    }
    return false;
  }

  /** Whether entries of the list `key` in the map at `owner` are, or would be, written in brackets. */
  isInBrackets(owner: JsonPath, key: string): boolean {
    const map = this.nodeAt(owner);
    const list = this.nodeAt([...owner, key]);
    return (isMap(map) && map.flow === true) || (isSeq(list) && list.flow === true && list.items.length > 0);
  }

  /** The node at `path`, as it stands there: `null` when there is none. */
  nodeAt(path: JsonPath): Node | null {
    const { isExact, value } = this.#editable.find(path);
    return isExact ? value : null;
  }

  /** The value at `path` as written, to be repeated elsewhere; `null` when there is none or an alias has a part in it. */
  verbatim(path: JsonPath): Verbatim | null {
    const { isExact, value, via } = this.#editable.find(path);
    if (!isExact || value === null || via.length > 0) return null;
    const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true;
    if (isBlock && this.style.isJson) return null;
    const { start } = rangeOf(value);
    const column = isBlock ? this.#places.column(start) : this.#places.indentOfLine(start);
    return new Verbatim(this.#text.slice(start, this.#places.contentEnd(value)), column);
  }

  /** The same for an entry of a list, with the comments above and behind it. */
  verbatimItem(path: JsonPath, index: number): Verbatim | null {
    const item = this.verbatim([...path, index]);
    const list = this.#listAt(path);
    if (item === null) return null;
    if (list.flow === true) return new Verbatim(item.text, item.column, []);
    const { start, end } = this.itemRange(path, index);
    const from = rangeOf(list.items[index] as Node).start;
    const above = this.#text.slice(start, this.#places.lineStart(this.#places.dashOf(list, index))).split('\n');
    const comments = above.map((line) => line.trim()).filter((line) => line !== '');
    return new Verbatim(this.#text.slice(from, end), item.column, comments);
  }

  /** Sets and removes pairs of the map at `path`. New ones come before the `last` keys: lists of entities. */
  setPairs(path: JsonPath, pairs: ReadonlyMap<string, Tree | undefined>, last: ReadonlySet<string>): void {
    const map = this.#mapAt(path);
    const own = pairsOf(map);
    const fresh: [string, Tree][] = [];
    const gone = new Set<YamlPair>();
    for (const [key, tree] of pairs) {
      const pair = own.findLast((candidate) => keyOf(candidate) === key);
      if (pair === undefined) {
        this.#refuseMerged(map, path, key);
        if (tree !== undefined) fresh.push([key, tree]);
      } else if (tree === undefined) gone.add(pair);
      else this.#replaceValue(map, pair, tree, [...path, key]);
    }
    if (gone.size > 0) this.#removePairs(map, gone, fresh, path);
    else if (fresh.length > 0) this.#addPairs(map, own, fresh, path, last);
  }

  /** Takes the pair `key` out of the map at `path`; comments for which `isKept` says no go with it. */
  removePair(path: JsonPath, key: string, isKept: (offset: number) => boolean): void {
    const map = this.#mapAt(path);
    const pair = pairsOf(map).findLast((candidate) => keyOf(candidate) === key);
    if (pair !== undefined) this.#removePairs(map, new Set([pair]), [], path, isKept);
  }

  /** Puts entries behind the one at `position`: -1 is the start of the list. */
  insertItems(path: JsonPath, position: number, trees: readonly Tree[]): void {
    const list = this.#listAt(path);
    if (list.flow === true || list.items.length === 0) {
      this.#insertIntoFlow(list, position, trees, path);
      return;
    }
    const column = this.#places.column(this.#places.dashOf(list, 0));
    const before = list.items[position] as Node | undefined;
    const at =
      before === undefined
        ? this.#places.lineStart(this.#places.dashOf(list, 0))
        : this.#places.nextLine(this.#places.contentEnd(before));
    this.#insertLines(at, path.length + 1, this.#writer.items(trees, column));
  }

  /** Where the entry of a list stands, with the comments right above it. */
  itemRange(path: JsonPath, index: number): { readonly start: number; readonly end: number } {
    const list = this.#listAt(path);
    const item = list.items[index] as Node;
    if (list.flow === true) return rangeOf(item);
    const dash = this.#places.dashOf(list, index);
    const start = this.#places.commentBlockStart(this.#places.lineStart(dash), this.#places.column(dash));
    const end = this.#places.deeperCommentsEnd(
      this.#places.nextLine(this.#places.contentEnd(item)),
      this.#places.column(dash),
    );
    return { start, end };
  }

  /** Takes entries out, not all: with their comments, or with these left in their place. */
  removeItems(path: JsonPath, indexes: ReadonlySet<number>, comments: 'removed' | 'kept'): void {
    const list = this.#listAt(path);
    if (list.flow === true) {
      this.#removeFromFlow(list.items as Node[], indexes, path, (node) => [
        rangeOf(node).start,
        this.#editable.endOf(node),
      ]);
      return;
    }
    for (const index of indexes) {
      const dash = this.#places.dashOf(list, index);
      if (comments === 'removed') {
        const range = this.itemRange(path, index);
        this.#guarded(range.start, this.#places.blankLineEnd(range), '', [...path, index]);
        continue;
      }
      const start = this.#places.lineStart(dash);
      const end = this.#places.nextLine(this.#places.contentEnd(list.items[index] as Node));
      this.#guarded(start, end, this.#commentLines(start, end, this.#places.column(dash)), [...path, index]);
    }
  }

  /** Puts another value in place of the entry of a list. */
  replaceItem(path: JsonPath, index: number, tree: Tree): void {
    const item = this.#listAt(path).items[index] as Node;
    const { start } = rangeOf(item);
    this.#replaceScalar(item, tree, this.#places.indentOfLine(start), [...path, index]);
  }

  #mapAt(path: JsonPath): YAMLMap {
    const value = this.#ownNode(path);
    if (!isMap(value)) throw new CannotEdit('there is no map to write it in', path);
    return value;
  }

  #listAt(path: JsonPath): YAMLSeq {
    const value = this.#ownNode(path);
    if (!isSeq(value)) throw new CannotEdit('there is no list to write it in', path);
    return value;
  }

  #ownNode(path: JsonPath): Node | null {
    const { value, via, isExact } = this.#editable.find(path);
    const [alias] = via;
    if (alias !== undefined) throw new CannotEdit(throughAlias(alias.source), path, rangeOf(alias).start);
    for (let length = 1; length <= path.length; length++) this.#refuseShared(path.slice(0, length));
    return isExact ? value : null;
  }

  /** What an alias repeats elsewhere would change there, too. */
  #refuseShared(path: JsonPath): void {
    const node = this.nodeAt(path);
    if (!(isMap(node) || isSeq(node)) || node.anchor === undefined) return;
    const { start } = rangeOf(node);
    if (!this.#marks.isUsedOutside(node.anchor, start, this.#editable.endOf(node))) return;
    throw new CannotEdit(`an alias repeats its anchor "&${node.anchor}" elsewhere`, path, start);
  }

  #refuseMerged(map: YAMLMap, path: JsonPath, key: string): void {
    if (!this.#editable.find([...path, key]).isExact) return;
    const merge = (map.items as YamlPair[]).find(isMergePair);
    if (merge === undefined) return;
    throw new CannotEdit(`"${key}" comes out of the merge key "<<"`, [...path, key], rangeOf(merge.key).start);
  }

  #addPairs(
    map: YAMLMap,
    own: readonly YamlPair[],
    fresh: readonly (readonly [string, Tree])[],
    path: JsonPath,
    last: ReadonlySet<string>,
  ): void {
    const all = map.items as YamlPair[];
    if (map.flow === true || all.length === 0) {
      this.#addToFlow(map, fresh, path);
      return;
    }
    const anchor = own.findLast((pair) => !last.has(keyOf(pair) ?? '')) ?? all.at(-1);
    if (anchor === undefined) return;
    const column = this.#places.column(rangeOf(nth(all, 0).key).start);
    const text = ' '.repeat(column) + this.#writer.pairs(Object.fromEntries(fresh), column);
    this.#insertLines(this.#places.nextLine(this.#places.pairContentEnd(anchor)), path.length + 1, text);
  }

  /** In place of a pair that goes another may stand, so that the map does not get empty in between. */
  #removePairs(
    map: YAMLMap,
    gone: ReadonlySet<YamlPair>,
    fresh: readonly (readonly [string, Tree])[],
    path: JsonPath,
    isKept: (offset: number) => boolean = () => true,
  ): void {
    const pairs = map.items as YamlPair[];
    const column = this.#places.column(rangeOf(nth(pairs, 0).key).start);
    const isAll = gone.size === pairs.length;
    if (map.flow === true) {
      if (isAll)
        this.#guarded(rangeOf(map).start, rangeOf(map).end, this.#writer.flow(Object.fromEntries(fresh), 0), path);
      else {
        const indexes = new Set([...gone].map((pair) => pairs.indexOf(pair)));
        const kept = pairs.filter((pair) => !gone.has(pair));
        this.#removeFromFlow(pairs, indexes, path, (pair) => [rangeOf(pair.key).start, this.#editable.pairEnd(pair)]);
        if (fresh.length > 0) this.#addToFlow(map, fresh, path, kept.at(-1));
      }
      return;
    }
    let added = fresh.length === 0 ? '' : this.#writer.pairs(Object.fromEntries(fresh), column);
    if (isAll && added === '') added = '{}';
    for (const [first, end] of runsOf(pairs, gone)) {
      this.#removeRun(pairs, first, end, added, column, isKept, path);
      added = '';
    }
  }

  /** Takes out the pairs from `first` to before `end`, which stand one below the other. */
  #removeRun(
    pairs: readonly YamlPair[],
    first: number,
    end: number,
    added: string,
    column: number,
    isKept: (offset: number) => boolean,
    path: JsonPath,
  ): void {
    const { newline } = this.style;
    const start = rangeOf(nth(pairs, first).key).start;
    const lineStart = this.#places.lineStart(start);
    const stop = this.#places.nextLine(this.#places.pairContentEnd(nth(pairs, end - 1)));
    const pad = ' '.repeat(column);
    if (this.#text.slice(lineStart, start).trim() === '') {
      const text = this.#commentLines(lineStart, stop, column, isKept) + (added === '' ? '' : pad + added + newline);
      this.#guarded(lineStart, stop, text, path);
      return;
    }
    // The first pair of a list entry shares its line with the dash: what comes next takes its place.
    const comments = this.#commentLines(start, stop, column, isKept).trimStart();
    const next = pairs[end];
    if (next === undefined) this.#guarded(start, stop, (comments === '' ? '' : comments + pad) + added + newline, path);
    else {
      const nextStart = this.#places.lineStart(rangeOf(next.key).start);
      const between = this.#text.slice(stop, nextStart);
      const isPlain = comments === '' && added === '' && between.trim() === '';
      const replaced = comments + (comments === '' || added === '' ? '' : pad) + (added === '' ? '' : added + newline);
      if (isPlain) this.#guarded(start, rangeOf(next.key).start, '', path);
      else if (replaced === '') this.#guarded(start, stop + between.length - between.trimStart().length, '', path);
      else this.#guarded(start, stop, replaced, path);
    }
  }

  #replaceValue(map: YAMLMap, pair: YamlPair, tree: Tree, path: JsonPath): void {
    const column = this.#places.column(rangeOf(pair.key).start);
    const { value } = pair;
    const isEmpty = value === null || (isScalar(value) && rangeOf(value).start === rangeOf(value).end);
    if (!isEmpty && (map.flow === true || staysFlow(value, tree) || (isScalar(value) && isOneLine(tree)))) {
      this.#replaceScalar(
        value,
        tree,
        map.flow === true ? this.#places.indentOfLine(rangeOf(pair.key).start) : column,
        path,
      );
      return;
    }
    if (isAlias(value)) throw new CannotEdit(throughAlias(value.source), path, rangeOf(value).start);
    const colon = this.#text.indexOf(':', rangeOf(pair.key).end) + 1;
    if (map.flow === true) {
      this.#edit(colon, colon, ` ${this.#writer.flow(tree, this.#places.indentOfLine(rangeOf(pair.key).start))}`, path);
      return;
    }
    this.#replaceBlock(isEmpty ? null : value, colon, tree, column, path);
  }

  /** A value that is, or becomes, several lines. What is said on the line of its key stays there. */
  #replaceBlock(value: Node | null, colon: number, tree: Tree, column: number, path: JsonPath): void {
    const isCollection = value !== null && !isScalar(value) && !isFlow(value);
    const start = value === null ? colon : rangeOf(value).start;
    const end = value === null ? colon : this.#places.contentEnd(value);
    const isBelow = isCollection || this.#text.slice(colon, start).includes('\n');
    if (value !== null) this.#refuseProperties(value, colon, path);
    let text = this.#writer.afterKey(tree, column);
    const keyLineEnd = this.#editable.endOfLine(colon);
    const [, head = '', body = ''] = /^([^\r\n]*)([^]*)$/.exec(text) ?? [];
    text = body;
    if (head !== '') this.#edit(colon, isBelow ? colon : end, head, path);
    else if (!isBelow && end > colon) this.#guarded(colon, end, '', path);
    const below = Math.max(keyLineEnd, this.#editable.endOfLine(end));
    if (isBelow) {
      const comments = this.#commentLines(keyLineEnd, below, column + this.style.indent).trimEnd();
      this.#guarded(keyLineEnd, below, text + (comments === '' ? '' : this.style.newline + comments), path);
    } else if (text !== '') this.#edit(below, below, text, path);
  }

  /** Puts a value in place of one that stays on its line: a scalar, or one in brackets. */
  #replaceScalar(value: Node, tree: Tree, column: number, path: JsonPath): void {
    if (isAlias(value)) throw new CannotEdit(throughAlias(value.source), path, rangeOf(value).start);
    const { start, end } = rangeOf(value);
    const written = this.#text.slice(start, end);
    const isBlock = isScalar(value) && isBlockScalar(value);
    if (isScalar(value) && value.tag !== undefined) throw new CannotEdit(`it has the tag "${value.tag}"`, path, start);
    const context = this.style.isJson ? 'json' : isScalar(value) && !this.#isInFlow(path) ? 'block' : 'flow';
    const text = isScalarValue(tree)
      ? scalarLike(isBlock ? '' : written, tree, context)
      : this.#writer.flow(tree, column);
    const last = isBlock ? start + written.trimEnd().length : end;
    const kept = this.#commentLines(start, last, column).trim();
    this.#guarded(start, last, kept === '' ? text : `${text} ${kept}`, path);
  }

  #isInFlow(path: JsonPath): boolean {
    const parent = this.nodeAt(path.slice(0, -1));
    return (isMap(parent) || isSeq(parent)) && parent.flow === true;
  }

  #refuseProperties(value: Node, colon: number, path: JsonPath): void {
    const { start } = rangeOf(value);
    const before = this.#text.slice(colon, start).replace(/#[^\n]*/g, '');
    if (/[&!]/.test(before)) throw new CannotEdit('its value has an anchor or a tag', path, start);
  }

  #addToFlow(map: YAMLMap, fresh: readonly (readonly [string, Tree])[], path: JsonPath, after?: YamlPair): void {
    const anchor = after ?? (map.items as YamlPair[]).at(-1);
    const { start, end } = rangeOf(map);
    const column = this.#places.indentOfLine(start);
    if (anchor === undefined) {
      this.#edit(start, end, this.#writer.flow(Object.fromEntries(fresh), column), path);
      return;
    }
    const inner = this.#places.indentOfLine(rangeOf(anchor.key).start);
    const pairs = fresh.map(([key, tree]) => `${this.#writer.flow(key, 0)}: ${this.#writer.flow(tree, inner)}`);
    this.#appendInFlow(start, this.#editable.pairEnd(anchor), end, pairs, path);
  }

  #insertIntoFlow(list: YAMLSeq, position: number, trees: readonly Tree[], path: JsonPath): void {
    const { start, end } = rangeOf(list);
    const items = list.items as Node[];
    const before = items[position];
    const [next] = items;
    if (next === undefined) {
      this.#edit(start, end, this.#writer.flow(trees, this.#places.indentOfLine(start)), path);
      return;
    }
    const column = this.#places.indentOfLine(rangeOf(before ?? next).start);
    const parts = trees.map((tree) => this.#writer.flow(tree, column));
    if (before === undefined) this.#edit(rangeOf(next).start, rangeOf(next).start, `${parts.join(', ')}, `, path);
    else this.#appendInFlow(start, this.#editable.endOf(before), end, parts, path);
  }

  /** Entries behind another one, each on a line of its own where those before are. */
  #appendInFlow(open: number, at: number, close: number, parts: readonly string[], path: JsonPath): void {
    const isSpread = /^[ \t]*(?:#[^\n]*)?\r?\n/.test(this.#text.slice(open + 1, close));
    const lead = isSpread ? this.style.newline + ' '.repeat(this.#places.indentOfLine(at)) : ' ';
    this.#edit(at, at, parts.map((part) => `,${lead}${part}`).join(''), path);
  }

  #removeFromFlow<Item>(
    items: readonly Item[],
    gone: ReadonlySet<number>,
    path: JsonPath,
    rangeOfItem: (item: Item) => readonly [number, number],
  ): void {
    const marked = new Set(items.filter((_, index) => gone.has(index)));
    for (const [first, end] of runsOf(items, marked)) {
      const before = items[first - 1];
      const after = items[end];
      const from = before === undefined ? rangeOfItem(items[first] as Item)[0] : rangeOfItem(before)[1];
      const isAtStart = before === undefined && after !== undefined;
      const to = isAtStart ? rangeOfItem(after)[0] : rangeOfItem(items[end - 1] as Item)[1];
      const comments = this.#marks.commentsIn(from, to).map(({ text }) => text);
      const pad = this.style.newline + ' '.repeat(this.#places.indentOfLine(from));
      this.#guarded(from, to, comments.length === 0 ? '' : ` ${comments.join(pad)}${pad}`, path);
    }
  }

  /** Comments of a stretch as lines of their own. */
  #commentLines(start: number, end: number, column: number, isKept: (offset: number) => boolean = () => true): string {
    const kept = this.#marks.commentsIn(start, end).filter((comment) => isKept(comment.start));
    return kept.map(({ text }) => ' '.repeat(column) + text + this.style.newline).join('');
  }

  #insertLines(at: number, depth: number, text: string): void {
    this.#insertions.push({ at, depth, text });
  }

  /** At the end of a text without a last line break the line comes behind one. */
  #insertionsByPlace(): ReadonlyMap<number, string> {
    const { newline } = this.style;
    const places = new Map<number, string[]>();
    for (const { at, text } of [...this.#insertions].sort((a, b) => b.depth - a.depth)) {
      const texts = places.get(at);
      if (texts === undefined) places.set(at, [text]);
      else texts.push(text);
    }
    return new Map(
      [...places].map(([at, texts]) => {
        const text = texts.join(newline);
        const isLineStart = at === 0 || this.#text[at - 1] === '\n';
        return [at, isLineStart ? text + newline : newline + text];
      }),
    );
  }

  /** An edit that takes something away, which no alias may need. */
  #guarded(start: number, end: number, text: string, path: JsonPath): void {
    const anchor = this.#marks.sharedAnchor(start, end);
    if (anchor !== null) throw new CannotEdit(`an alias uses the anchor "&${anchor}" in it`, path, start);
    this.#edit(start, end, text, path);
  }

  #edit(start: number, end: number, text: string, path: JsonPath): void {
    if (start === end && text === '') return;
    if (!this.#editable.edit({ start, end, text }))
      throw new CannotEdit('another change is made at this place', path, start);
  }
}
