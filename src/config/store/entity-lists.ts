import type { EntitySet } from '../../entities/entity-set.ts';
import { type EntityKind, isRunKind } from '../../entities/kinds.ts';
import type { EntityChange } from '../edit/entity-change.ts';
import type { Row } from './entity-view.ts';

/** The entities of a kind, in the order of the config. */
export function rowsOf(entities: EntitySet, kind: EntityKind): readonly Row[] {
  const list: readonly unknown[] = (isRunKind(kind) ? entities[kind] : entities.others[kind]) ?? [];
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

function changedList(list: readonly Row[], changes: ReadonlyMap<string, Row | null>): readonly Row[] {
  const left = new Map(changes);
  let isChanged = false;
  const next: Row[] = [];
  for (const row of list) {
    const after = left.size === 0 ? undefined : left.get(row.id);
    if (after === undefined) {
      next.push(row);
      continue;
    }
    left.delete(row.id);
    if (after !== row) isChanged = true;
    if (after !== null) next.push(after);
  }
  for (const row of left.values()) if (row !== null) next.push(row);
  return isChanged || next.length !== list.length ? next : list;
}
