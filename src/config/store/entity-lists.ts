import type { EntitySet } from '../../entities/entity-set.ts';
import { type EntityKind, isRunKind } from '../../entities/kinds.ts';
import { noteChanges } from '../../lib/list-changes.ts';
import type { EntityChange } from '../edit/entity-change.ts';
import type { Row } from './entity-view.ts';

const none: readonly Row[] = [];

/** The entities of a kind, in the order of the config. */
export function rowsOf(entities: EntitySet, kind: EntityKind): readonly Row[] {
  const list: readonly unknown[] = (isRunKind(kind) ? entities[kind] : entities.others[kind]) ?? none;
  return list as readonly Row[];
}

/**
 * The config with some entities changed. Lists of kinds that did not change are the same lists, and entities that did
 * not change the same objects: compiling goes by that. New entities come last.
 */
export function withChanges(entities: EntitySet, changes: readonly EntityChange[]): EntitySet {
  const byKind = new Map<EntityKind, Map<string, Row | null>>();
  for (const { kind, id, after } of changes) {
    const rows = byKind.get(kind) ?? new Map<string, Row | null>();
    byKind.set(kind, rows.set(id, after));
  }
  const run: Partial<Record<EntityKind, readonly Row[]>> = {};
  const others: Partial<Record<EntityKind, readonly Row[]>> = {};
  for (const [kind, rows] of byKind) {
    const before = rowsOf(entities, kind);
    const after = changedList(before, rows);
    if (after !== before) (isRunKind(kind) ? run : others)[kind] = after;
  }
  // What stands in the lists of a kind is of its type: it was built as such.
  return { ...entities, ...run, others: withLists(entities.others, others) } as EntitySet;
}

/** Kinds without entities are left out. */
function withLists(all: EntitySet['others'], changed: Partial<Record<EntityKind, readonly Row[]>>): unknown {
  if (Object.keys(changed).length === 0) return all;
  return Object.fromEntries(Object.entries({ ...all, ...changed }).filter(([, rows]) => rows.length > 0));
}

/** Where entities stand in lists that were changed before. May be wrong, which is seen when it is looked there. */
const positions = new WeakMap<readonly Row[], Map<string, number>>();

function changedList(list: readonly Row[], changes: ReadonlyMap<string, Row | null>): readonly Row[] {
  const known = positions.get(list) ?? new Map(list.map(({ id }, index) => [id, index]));
  const isThere = (id: string): boolean => list[known.get(id) ?? -1]?.id === id;
  const kept = [...changes].filter(([id, row]) => row !== null || isThere(id));
  if (kept.length === 0) return list;
  if (kept.some(([, row]) => row === null)) return shorterList(list, changes);
  // A copy of the whole is much quicker than a look at each entity.
  const next = list.slice();
  const removed: Row[] = [];
  const added: Row[] = [];
  for (const [id, row] of kept) {
    if (row === null) continue;
    const index = known.get(id) ?? -1;
    const before = list[index];
    if (before === row) continue;
    if (before?.id === id) {
      removed.push(before);
      next[index] = row;
    } else known.set(id, next.push(row) - 1);
    added.push(row);
  }
  positions.set(next, known);
  noteChanges(list, next, { removed, added });
  return next;
}

function shorterList(list: readonly Row[], changes: ReadonlyMap<string, Row | null>): readonly Row[] {
  const left = new Map(changes);
  const next: Row[] = [];
  for (const row of list) {
    const after = left.get(row.id);
    left.delete(row.id);
    if (after !== null) next.push(after ?? row);
  }
  for (const row of left.values()) if (row !== null) next.push(row);
  return next;
}
