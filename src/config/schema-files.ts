import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type EntityKind, entityKinds } from '../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../lib/json.ts';
import { once } from '../lib/once.ts';
import { packageRoot } from '../lib/package-info.ts';

const options = {
  allErrors: true,
  verbose: true,
  strict: false,
  // The schemas are ours and tested; checking them against the meta schema doubles the time to compile.
  validateSchema: false,
  // Optimising the generated code costs more than it saves, even with thousands of entities.
  code: { optimize: false },
  validateFormats: false,
  addUsedSchema: false,
  logger: false,
} as const;

/** The schema of what stands at the top of a file; `x-not-run` marks what has no effect in gw. */
export const fileSchema: () => JsonSchema = once(() => readJson('file.schema.json'));

/** Checks what stands at the top of a file; entities are left to {@link entityValidator}. */
export const fileValidator: () => ValidateFunction = once(() => new Ajv2020(options).compile(shallow(fileSchema())));

const entitySchemas = new Map<EntityKind, JsonSchema>();

/** The schema of one entity, with its lists of nested entities left open. */
export function entitySchema(kind: EntityKind): JsonSchema {
  let schema = entitySchemas.get(kind);
  if (schema === undefined) {
    schema = shallow(readJson(`${entityKinds[kind].singular}.schema.json`));
    entitySchemas.set(kind, schema);
  }
  return schema;
}

const entityValidators = new Map<EntityKind, ValidateFunction>();

/** Checks one entity. Compiled on first use: a file pays only for the kinds it holds. */
export function entityValidator(kind: EntityKind): ValidateFunction {
  let validator = entityValidators.get(kind);
  if (validator === undefined) {
    validator = new Ajv2020(options).compile(entitySchema(kind));
    entityValidators.set(kind, validator);
  }
  return validator;
}

/** Nested entities are checked one by one, so references to their schemas become "some map". */
function shallow(schema: JsonSchema): JsonSchema {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const open = Object.entries(properties).map(([key, property]) => [
    key,
    isEntityList(property) ? openList(property) : property,
  ]);
  return { ...schema, properties: Object.fromEntries(open) as JsonObject };
}

function isEntityList(property: JsonValue): property is JsonObject {
  if (!isJsonObject(property) || !isJsonObject(property.items)) return false;
  const { $ref } = property.items;
  return typeof $ref === 'string' && !$ref.startsWith('#');
}

function openList(property: JsonObject): JsonObject {
  return { ...property, items: { type: 'object' } };
}

/** Every plugin that Kong knows, with its priority. */
export const kongPlugins: () => ReadonlyMap<string, number> = once(() => {
  const { priorities } = readJson('kong-plugins.json') as unknown as { priorities: Record<string, number> };
  return new Map(Object.entries(priorities));
});

const configValidators = new WeakMap<JsonSchema, ValidateFunction>();

/** Checks the config of a plugin and fills its defaults into the object it is given. */
export function configValidator(schema: JsonSchema): ValidateFunction {
  let validator = configValidators.get(schema);
  if (validator === undefined) {
    validator = new Ajv2020({ ...options, useDefaults: true }).compile(schema);
    configValidators.set(schema, validator);
  }
  return validator;
}

function readJson(name: string): JsonSchema {
  return JSON.parse(readFileSync(join(packageRoot, 'schemas', name), 'utf8')) as JsonSchema;
}
