import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import type { Desk } from './desk.ts';
import { isSameValue } from './same-value.ts';
import { shortened } from './short-form.ts';
import { isScalarValue } from './write-scalar.ts';
import type { Tree } from './write-tree.ts';

/** Bigger lists than this are compared at their ends only: comparing all with all takes too long. */
const MAX_COMPARED = 1_000_000;

/** A list of a file, and what is to become of it; none of the three is empty. */
export interface ListChange {
  readonly path: JsonPath;
  readonly written: readonly JsonValue[];
  readonly before: readonly JsonValue[];
  readonly after: readonly JsonValue[];
  readonly schema: JsonSchema;
}

/** Edits a record that is an entry of the list. */
export type EditEntry = (
  desk: Desk,
  change: {
    readonly path: JsonPath;
    readonly written: JsonObject;
    readonly before: JsonObject;
    readonly after: JsonObject;
    readonly schema: JsonSchema;
    readonly base: undefined;
  },
) => void;

/** Edits a list entry by entry: those that stay keep their place in the text, with comments, references and quotes. */
export function editList(desk: Desk, change: ListChange, editEntry: EditEntry): void {
  const { path, written, after } = change;
  // Sets lose what they hold twice when they are loaded; then only the file knows which entry is where.
  const before = written.length === change.before.length ? change.before : written;
  const removed = new Set<number>();
  let from = 0;
  let to = 0;
  for (const [keptFrom, keptTo] of [...commonEntries(before, after), [before.length, after.length] as const]) {
    while (from < keptFrom && to < keptTo && replaceEntry(desk, change, before, [from, to], editEntry)) {
      from++;
      to++;
    }
    for (let index = from; index < keptFrom; index++) removed.add(index);
    const trees = after.slice(to, keptTo).map((value) => newEntry(desk, change, before, value));
    if (trees.length > 0) desk.editor.insertItems(path, keptFrom - 1, trees);
    from = keptFrom + 1;
    to = keptTo + 1;
  }
  if (removed.size > 0) desk.editor.removeItems(path, removed, 'kept');
}

/** Puts `after[to]` in the place of entry `from`; false when they are too unlike. */
function replaceEntry(
  desk: Desk,
  { path, written, after, schema }: ListChange,
  before: readonly JsonValue[],
  [from, to]: readonly [number, number],
  editEntry: EditEntry,
): boolean {
  const place = [...path, from];
  const [old = null, was = null, now = null] = [written[from], before[from], after[to]];
  if (isJsonObject(old) && isJsonObject(was) && isJsonObject(now)) {
    const items = isJsonObject(schema.items) ? schema.items : {};
    editEntry(desk, { path: place, written: old, before: was, after: now, schema: items, base: undefined });
    return true;
  }
  if (!isScalarValue(old) || !isScalarValue(now)) return false;
  const { tree, isLost } = desk.templates.replacement(desk.document, place, old, now);
  if (isLost) desk.lost(place);
  desk.editor.replaceItem(path, from, tree);
  return true;
}

/** An entry that has only moved is repeated as it is written: it may be a reference. */
function newEntry(desk: Desk, { path, schema }: ListChange, before: readonly JsonValue[], value: JsonValue): Tree {
  const index = before.findIndex((entry) => isSameValue(entry, value));
  const moved = index < 0 ? null : desk.editor.verbatim([...path, index]);
  if (moved !== null) return moved;
  const key = path.findLast((step) => typeof step === 'string') ?? '';
  return desk.templates.treeOf(desk.isExplicit ? value : shortened(schema.items, undefined, value), key);
}

/** The longest sequence of entries that both lists have in this order, as pairs of positions. */
function commonEntries(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
): readonly (readonly [number, number])[] {
  let start = 0;
  while (start < before.length && start < after.length && isSameValue(before[start], after[start])) start++;
  const head = Array.from({ length: start }, (_, index) => [index, index] as const);
  const rows = before.length - start;
  const columns = after.length - start;
  if (rows * columns > MAX_COMPARED || rows === 0 || columns === 0) return head;
  const lengths = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1));
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  const isEqual = (row: number, column: number): boolean => isSameValue(before[start + row], after[start + column]);
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const longest = isEqual(row, column)
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
      (lengths[row] as Uint32Array)[column] = longest;
    }
  }
  const pairs = [...head];
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (isEqual(row, column)) pairs.push([start + row++, start + column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row++;
    else column++;
  }
  return pairs;
}
