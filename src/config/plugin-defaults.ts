import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../lib/json.ts';

const presets = new WeakMap<JsonSchema, JsonObject>();

/** The record, or config of a plugin, about which nothing is said. Shared: do not change it. */
export function defaultRecord(schema: JsonSchema): JsonObject {
  let preset = presets.get(schema);
  if (preset === undefined) {
    const fields = Object.entries(propertiesOf(schema)).flatMap(([key, property]) =>
      isFilled(property) ? [[key, presetOf(property)] as const] : [],
    );
    preset = Object.fromEntries(fields);
    presets.set(schema, preset);
  }
  return preset;
}

/**
 * A config with everything filled in that it leaves out, as Kong does: defaults at every level, records that could be
 * complete, `null` for the rest. Parts that are not changed are shared with the config and the schema.
 */
export function fillDefaults(schema: JsonSchema, config: JsonObject): JsonObject {
  const properties = propertiesOf(schema);
  const filled: Record<string, JsonValue> = { ...defaultRecord(schema) };
  for (const [key, value] of Object.entries(config)) {
    filled[key] = fill(Object.hasOwn(properties, key) ? properties[key] : undefined, value);
  }
  return filled;
}

function fill(schema: JsonValue | undefined, value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || !isJsonObject(schema)) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((entry) => fill(schema.items, entry));
  const record = value as JsonObject;
  if (isJsonObject(schema.properties)) return fillDefaults(schema, record);
  // Records in maps stay as they are written: decK fills in nothing there, and would take what we add for a change.
  return value;
}

/** Fields of older versions are not added to configs that lack them. */
function isFilled(property: JsonValue): property is JsonObject {
  return isJsonObject(property) && (property.deprecated !== true || property.default !== undefined);
}

/** What a field is when it is left out. */
export function presetOf(property: JsonSchema): JsonValue {
  if (property.default !== undefined) return fill(property, property.default);
  const canBeComplete = !Array.isArray(property.required) || property.required.length === 0;
  return canBeComplete && hasDefaults(property) ? defaultRecord(property) : null;
}

/** Whether there is anything to fill in, here or in a record inside. */
function hasDefaults(schema: JsonSchema): boolean {
  return Object.values(propertiesOf(schema)).some(
    (property) => isJsonObject(property) && (property.default !== undefined || hasDefaults(property)),
  );
}

function propertiesOf({ properties }: JsonSchema): JsonObject {
  return isJsonObject(properties) ? properties : {};
}
