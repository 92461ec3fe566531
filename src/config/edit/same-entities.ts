import { allKinds, type EntityKind, isRunKind } from '../../entities/kinds.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { isSameValue } from './same-value.ts';

/** An entity in which two configs differ. */
export interface EntityDifference {
  readonly kind: EntityKind;
  readonly id: string;
  /** `null` when one of the configs does not have it at all. */
  readonly field: string | null;
}

/**
 * The first difference between two configs; `null` when there is none. Times make none, nor does the order of lists;
 * a membership is its two ends.
 */
export function firstDifference(one: EntitySet, other: EntitySet): EntityDifference | null {
  for (const kind of allKinds) {
    const [a, b] = [rowsOf(one, kind), rowsOf(other, kind)];
    if (a === b) continue;
    const rest = new Map(b.map((row) => [keyOf(kind, row), row]));
    for (const row of a) {
      const key = keyOf(kind, row);
      const twin = rest.get(key);
      rest.delete(key);
      const field = twin === undefined ? null : differentField(kind, row, twin);
      if (twin === undefined || field !== null) return { kind, id: rowId(row), field };
    }
    for (const row of rest.values()) return { kind, id: rowId(row), field: null };
  }
  return null;
}

/** The entities of a kind. */
export function rowsOf(entities: EntitySet, kind: EntityKind): readonly JsonObject[] {
  const list: readonly unknown[] = isRunKind(kind) ? entities[kind] : (entities.others[kind] ?? []);
  return list as readonly JsonObject[];
}

function keyOf(kind: EntityKind, row: JsonObject): string {
  const [consumer, group] = [row.consumer, row.consumer_group].map((end) => (isJsonObject(end) ? rowId(end) : ''));
  if (kind === 'consumer_group_consumers') return `${consumer ?? ''} ${group ?? ''}`;
  // Ids that Kong makes for plugins do not tell consumer groups apart.
  return kind === 'plugins' ? `${rowId(row).toLowerCase()} ${group ?? ''}` : rowId(row).toLowerCase();
}

/** The id of a row or a reference. */
export function rowId({ id }: JsonObject): string {
  return typeof id === 'string' ? id : '';
}

function differentField(kind: EntityKind, a: JsonObject, b: JsonObject): string | null {
  if (a === b || kind === 'consumer_group_consumers') return null;
  const keys = Object.keys({ ...a, ...b });
  return keys.find((key) => !unheeded.has(key) && !isSameField(key, a[key], b[key])) ?? null;
}

/** Tags are a set: those that a file gives to all of its entities come last. */
function isSameField(key: string, a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (key !== 'tags' || !Array.isArray(a) || !Array.isArray(b)) return isSameValue(a, b);
  return isSameValue([...(a as readonly JsonValue[])].sort(), [...(b as readonly JsonValue[])].sort());
}

const unheeded: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at']);
