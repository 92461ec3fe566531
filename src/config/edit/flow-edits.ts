import { type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { JsonPath } from '../../lib/json.ts';
import { type EditableText, rangeOf } from '../convert/editable-text.ts';
import type { TextChanges } from './text-changes.ts';
import type { Tree, TreeWriter } from './write-tree.ts';
import { runsOf, type YamlPair } from './yaml-nodes.ts';

/** Edits of maps and lists in brackets. */
export class FlowEdits {
  readonly #text: string;
  readonly #editable: EditableText;
  readonly #changes: TextChanges;
  readonly #writer: TreeWriter;

  constructor(text: string, editable: EditableText, changes: TextChanges, writer: TreeWriter) {
    this.#text = text;
    this.#editable = editable;
    this.#changes = changes;
    this.#writer = writer;
  }

  addPairs(map: YAMLMap, fresh: readonly (readonly [string, Tree])[], path: JsonPath, after?: YamlPair): void {
    const anchor = after ?? (map.items as YamlPair[]).at(-1);
    const { start, end } = rangeOf(map);
    const column = this.#changes.places.indentOfLine(start);
    if (anchor === undefined) {
      this.#changes.edit(start, end, this.#writer.flow(Object.fromEntries(fresh), column), path);
      return;
    }
    const inner = this.#changes.places.indentOfLine(rangeOf(anchor.key).start);
    const pairs = fresh.map(([key, tree]) => `${this.#writer.flow(key, 0)}: ${this.#writer.flow(tree, inner)}`);
    this.#appendInFlow(start, this.#editable.pairEnd(anchor), end, pairs, path);
  }

  insertItems(list: YAMLSeq, position: number, trees: readonly Tree[], path: JsonPath): void {
    const { start, end } = rangeOf(list);
    const items = list.items as Node[];
    const before = items[position];
    const [next] = items;
    if (next === undefined) {
      this.#changes.edit(start, end, this.#writer.flow(trees, this.#changes.places.indentOfLine(start)), path);
      return;
    }
    const column = this.#changes.places.indentOfLine(rangeOf(before ?? next).start);
    const parts = trees.map((tree) => this.#writer.flow(tree, column));
    if (before === undefined)
      this.#changes.edit(rangeOf(next).start, rangeOf(next).start, `${parts.join(', ')}, `, path);
    else this.#appendInFlow(start, this.#editable.endOf(before), end, parts, path);
  }

  /** Entries behind another one, each on a line of its own where those before are. */
  #appendInFlow(open: number, at: number, close: number, parts: readonly string[], path: JsonPath): void {
    const isSpread = /^[ \t]*(?:#[^\n]*)?\r?\n/.test(this.#text.slice(open + 1, close));
    const lead = isSpread ? this.#changes.style.newline + ' '.repeat(this.#changes.places.indentOfLine(at)) : ' ';
    this.#changes.edit(at, at, parts.map((part) => `,${lead}${part}`).join(''), path);
  }

  remove<Item>(
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
      const comments = this.#changes.marks.commentsIn(from, to).map(({ text }) => text);
      const pad = this.#changes.style.newline + ' '.repeat(this.#changes.places.indentOfLine(from));
      this.#changes.guarded(from, to, comments.length === 0 ? '' : ` ${comments.join(pad)}${pad}`, path);
    }
  }
}
