import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import { defaultRecord } from '../plugin-defaults.ts';
import { isSameValue } from './same-value.ts';

/** A record without what its schema fills in when it is left out. */
export function withoutDefaults(schema: JsonSchema, record: JsonObject): JsonObject {
  return difference(schema, defaultRecord(schema), record);
}

/** What has to be said so that a record, which is `before` when nothing is said, is `after`. */
export function difference(schema: JsonSchema, before: JsonObject, after: JsonObject): JsonObject {
  const { properties } = schema;
  const entries = Object.entries(after).flatMap(([key, value]) => {
    const was = before[key];
    if (isSameValue(was, value)) return [];
    return [[key, shortened(isJsonObject(properties) ? properties[key] : undefined, was, value)] as const];
  });
  const unset = Object.keys(before).filter((key) => !Object.hasOwn(after, key) && (before[key] ?? null) !== null);
  return Object.fromEntries([...entries, ...unset.map((key) => [key, null] as const)]);
}

/** A value, new in its place, in few words. */
export function shortened(schema: JsonValue | undefined, before: JsonValue | undefined, value: JsonValue): JsonValue {
  if (!isJsonObject(schema) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((item) => shortened(schema.items, undefined, item));
  }
  const record = value as JsonObject;
  if (isJsonObject(schema.properties)) {
    return isJsonObject(before) ? difference(schema, before, record) : withoutDefaults(schema, record);
  }
  const { additionalProperties } = schema;
  return Object.fromEntries(
    Object.entries(record).map(([key, entry]) => [key, shortened(additionalProperties, undefined, entry)]),
  );
}
