import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import type { Row } from './entity-view.ts';

/** Fields that no two entities of a kind may share, with how the key of a row is made from them. */
export interface UniqueKey {
  readonly fields: readonly string[];
  /** `null` when the row takes part in no comparison. */
  keyOf(row: Row): string | null;
}

/** What a file may say twice and the Admin API may not: Kong's cache key of plugins, and who is in which group. */
const together: Partial<Record<EntityKind, readonly (readonly string[])[]>> = {
  plugins: [['name', 'service', 'route', 'consumer', 'consumer_group']],
  consumer_group_consumers: [['consumer', 'consumer_group']],
};

/** What must be unique among the entities of a kind, beside the id. */
export function uniqueKeysOf(kind: EntityKind): readonly UniqueKey[] {
  const { unique, uniqueTogether } = entityKinds[kind];
  return [
    ...unique.map((field) => ({ fields: [field], keyOf: (row: Row) => textOf(row[field]) })),
    ...[...uniqueTogether, ...(together[kind] ?? [])].map((fields) => ({
      fields,
      keyOf: (row: Row) => JSON.stringify(fields.map((field) => comparable(row[field]))),
    })),
  ];
}

/** The fields of a key as they stand in the row, for a message: references and `null` included. */
export function uniqueFieldsOf(kind: EntityKind, { fields }: UniqueKey, row: Row): JsonObject {
  const hidden = entityKinds[kind].hasSecretNames ? '[redacted]' : null;
  const shown = kind === 'plugins' && row.consumer_group === null ? fields.slice(0, -1) : fields;
  return Object.fromEntries(shown.map((field) => [field, hidden ?? row[field] ?? null]));
}

/** The id that a reference leads to; `null` for none. */
export function referredId(value: JsonValue | undefined): string | null {
  return isJsonObject(value) && typeof value.id === 'string' ? value.id.toLowerCase() : null;
}

/** What the references of an entity lead to, by field. */
export function referredIds(kind: EntityKind, fields: JsonObject): Readonly<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const field of Object.keys(entityKinds[kind].references)) {
    const id = referredId(fields[field]);
    if (id !== null) ids[field] = id;
  }
  return ids;
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function comparable(value: JsonValue | undefined): string | null {
  return textOf(value) ?? referredId(value);
}
