import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../lib/json.ts';

/**
 * What a `PATCH` makes of an entity: records are merged field by field, at every depth; lists and maps are replaced,
 * `null` takes a value away. A value is a record when its schema names its fields.
 */
export function mergePatch(base: JsonObject, changes: JsonObject, schema: JsonSchema | null): JsonObject {
  const merged: Record<string, JsonValue> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    const property = propertyOf(schema, key);
    const isRecord = isJsonObject(property?.properties);
    merged[key] = isRecord && isJsonObject(before) && isJsonObject(value) ? mergePatch(before, value, property) : value;
  }
  return merged;
}

function propertyOf(schema: JsonSchema | null, key: string): JsonSchema | null {
  const properties = schema?.properties;
  if (!isJsonObject(properties) || !Object.hasOwn(properties, key)) return null;
  const property = properties[key];
  return isJsonObject(property) ? property : null;
}
