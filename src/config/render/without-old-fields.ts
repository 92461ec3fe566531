import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import { isSameValue } from '../edit/same-value.ts';
import { findOldFields, moveOldFields } from '../plugin-deprecations.ts';

/**
 * A config without the fields of older versions that say nothing of their own: those that became others, and those
 * that repeat what replaces them, as Kong shows them to clients of its older versions.
 */
export function withoutOldFields(schema: JsonSchema, config: JsonObject): JsonObject {
  const moved = moveOldFields(schema, config);
  const repeated = findOldFields(schema, moved).filter(({ path, replacedBy: [first] }) => {
    const now = first === undefined ? undefined : valueAt(moved, [...path.slice(0, -1), ...first.split('.')]);
    return (now ?? null) !== null && isSameValue(now, valueAt(moved, path));
  });
  if (repeated.length === 0) return moved;
  const copy = structuredClone(moved);
  for (const { path, name } of repeated) {
    const record = valueAt(copy, path.slice(0, -1));
    if (isJsonObject(record)) Reflect.deleteProperty(record, name);
  }
  return copy;
}

function valueAt(config: JsonValue, path: JsonPath): JsonValue | undefined {
  let value: JsonValue | undefined = config;
  for (const step of path) {
    if (Array.isArray(value)) value = (value as readonly JsonValue[])[Number(step)];
    else value = isJsonObject(value) ? value[step] : undefined;
  }
  return value;
}
