import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';

/** A field that differs; `null` for one that is not set. */
export interface FieldChange {
  readonly path: JsonPath;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

/** Lists in which only what is in them counts, not the order: Kong's sets. */
const sets = new Set([
  'tags',
  'protocols',
  'methods',
  'snis',
  'sources',
  'destinations',
  'http_statuses',
  'ca_certificates',
]);

/**
 * The fields in which two records differ, records inside them gone through key by key, lists as a whole. Fields that
 * are left out count as `null`; `enums` are names of further lists whose order does not matter.
 */
export function fieldChanges(
  before: JsonObject,
  after: JsonObject,
  enums: ReadonlySet<string> = new Set(),
  at: JsonPath = [],
): readonly FieldChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const from = Object.hasOwn(before, key) ? (before[key] ?? null) : null;
    const to = Object.hasOwn(after, key) ? (after[key] ?? null) : null;
    const path = [...at, key];
    if (isJsonObject(from) && isJsonObject(to)) return fieldChanges(from, to, enums, path);
    const isSet = sets.has(key) || enums.has(key);
    return canonical(from, isSet) === canonical(to, isSet) ? [] : [{ path, from, to }];
  });
}

/** Equal texts for values that mean the same. */
function canonical(value: JsonValue, isSet: boolean): string {
  if (Array.isArray(value)) {
    const entries = (value as readonly JsonValue[]).map((entry) => canonical(entry, false));
    return `[${(isSet ? [...new Set(entries)].sort() : entries).join()}]`;
  }
  if (!isJsonObject(value)) return JSON.stringify(value);
  const set = Object.entries(value).filter(([, part]) => part !== null);
  return `{${set
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => `${JSON.stringify(key)}:${canonical(part, sets.has(key))}`)
    .join()}}`;
}
