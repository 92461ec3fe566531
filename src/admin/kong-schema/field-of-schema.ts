import { defaultRecord } from '../../config/plugin-defaults.ts';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import type { KongDeprecation, KongField, KongNamedField, KongType } from './kong-field.ts';

/** What JSON Schema has no word for, by dotted path; `[]` stands for the entries of a list. */
export interface FieldFacts {
  /** Lists whose order does not count. */
  readonly sets: ReadonlySet<string>;
  /** Fields that the gateway makes when they are left out. */
  readonly autos: ReadonlySet<string>;
  /** Deprecated fields that are fields like any other all the same, `null` when unset. */
  readonly kept: ReadonlySet<string>;
}

/** The fields of a record, and those of older versions that it also takes. */
export interface RecordFields {
  readonly fields: readonly KongNamedField[];
  readonly shorthand_fields?: readonly KongNamedField[];
}

/**
 * The fields that a JSON Schema of an object declares, in Kong's shape. A record among them is `required` exactly when
 * `fillDefaults` puts it where it is left out: clients fill in the same, by this mark.
 */
export function recordFields(schema: JsonSchema, facts: FieldFacts, path = ''): RecordFields {
  const properties = declaredIn(schema);
  const isOld = ([name, property]: readonly [string, JsonSchema]): boolean =>
    property.deprecated === true && property.default === undefined && !facts.kept.has(join(path, name));
  const current = properties.filter((entry) => !isOld(entry));
  const old = properties.filter(isOld);
  const presets = defaultRecord(schema);
  const mustBeGiven = new Set(textsIn(schema.required));
  const fields = current.map(([name, property]) => {
    const field = withPreset(fieldOf(property, facts, join(path, name)), presets[name]);
    const isRequired = isJsonObject(presets[name])
      ? field.type === 'record'
      : mustBeGiven.has(name) || (field.type !== 'record' && field.default !== undefined && !isNullable(property));
    return { [name]: isRequired ? { ...field, required: true as const } : field };
  });
  if (old.length === 0) return { fields };
  const shorthands = old.map(([name, property]) => {
    const field = fieldOf(property, facts, join(path, name));
    return { [name]: { ...field, deprecation: deprecationOf(name, property) } };
  });
  return { fields, shorthand_fields: shorthands };
}

function declaredIn(schema: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, property]) =>
    isJsonObject(property) ? [[name, property] as const] : [],
  );
}

/** Clients take a default as it is: records in it must be complete, as the gateway makes them. */
function withPreset(field: KongField, preset: JsonValue | undefined): KongField {
  return field.default === undefined || preset === undefined ? field : { ...field, default: preset };
}

/** One field in Kong's shape. */
export function fieldOf(schema: JsonValue, facts: FieldFacts, path: string): KongField {
  if (!isJsonObject(schema)) return { type: 'any' };
  const type = typeOf(schema, facts, path);
  return {
    type,
    ...wordsOf(schema, type),
    ...(facts.autos.has(path) ? { auto: true } : {}),
    ...partsOf(schema, type, facts, path),
  };
}

function typeOf(schema: JsonSchema, facts: FieldFacts, path: string): KongType {
  // An empty list is an empty map to Lua, so some maps may be lists.
  const types = textsIn([schema.type].flat() as JsonValue).filter((type) => type !== 'null');
  if (types.includes('object')) return isRecord(schema) ? 'record' : 'map';
  switch (types[0]) {
    case 'array':
      return facts.sets.has(path) ? 'set' : 'array';
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
      return types[0];
    default:
      return 'any';
  }
}

function isRecord(schema: JsonSchema): boolean {
  return isJsonObject(schema.properties) && !isJsonObject(schema.additionalProperties);
}

function wordsOf(schema: JsonSchema, type: KongType): Partial<KongField> {
  const isText = type === 'string';
  const isList = type === 'array' || type === 'set';
  const least = isText ? schema.minLength : isList ? schema.minItems : undefined;
  const most = isText ? schema.maxLength : isList ? schema.maxItems : undefined;
  const choices = Array.isArray(schema.enum)
    ? (schema.enum as readonly JsonValue[]).filter((choice) => choice !== null)
    : null;
  return {
    ...(typeof schema.description === 'string' ? { description: schema.description } : {}),
    ...(schema.default === undefined || schema.default === null ? {} : { default: schema.default }),
    ...(choices === null ? {} : { one_of: choices }),
    ...boundsOf(schema),
    ...(typeof least === 'number' ? { len_min: least } : {}),
    ...(typeof most === 'number' ? { len_max: most } : {}),
    ...(schema['x-expected'] === 'a UUID' ? { uuid: true } : {}),
    ...(schema['x-referenceable'] === true ? { referenceable: true } : {}),
    ...(schema['x-secret'] === true ? { encrypted: true } : {}),
  };
}

function boundsOf({ minimum, maximum, exclusiveMinimum, type }: JsonSchema): Partial<KongField> {
  if (typeof minimum === 'number' && typeof maximum === 'number') return { between: [minimum, maximum] };
  if (typeof exclusiveMinimum === 'number') return { gt: exclusiveMinimum };
  const isWhole = [type].flat().includes('integer');
  return typeof minimum === 'number' && isWhole ? { gt: minimum - 1 } : {};
}

function partsOf(schema: JsonSchema, type: KongType, facts: FieldFacts, path: string): Partial<KongField> {
  switch (type) {
    case 'record':
      return recordFields(schema, facts, path);
    case 'array':
    case 'set':
      return { elements: fieldOf(schema.items ?? null, facts, `${path}[]`) };
    case 'map':
      return { keys: { type: 'string' }, values: fieldOf(schema.additionalProperties ?? null, facts, `${path}{}`) };
    default:
      return {};
  }
}

function deprecationOf(name: string, property: JsonSchema): KongDeprecation {
  const places = textsIn(property['x-replaced-by'] ?? null);
  const use = places.length === 0 ? '' : `, please use ${places.map((place) => `'${place}'`).join(' or ')} instead`;
  const message = `'${name}' is deprecated${use}`;
  if (places.length === 0) return { message };
  return { message, replaced_with: places.map((place) => ({ path: place.split('.') })) };
}

function isNullable({ type }: JsonSchema): boolean {
  return [type].flat().includes('null');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function propertiesOf({ properties }: JsonSchema): JsonObject {
  return isJsonObject(properties) ? properties : {};
}

function textsIn(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
