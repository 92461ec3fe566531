import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../lib/json.ts';
import { packageRoot } from '../lib/package-info.ts';

/** Schemas of the file and of its entities. */
const names = ['kong', 'service', 'route', 'consumer', 'plugin'] as const;

/** Name of a schema in `schemas/`. */
export type SchemaName = (typeof names)[number];

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

/** Loads on first use and keeps the result: a command that needs no schema must not pay for one. */
function once<Value>(load: () => Value): () => Value {
  let held: { readonly value: Value } | null = null;
  return () => (held ??= { value: load() }).value;
}

/** The entity and file schemas, as data. */
export const schemaFiles: () => Readonly<Record<SchemaName, JsonSchema>> = once(() => {
  const entries = names.map((name) => [name, readJson(`${name}.schema.json`)] as const);
  return Object.fromEntries(entries) as Record<SchemaName, JsonSchema>;
});

/** Checks a whole file. */
export const fileValidator: () => ValidateFunction = once(() => {
  const { kong, ...entities } = schemaFiles();
  return new Ajv2020({ ...options, schemas: Object.values(entities) }).compile(kong);
});

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
