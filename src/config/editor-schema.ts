import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../lib/json.ts';

/** What {@link bundleEditorSchema} puts together. */
export interface EditorSchemaParts {
  /** The whole file; its `$ref`s name the entities' schemas. */
  readonly file: JsonSchema;
  /** Entities by the name their schema has in `$ref`s, without `.schema.json`. */
  readonly entities: Readonly<Record<string, JsonSchema>>;
  /** Configs of plugins by plugin name. */
  readonly plugins: Readonly<Record<string, JsonSchema>>;
  /** Configs of partials by type. */
  readonly partials: Readonly<Record<string, JsonSchema>>;
  /** Configs of vaults by the name of their kind. */
  readonly vaults: Readonly<Record<string, JsonSchema>>;
}

/** What an `${{ env … }}` template looks like where a number or a boolean is expected. */
const template = '^\\$\\{\\{.*\\}\\}$';

/**
 * One self-contained JSON Schema of the file for editors: draft-07, the newest that all of them read. Differences from
 * the schemas gw itself checks with: a template may stand for a number or a boolean, because an editor sees the text
 * before substitution; and the config of a plugin with `_config` is left alone, because a part of it is elsewhere.
 */
export function bundleEditorSchema({ file, entities, plugins, partials, vaults }: EditorSchemaParts): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  for (const [name, schema] of Object.entries(entities)) definitions[name] = rewriteSchema(schema);
  const kinds = [
    ['plugin', 'name', plugins],
    ['partial', 'type', partials],
    ['vault', 'name', vaults],
  ] as const;
  for (const [entity, key, configs] of kinds) {
    for (const [name, schema] of Object.entries(configs)) {
      definitions[`${entity}-config-${name}`] = rewriteSchema(schema, `${entity}-config-${name}`);
    }
    const whole = definitions[entity];
    if (whole !== undefined) definitions[entity] = withConfigs(whole, entity, key, Object.keys(configs));
  }
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...rewriteSchema(file), definitions };
}

/** Ties the config of an entity to what its `key` says. */
function withConfigs(schema: JsonSchema, entity: string, key: string, names: readonly string[]): JsonSchema {
  const choices = names.map((name) => ({
    if: { required: [key], properties: { [key]: { const: name } }, not: { required: ['_config'] } },
    // An empty list is an empty map to Kong.
    then: {
      properties: { config: { if: { type: 'object' }, then: { $ref: `#/definitions/${entity}-config-${name}` } } },
    },
  }));
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const given = isJsonObject(properties[key]) ? properties[key] : {};
  const suggested: JsonSchema = given.enum === undefined ? { ...given, anyOf: [{ enum: [...names] }, {}] } : given;
  const all = Array.isArray(schema.allOf) ? (schema.allOf as readonly JsonValue[]) : [];
  return { ...schema, properties: { ...properties, [key]: suggested }, allOf: [...all, ...choices] };
}

/** `home` is the definition that this schema becomes: its own `#/$defs` move there. */
function rewriteSchema(schema: JsonSchema, home: string | null = null): JsonSchema {
  const rewritten: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$schema' || key === '$id' || key.startsWith('x-')) continue;
    rewritten[key] = rewriteKeyword(key, value, home);
  }
  const expected = schema['x-expected'];
  if (typeof expected === 'string' && schema.pattern !== undefined) {
    rewritten.patternErrorMessage = `must be ${expected}`;
  }
  return withTemplates(withoutRefSiblings(rewritten));
}

/** Keywords whose values are maps of schemas, so that their keys are names and not keywords. */
const maps = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const plain = new Set(['enum', 'const', 'default', 'examples', 'required', 'type']);

function rewriteKeyword(key: string, value: JsonValue, home: string | null): JsonValue {
  if (key === '$ref' && typeof value === 'string') return rewriteReference(value, home);
  if (plain.has(key)) return value;
  if (maps.has(key) && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rewritePart(part, home)]));
  }
  return rewritePart(value, home);
}

function rewritePart(value: JsonValue, home: string | null): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((part) => rewritePart(part, home));
  return isJsonObject(value) ? rewriteSchema(value, home) : value;
}

function rewriteReference(reference: string, home: string | null): string {
  const match = /^([a-z0-9_-]+)\.schema\.json(?:#(.*))?$/.exec(reference);
  if (match !== null) return `#/definitions/${match[1] ?? ''}${match[2] ?? ''}`;
  return reference.startsWith('#/') && home !== null ? `#/definitions/${home}${reference.slice(1)}` : reference;
}

/** Draft-07 ignores what stands beside `$ref`. */
function withoutRefSiblings(schema: JsonObject): JsonObject {
  const { $ref, ...rest } = schema;
  return $ref === undefined || Object.keys(rest).length === 0 ? schema : { ...rest, allOf: [{ $ref }] };
}

const words: Readonly<Record<string, string>> = {
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
};

function withTemplates(schema: JsonObject): JsonObject {
  const types = [schema.type].flat().filter((type) => typeof type === 'string');
  const wantsWord = types.some((type) => type === 'integer' || type === 'number' || type === 'boolean');
  if (!wantsWord || types.includes('string') || schema.enum !== undefined) return schema;
  const names = types.filter((type) => type !== 'null').map((type) => words[type] ?? type);
  return {
    ...schema,
    type: [...types, 'string'],
    pattern: template,
    patternErrorMessage: `must be ${names.join(' or ')}`,
  };
}
