import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../lib/json.ts';

/** A field under a name, or with a meaning, of older versions. */
interface OldField {
  /** To the record it stands in: keys, `[]` for each entry of a list, `{}` for each value of a map. */
  readonly record: readonly string[];
  readonly name: string;
  /** What to use now, from the same record. */
  readonly replacedBy: readonly (readonly string[])[];
  /** Whether its value counts as that of the new places. */
  readonly moves: boolean;
  /** Values that are called otherwise now. */
  readonly renames: JsonObject;
}

/** An old field that a config has. */
export interface OldFieldUse {
  readonly path: JsonPath;
  readonly name: string;
  /** Dotted, from the same record. Empty: there is nothing to use instead. */
  readonly replacedBy: readonly string[];
  /** Whether everything that replaces it is there. */
  readonly isRepeated: boolean;
  /** Dotted name of a new place that says something else. */
  readonly conflict: string | null;
}

const known = new WeakMap<JsonSchema, readonly OldField[]>();

/** The old fields that a config has, by the annotations of its schema. */
export function findOldFields(schema: JsonSchema, config: JsonObject): readonly OldFieldUse[] {
  return oldFieldsOf(schema).flatMap((field) =>
    recordsAt(config, field.record, []).flatMap(({ record, path }) => {
      const value = Object.hasOwn(record, field.name) ? (record[field.name] ?? null) : null;
      if (value === null) return [];
      const conflict = field.moves ? conflictOf(record, value, field) : undefined;
      return [
        {
          path: [...path, field.name],
          name: field.name,
          replacedBy: field.replacedBy.map((place) => place.join('.')),
          isRepeated: field.replacedBy.every((place) => (valueIn(record, place) ?? null) !== null),
          conflict: conflict?.join('.') ?? null,
        },
      ];
    }),
  );
}

/** The config with the values of old fields at their new places; the same object when there are none. */
export function moveOldFields(schema: JsonSchema, config: JsonObject): JsonObject {
  const moving = oldFieldsOf(schema).filter(
    ({ moves, record, name }) =>
      moves && recordsAt(config, record, []).some((found) => found.record[name] !== undefined),
  );
  if (moving.length === 0) return config;
  const copy = structuredClone(config) as Record<string, JsonValue>;
  for (const field of moving) {
    for (const { record } of recordsAt(copy, field.record, [])) move(record, field);
  }
  return copy;
}

function move(record: Record<string, JsonValue>, { name, replacedBy, renames }: OldField): void {
  const value = record[name];
  Reflect.deleteProperty(record, name);
  if (value === undefined || value === null) return;
  const renamed = renamedValue(value, renames);
  for (const place of replacedBy) {
    const last = place.at(-1) ?? '';
    let target = record;
    for (const step of place.slice(0, -1)) {
      const next = isJsonObject(target[step]) ? (target[step] as Record<string, JsonValue>) : {};
      target[step] = next;
      target = next;
    }
    target[last] ??= last.endsWith('_nodes') ? nodesOf(renamed, last) : renamed;
  }
}

/** Old lists of `host:port`, as records. */
function nodesOf(value: JsonValue, name: string): JsonValue {
  const addresses = Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
  return addresses.map((address) => {
    const at = address.lastIndexOf(':');
    const hostName = at < 0 ? address : address.slice(0, at);
    const port = at < 0 ? {} : { port: Number(address.slice(at + 1)) };
    return { [name === 'cluster_nodes' ? 'ip' : 'host']: hostName, ...port };
  });
}

function renamedValue(value: JsonValue, renames: JsonObject): JsonValue {
  return typeof value === 'string' && Object.hasOwn(renames, value) ? (renames[value] ?? value) : value;
}

/**
 * The first new place that says something else. A running gateway shows the old name of several fields with what the
 * first of them says: then the others may differ.
 */
function conflictOf(record: JsonObject, value: JsonValue, field: OldField): readonly string[] | undefined {
  const { replacedBy } = field;
  const [first] = replacedBy;
  const isShown = replacedBy.length > 1 && first !== undefined && isDeepStrictEqual(valueIn(record, first), value);
  return isShown ? undefined : replacedBy.find((place) => differs(valueIn(record, place), value, field));
}

/** Lists changed their form with their name, and are not compared. */
function differs(now: JsonValue | undefined, old: JsonValue, { renames }: OldField): boolean {
  if (now === undefined || now === null || Array.isArray(old)) return false;
  return !isDeepStrictEqual(now, renamedValue(old, renames));
}

function valueIn(record: JsonObject, place: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = record;
  for (const step of place) value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return value;
}

interface FoundRecord {
  readonly record: JsonObject;
  readonly path: JsonPath;
}

function recordsAt(value: JsonValue | undefined, steps: readonly string[], path: JsonPath): readonly FoundRecord[] {
  const [step, ...rest] = steps;
  if (step === '[]' && Array.isArray(value)) {
    return (value as readonly JsonValue[]).flatMap((entry, index) => recordsAt(entry, rest, [...path, index]));
  }
  if (!isJsonObject(value)) return [];
  if (step === undefined) return [{ record: value, path }];
  const keys = step === '{}' ? Object.keys(value) : Object.hasOwn(value, step) ? [step] : [];
  return keys.flatMap((key) => recordsAt(value[key], rest, [...path, key]));
}

function oldFieldsOf(schema: JsonSchema): readonly OldField[] {
  let fields = known.get(schema);
  if (fields === undefined) {
    fields = collect(schema, []);
    known.set(schema, fields);
  }
  return fields;
}

function collect(schema: JsonValue | undefined, record: readonly string[]): readonly OldField[] {
  if (!isJsonObject(schema)) return [];
  const properties = isJsonObject(schema.properties) ? Object.entries(schema.properties) : [];
  const own = properties.flatMap(([name, property]) =>
    isJsonObject(property) && property.deprecated === true ? [oldField(property, record, name)] : [],
  );
  const inside = properties.flatMap(([name, property]) => collect(property, [...record, name]));
  return [
    ...own,
    ...inside,
    ...collect(schema.items, [...record, '[]']),
    ...collect(schema.additionalProperties, [...record, '{}']),
  ];
}

function oldField(property: JsonSchema, record: readonly string[], name: string): OldField {
  const places = property['x-replaced-by'];
  const texts = Array.isArray(places) ? places.filter((place) => typeof place === 'string') : [];
  return {
    record,
    name,
    replacedBy: texts.map((place) => place.split('.')),
    moves: property['x-moves'] === true,
    renames: isJsonObject(property['x-renames']) ? property['x-renames'] : {},
  };
}
