import { isDeepStrictEqual } from 'node:util';
import type { EntityKind } from '../../src/entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';

// How decK decides whether the gateway has what a file says. It takes what the gateway answers as it is, and puts into
// what the file says the defaults of the schemas that the gateway serves. One value too many or too few on either side
// is a change that never ends.

/** Kinds for which decK fills in defaults from `GET /schemas/{kind}`. */
export const kindsWithDefaults: ReadonlySet<EntityKind> = new Set(['services', 'routes', 'upstreams', 'targets']);

/** What the gateway adds to kinds for which decK knows no defaults, and decK does not look at. */
const generated = new Set([
  'snis',
  'ttl',
  'cert_digest',
  'algorithm',
  'key',
  'secret',
  'password',
  'hash_secret',
  'client_type',
  'client_id',
  'client_secret',
]);

/** Fills what a core entity leaves out, or sets to null, with the leaf defaults of its schema. */
export function fillDefaults(fields: JsonObject, schema: JsonObject): JsonObject {
  const filled: Record<string, JsonValue> = { ...fields };
  for (const [name, field] of fieldsOf(schema)) {
    const given = fields[name] ?? null;
    if (field.type === 'record') filled[name] = fillDefaults(isJsonObject(given) ? given : {}, field);
    else if (given === null) filled[name] = field.default ?? null;
  }
  return filled;
}

/** Fills the config of a plugin: every field of the schema is there in the end. */
export function fillConfig(
  config: JsonObject,
  schema: JsonObject,
  replaced = replacedFields(config, schema),
): JsonObject {
  const filled: Record<string, JsonValue> = { ...config };
  const presets = isJsonObject(schema.default) ? schema.default : {};
  for (const [name, field] of fieldsOf(schema)) {
    const given = config[name];
    if (given !== undefined && isComplete(given, field)) continue;
    if (field.type === 'record' && ((given ?? null) !== null || field.required === true)) {
      const inner = replaced.filter(([first]) => first === name).map((path) => path.slice(1));
      const record = isJsonObject(given) ? given : {};
      filled[name] = fillConfig(record, field, [...inner, ...replacedFields(record, field)]);
    } else if (replaced.some(([first]) => first === name)) {
      continue;
    } else if (Array.isArray(given) && given.length > 0 && isJsonObject(field.elements)) {
      const { elements } = field;
      filled[name] = given.map((entry: JsonValue) => (isJsonObject(entry) ? fillConfig(entry, elements) : entry));
    } else {
      filled[name] = presets[name] ?? field.default ?? null;
    }
  }
  return filled;
}

/**
 * The config that the gateway answers, without what does not count: fields of older versions that the file does not
 * have, and the newer fields that the file leaves to those of older versions.
 */
export function withoutOldFields(current: JsonObject, wanted: JsonObject, schema: JsonObject): JsonObject {
  const old = pairsOf(schema.shorthand_fields);
  const unsaid = new Set(old.flatMap(([name]) => (Object.hasOwn(wanted, name) ? [] : [name])));
  let kept: JsonObject = Object.fromEntries(Object.entries(current).filter(([name]) => !unsaid.has(name)));
  for (const [name, field] of old) {
    if (!unsaid.has(name)) for (const path of pathsOf(field)) kept = withoutLeft(kept, wanted, path);
  }
  return Object.fromEntries(
    Object.entries(kept).map(([name, mine]) => {
      const theirs = wanted[name];
      const field = fieldsOf(schema).find(([key]) => key === name)?.[1];
      const isInner = field?.type === 'record' && isJsonObject(mine) && isJsonObject(theirs);
      return [name, isInner ? withoutOldFields(mine, theirs, field) : mine];
    }),
  );
}

/** Whether two entities are the same to decK; both have been filled. `schema` is that of the plugin's config. */
export function isSame(kind: EntityKind, current: JsonObject, wanted: JsonObject, schema: JsonObject | null): boolean {
  if (kind === 'plugins') {
    const configs = [current, wanted].map(({ config }) => sortSets(config ?? {}, schema ?? {}));
    if (!isDeepStrictEqual(configs[0], configs[1])) return false;
  }
  const [mine, theirs] = [comparable(kind, current), comparable(kind, wanted)];
  if (kind === 'plugins' || kindsWithDefaults.has(kind)) return isDeepStrictEqual(mine, theirs);
  const known = Object.entries(mine).filter(([key]) => !generated.has(key) || Object.hasOwn(theirs, key));
  return isDeepStrictEqual(Object.fromEntries(known), theirs);
}

/** Without what does not count: times, nulls (to Go the same as absent), the order of sets, and an empty list of tags. */
function comparable(kind: EntityKind, fields: JsonObject): JsonObject {
  const rest = Object.entries(fields).filter(([key]) => !['created_at', 'updated_at'].includes(key));
  const kept = withoutNulls(Object.fromEntries(kind === 'plugins' ? rest.filter(([key]) => key !== 'config') : rest));
  const sorted = [
    'tags',
    ...(kind === 'plugins' ? ['protocols'] : []),
    ...(kind === 'services' ? ['ca_certificates'] : []),
  ];
  return Object.fromEntries(
    Object.entries(kept).flatMap(([key, value]) => {
      if (!sorted.includes(key) || !Array.isArray(value)) return [[key, value]];
      return key === 'tags' && value.length === 0 ? [] : [[key, [...(value as readonly string[])].sort()]];
    }),
  );
}

function withoutNulls(fields: JsonObject): JsonObject {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, isJsonObject(value) ? withoutNulls(value) : value]));
}

function sortSets(value: JsonValue, field: JsonObject): JsonValue {
  if (Array.isArray(value)) {
    const entries = (value as readonly JsonValue[]).map((entry) =>
      isJsonObject(field.elements) ? sortSets(entry, field.elements) : entry,
    );
    return field.type === 'set' ? entries.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : entries;
  }
  if (!isJsonObject(value)) return value;
  const known = new Map([...fieldsOf(field), ...pairsOf(field.shorthand_fields)]);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, sortSets(part, known.get(key) ?? {})]));
}

/** Maps, and lists of anything but records, are taken as they are. */
function isComplete(given: JsonValue, field: JsonObject): boolean {
  if (isJsonObject(given)) return field.keys !== undefined && field.values !== undefined;
  return !Array.isArray(given) || !isJsonObject(field.elements) || field.elements.type !== 'record';
}

/** Where the fields of older versions that `config` has are kept now. */
function replacedFields(config: JsonObject, schema: JsonObject): readonly (readonly string[])[] {
  return pairsOf(schema.shorthand_fields).flatMap(([name, field]) =>
    Object.hasOwn(config, name) ? pathsOf(field) : [],
  );
}

function pathsOf(field: JsonObject): readonly (readonly string[])[] {
  const { replaced_with } = isJsonObject(field.deprecation) ? field.deprecation : {};
  if (!Array.isArray(replaced_with)) return [];
  return (replaced_with as readonly JsonObject[]).map(({ path }) => path as readonly string[]);
}

/** Without the field at `path` if `wanted` does not have it, and without records that are empty then. */
function withoutLeft(current: JsonObject, wanted: JsonObject, path: readonly string[]): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined) return current;
  const [mine, theirs] = [current[first], wanted[first]];
  const others = Object.fromEntries(Object.entries(current).filter(([key]) => key !== first));
  if (rest.length === 0) return Object.hasOwn(wanted, first) ? current : others;
  if (!isJsonObject(mine)) return current;
  const inner = withoutLeft(mine, isJsonObject(theirs) ? theirs : {}, rest);
  return Object.keys(inner).length > 0 ? { ...others, [first]: inner } : others;
}

function fieldsOf(schema: JsonObject): readonly (readonly [string, JsonObject])[] {
  return pairsOf(schema.fields);
}

/** Kong lists fields as objects of one key each. */
function pairsOf(list: JsonValue | undefined): readonly (readonly [string, JsonObject])[] {
  return ((list ?? []) as readonly JsonObject[]).flatMap((entry) => Object.entries(entry) as [string, JsonObject][]);
}
