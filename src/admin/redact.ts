import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../lib/json.ts';
import { REDACTED } from '../lib/secret.ts';

/** A vault reference is not the secret itself. */
const vaultReference = /^\{vault:\/\/.*\}$/s;
/** Field names that hold secrets in plugins whose schema is not known. */
const secretName = /secret|password|passwd|private_key|token$|api_?key$|credential$|_salt$|^key$|authorization$/i;

/**
 * A config in which what the schema marks with `x-secret` reads `[redacted]`. Vault references stay: they are no
 * secrets.
 */
export function redactBySchema(config: JsonObject, schema: JsonSchema): JsonObject {
  return hideInRecord(config, variants(schema, schema), schema);
}

/** The same where no schema is at hand: fields whose names speak of secrets are redacted. */
export function redactByName(config: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, secretName.test(name) ? redact(value) : redactNested(value)]),
  );
}

function redactNested(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(redactNested);
  return isJsonObject(value) ? redactByName(value) : value;
}

function hide(value: JsonValue, schemas: readonly JsonSchema[], root: JsonSchema): JsonValue {
  if (schemas.some((schema) => schema['x-secret'] === true)) return redact(value);
  if (Array.isArray(value)) {
    const items = schemas.flatMap(({ items: schema }) => variants(schema, root));
    return (value as readonly JsonValue[]).map((item) => hide(item, items, root));
  }
  return isJsonObject(value) ? hideInRecord(value, schemas, root) : value;
}

function hideInRecord(value: JsonObject, schemas: readonly JsonSchema[], root: JsonSchema): JsonObject {
  const members = Object.entries(value).map(([name, item]) => {
    const declared = schemas.flatMap(({ properties }) =>
      isJsonObject(properties) && Object.hasOwn(properties, name) ? variants(properties[name], root) : [],
    );
    const others = schemas.flatMap(({ additionalProperties }) => variants(additionalProperties, root));
    return [name, hide(item, declared.length > 0 ? declared : others, root)] as const;
  });
  return Object.fromEntries(members);
}

const knownVariants = new WeakMap<JsonSchema, readonly JsonSchema[]>();

/** A schema and what it is composed of, references followed: whatever may say something about a value. */
function variants(schema: JsonValue | undefined, root: JsonSchema): readonly JsonSchema[] {
  if (!isJsonObject(schema)) return [];
  let known = knownVariants.get(schema);
  if (known === undefined) {
    known = findVariants(schema, root);
    knownVariants.set(schema, known);
  }
  return known;
}

function findVariants(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => {
    const branches = schema[keyword];
    return Array.isArray(branches) ? (branches as readonly JsonValue[]) : [];
  });
  const conditional = [schema.then, schema.else].filter((part) => part !== undefined);
  const target = typeof schema.$ref === 'string' ? [resolve(schema.$ref, root)] : [];
  return [schema, ...[...parts, ...conditional, ...target].flatMap((part) => variants(part, root))];
}

/** A reference within the same schema: `#/$defs/name`. */
function resolve(reference: string, root: JsonSchema): JsonValue | undefined {
  let node: JsonValue | undefined = root;
  for (const step of reference.replace(/^#\/?/, '').split('/').filter(Boolean))
    node = isJsonObject(node) ? node[step] : undefined;
  return node;
}

/** Every text in it replaced; vault references stay. */
export function redact(value: JsonValue): JsonValue {
  if (value === null) return null;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(redact);
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redact(item)]));
  return typeof value === 'string' && vaultReference.test(value) ? value : REDACTED;
}
