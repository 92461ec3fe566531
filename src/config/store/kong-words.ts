import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../../lib/json.ts';

/**
 * What a schema says against a value, in the words of Kong's `db/schema`, by which clients know them; `null` where
 * Kong has no word of its own. Never repeats the value.
 * @param rule of `SchemaFinding`
 * @param schema of the value at `path`; `null` when it is not known
 */
export function kongWords(
  rule: string,
  schema: JsonSchema | null,
  value: JsonValue | undefined,
  path: JsonPath,
): string | null {
  // What is there, as an empty config, lacks something that a rule of its own tells.
  if (rule === 'required') return (value ?? null) === null ? 'required field missing' : null;
  if (rule === 'unknown-key') return 'unknown field';
  if (schema === null) return null;
  if (rule === 'type') {
    if (value === null) return 'required field missing';
    return path.length === 1 && sets.has(String(path[0])) ? 'expected a set' : expectedType(schema);
  }
  return rule === 'value' ? expectedValue(schema, value) : null;
}

/** The schema of what stands at `path`; `null` when nothing is known about it. */
export function schemaAt(root: JsonSchema, path: JsonPath): JsonSchema | null {
  let schema: JsonValue | undefined = root;
  for (const step of path) {
    if (!isJsonObject(schema)) return null;
    if (typeof step === 'number') schema = schema.items;
    else if (isJsonObject(schema.properties) && Object.hasOwn(schema.properties, step))
      schema = schema.properties[step];
    else schema = schema.additionalProperties;
  }
  return isJsonObject(schema) ? schema : null;
}

/** What stands at `path`; `undefined` when nothing does. */
export function valueAt(root: JsonObject, path: JsonPath): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, JsonValue>>)[step];
  }
  return value;
}

/** Lists that are sets to Kong. */
const sets: ReadonlySet<string> = new Set(['tags', 'protocols', 'methods', 'snis', 'sources', 'destinations']);

const typeWords: Readonly<Record<string, string>> = {
  string: 'expected a string',
  integer: 'expected an integer',
  number: 'expected a number',
  boolean: 'expected a boolean',
  array: 'expected an array',
};

function expectedType(schema: JsonSchema): string | null {
  const types = [schema.type].flat().filter((type): type is string => typeof type === 'string' && type !== 'null');
  if (types.includes('object')) return isJsonObject(schema.properties) ? 'expected a record' : 'expected a map';
  return typeWords[types[0] ?? ''] ?? null;
}

function expectedValue(schema: JsonSchema, value: JsonValue | undefined): string | null {
  const words = Array.isArray(schema.enum) ? (schema.enum as readonly JsonValue[]).filter((word) => word !== null) : [];
  if (words.length > 0 && !words.some((word) => word === value))
    return `expected one of: ${words.map(String).join(', ')}`;
  if (typeof value === 'number') return outOfRange(schema, value);
  const length = typeof value === 'string' || Array.isArray(value) ? value.length : null;
  const [min, max] = Array.isArray(value) ? [schema.minItems, schema.maxItems] : [schema.minLength, schema.maxLength];
  if (length === null) return null;
  if (typeof min === 'number' && length < min) return `length must be at least ${min}`;
  return typeof max === 'number' && length > max ? `length must be at most ${max}` : null;
}

function outOfRange({ minimum, maximum, exclusiveMinimum }: JsonSchema, value: number): string | null {
  if (typeof exclusiveMinimum === 'number')
    return value > exclusiveMinimum ? null : `value must be greater than ${exclusiveMinimum}`;
  if (typeof minimum !== 'number') return null;
  if (typeof maximum === 'number') return `value should be between ${minimum} and ${maximum}`;
  return value < minimum ? `value must be greater than ${minimum - 1}` : null;
}
