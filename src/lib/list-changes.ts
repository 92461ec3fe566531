/** What distinguishes two lists of objects, each object taken as itself. */
export interface ListChanges<Item extends object> {
  /** In the first list only, in its order. */
  readonly removed: readonly Item[];
  /** In the second list only, in its order. */
  readonly added: readonly Item[];
}

/** How far apart the two lists may drift before all that is left is compared as sets. */
const MAX_DRIFT = 64;

const none: ListChanges<never> = { removed: [], added: [] };

/** What is known of how a list was made from another one. The other may be gone: nobody compares with it then. */
const known = new WeakMap<
  readonly object[],
  { readonly before: WeakRef<readonly object[]>; readonly changes: unknown }
>();

/** Takes note of what {@link changesBetween} would find, for lists that are about to be compared, perhaps several times. */
export function noteChanges<Item extends object>(
  before: readonly Item[],
  after: readonly Item[],
  changes: ListChanges<Item>,
): void {
  known.set(after, { before: new WeakRef(before), changes });
}

/**
 * Compares two lists of which one was made from the other by a few changes: takes one comparison for each object that
 * they share, in the same order or nearly so. An object that only moved is no change.
 */
export function changesBetween<Item extends object>(
  before: readonly Item[],
  after: readonly Item[],
): ListChanges<Item> {
  if (before === after) return none;
  const noted = known.get(after);
  if (noted?.before.deref() === before) return noted.changes as ListChanges<Item>;
  const removed: Item[] = [];
  const added: Item[] = [];
  let [from, to] = [0, 0];
  while (from < before.length && to < after.length) {
    if (before[from] === after[to]) {
      from++;
      to++;
      continue;
    }
    const drift = driftAt(before, from, after, to);
    if (drift === null) break;
    for (let left = drift.removed; left > 0; left--) pushAt(removed, before, from++);
    for (let left = drift.added; left > 0; left--) pushAt(added, after, to++);
  }
  while (from < before.length) pushAt(removed, before, from++);
  while (to < after.length) pushAt(added, after, to++);
  return withoutMoved(removed, added);
}

/** How many objects to leave out on either side until the lists agree again; `null` when that is not near. */
function driftAt<Item extends object>(
  before: readonly Item[],
  from: number,
  after: readonly Item[],
  to: number,
): { readonly removed: number; readonly added: number } | null {
  for (let drift = 1; drift <= MAX_DRIFT; drift++) {
    const [left, right] = [before[from + drift], after[to + drift]];
    if (left !== undefined && left === right) return { removed: drift, added: drift };
    if (right !== undefined && right === before[from]) return { removed: 0, added: drift };
    if (left !== undefined && left === after[to]) return { removed: drift, added: 0 };
  }
  return null;
}

function withoutMoved<Item extends object>(removed: readonly Item[], added: readonly Item[]): ListChanges<Item> {
  if (removed.length === 0 || added.length === 0) return { removed, added };
  const [gone, come] = [new Set(removed), new Set(added)];
  return { removed: removed.filter((item) => !come.has(item)), added: added.filter((item) => !gone.has(item)) };
}

function pushAt<Item>(list: Item[], source: readonly Item[], index: number): void {
  const item = source[index];
  if (item !== undefined) list.push(item);
}
