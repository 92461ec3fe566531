import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import { sameJson } from '../../lib/same-json.ts';
import { presetOf } from '../plugin-defaults.ts';

/**
 * A config without what is the default anyway. decK writes every default out before it sends a config, `null`s
 * included; checks that ask what was given are to hear of what somebody chose.
 */
export function withoutDefaults(config: JsonObject, schema: JsonSchema): JsonObject {
  const { properties } = schema;
  if (!isJsonObject(properties)) return config;
  const kept: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(config)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (isJsonObject(property)) {
      if (sameJson(value, presetOf(property))) continue;
      kept[key] = isJsonObject(value) ? withoutDefaults(value, property) : value;
    } else kept[key] = value;
  }
  return kept;
}
