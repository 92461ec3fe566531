import { isMap, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { JsonPath } from '../../lib/json.ts';
import { EditableText, rangeOf } from '../convert/editable-text.ts';
import { isMergePair } from '../yaml-value.ts';
import { CannotEdit } from './cannot-edit.ts';
import { FlowEdits } from './flow-edits.ts';
import { TextChanges } from './text-changes.ts';
import { ValueEdits } from './value-edits.ts';
import { type Tree, TreeWriter, Verbatim } from './write-tree.ts';
import { keyOf, nth, pairsOf, runsOf, throughAlias, type YamlPair } from './yaml-nodes.ts';
import type { YamlStyle } from './yaml-style.ts';

/**
 * One file being edited: maps get, change and lose pairs, lists get and lose entries, and whatever is not touched stays
 * as it is, comments included. Several edits of one place in one go are refused by {@link CannotEdit}; so are those
 * through an alias or a merge key.
 */
export class FileEditor {
  readonly style: YamlStyle;
  readonly #text: string;
  readonly #editable: EditableText;
  readonly #changes: TextChanges;
  readonly #writer: TreeWriter;
  readonly #flow: FlowEdits;
  readonly #values: ValueEdits;

  /** `text` is without a byte order mark. */
  constructor(text: string) {
    this.#text = text;
    this.#editable = new EditableText(text);
    this.#changes = new TextChanges(text, this.#editable, this.#editable.find([]).value);
    this.style = this.#changes.style;
    this.#writer = new TreeWriter(this.style);
    this.#flow = new FlowEdits(text, this.#editable, this.#changes, this.#writer);
    this.#values = new ValueEdits(text, this.#editable, this.#changes, this.#writer);
  }

  /** The text with everything done. */
  result(): string {
    return this.#changes.result();
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
    const column = isBlock ? this.#changes.places.column(start) : this.#changes.places.indentOfLine(start);
    return new Verbatim(this.#text.slice(start, this.#changes.places.contentEnd(value)), column);
  }

  /** The same for an entry of a list, with the comments above and behind it. */
  verbatimItem(path: JsonPath, index: number): Verbatim | null {
    const item = this.verbatim([...path, index]);
    const list = this.#listAt(path);
    if (item === null) return null;
    if (list.flow === true) return new Verbatim(item.text, item.column, []);
    const { start, end } = this.itemRange(path, index);
    const from = rangeOf(list.items[index] as Node).start;
    const above = this.#text
      .slice(start, this.#changes.places.lineStart(this.#changes.places.dashOf(list, index)))
      .split('\n');
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
      else this.#values.replaceValue(map, pair, tree, [...path, key]);
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
      this.#flow.insertItems(list, position, trees, path);
      return;
    }
    const column = this.#changes.places.column(this.#changes.places.dashOf(list, 0));
    const before = list.items[position] as Node | undefined;
    const at =
      before === undefined
        ? this.#changes.places.lineStart(this.#changes.places.dashOf(list, 0))
        : this.#changes.places.nextLine(this.#changes.places.contentEnd(before));
    this.#changes.insertLines(at, path.length + 1, this.#writer.items(trees, column));
  }

  /** Where the entry of a list stands, with the comments right above it. */
  itemRange(path: JsonPath, index: number): { readonly start: number; readonly end: number } {
    const list = this.#listAt(path);
    const item = list.items[index] as Node;
    if (list.flow === true) return rangeOf(item);
    const dash = this.#changes.places.dashOf(list, index);
    const start = this.#changes.places.commentBlockStart(
      this.#changes.places.lineStart(dash),
      this.#changes.places.column(dash),
    );
    const end = this.#changes.places.deeperCommentsEnd(
      this.#changes.places.nextLine(this.#changes.places.contentEnd(item)),
      this.#changes.places.column(dash),
    );
    return { start, end };
  }

  /** Takes entries out, not all: with their comments, or with these left in their place. */
  removeItems(path: JsonPath, indexes: ReadonlySet<number>, comments: 'removed' | 'kept'): void {
    const list = this.#listAt(path);
    if (list.flow === true) {
      this.#flow.remove(list.items as Node[], indexes, path, (node) => [
        rangeOf(node).start,
        this.#editable.endOf(node),
      ]);
      return;
    }
    for (const index of indexes) {
      const dash = this.#changes.places.dashOf(list, index);
      if (comments === 'removed') {
        const range = this.itemRange(path, index);
        this.#changes.guarded(range.start, this.#changes.places.blankLineEnd(range), '', [...path, index]);
        continue;
      }
      const start = this.#changes.places.lineStart(dash);
      const end = this.#changes.places.nextLine(this.#changes.places.contentEnd(list.items[index] as Node));
      this.#changes.guarded(start, end, this.#changes.commentLines(start, end, this.#changes.places.column(dash)), [
        ...path,
        index,
      ]);
    }
  }

  /** Puts another value in place of the entry of a list. */
  replaceItem(path: JsonPath, index: number, tree: Tree): void {
    const item = this.#listAt(path).items[index] as Node;
    const { start } = rangeOf(item);
    this.#values.replaceScalar(item, tree, this.#changes.places.indentOfLine(start), [...path, index]);
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
    if (!this.#changes.marks.isUsedOutside(node.anchor, start, this.#editable.endOf(node))) return;
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
      this.#flow.addPairs(map, fresh, path);
      return;
    }
    const anchor = own.findLast((pair) => !last.has(keyOf(pair) ?? '')) ?? all.at(-1);
    if (anchor === undefined) return;
    const column = this.#changes.places.column(rangeOf(nth(all, 0).key).start);
    const text = ' '.repeat(column) + this.#writer.pairs(Object.fromEntries(fresh), column);
    this.#changes.insertLines(
      this.#changes.places.nextLine(this.#changes.places.pairContentEnd(anchor)),
      path.length + 1,
      text,
    );
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
    const column = this.#changes.places.column(rangeOf(nth(pairs, 0).key).start);
    const isAll = gone.size === pairs.length;
    if (map.flow === true) {
      if (isAll)
        this.#changes.guarded(
          rangeOf(map).start,
          rangeOf(map).end,
          this.#writer.flow(Object.fromEntries(fresh), 0),
          path,
        );
      else {
        const indexes = new Set([...gone].map((pair) => pairs.indexOf(pair)));
        const kept = pairs.filter((pair) => !gone.has(pair));
        this.#flow.remove(pairs, indexes, path, (pair) => [rangeOf(pair.key).start, this.#editable.pairEnd(pair)]);
        if (fresh.length > 0) this.#flow.addPairs(map, fresh, path, kept.at(-1));
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
    const lineStart = this.#changes.places.lineStart(start);
    const stop = this.#changes.places.nextLine(this.#changes.places.pairContentEnd(nth(pairs, end - 1)));
    const pad = ' '.repeat(column);
    if (this.#text.slice(lineStart, start).trim() === '') {
      const text =
        this.#changes.commentLines(lineStart, stop, column, isKept) + (added === '' ? '' : pad + added + newline);
      this.#changes.guarded(lineStart, stop, text, path);
      return;
    }
    // The first pair of a list entry shares its line with the dash: what comes next takes its place.
    const comments = this.#changes.commentLines(start, stop, column, isKept).trimStart();
    const next = pairs[end];
    if (next === undefined)
      this.#changes.guarded(start, stop, (comments === '' ? '' : comments + pad) + added + newline, path);
    else {
      const nextStart = this.#changes.places.lineStart(rangeOf(next.key).start);
      const between = this.#text.slice(stop, nextStart);
      const isPlain = comments === '' && added === '' && between.trim() === '';
      const replaced = comments + (comments === '' || added === '' ? '' : pad) + (added === '' ? '' : added + newline);
      if (isPlain) this.#changes.guarded(start, rangeOf(next.key).start, '', path);
      else if (replaced === '')
        this.#changes.guarded(start, stop + between.length - between.trimStart().length, '', path);
      else this.#changes.guarded(start, stop, replaced, path);
    }
  }
}
