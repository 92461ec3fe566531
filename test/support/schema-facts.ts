import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../src/lib/json.ts';
import { packageRoot } from '../../src/lib/package-info.ts';

const folder = join(packageRoot, 'schemas');

/**
 * What the schemas say about single places, read without gw's code. Where a schema leaves room (alternatives, free
 * maps, no type) there is no fact, and `null` says so.
 */
export class SchemaFacts {
  readonly #files = new Map<string, JsonSchema>();
  readonly #plugins = new Map<string, JsonSchema | null>();

  constructor() {
    for (const name of readdirSync(folder)) {
      if (name.endsWith('.schema.json')) this.#files.set(name, readJson(join(folder, name)));
    }
  }

  /** The schema of a whole file. */
  get root(): JsonSchema {
    return this.#files.get('file.schema.json') ?? {};
  }

  /** The schema of a plugin's config, if there is one. */
  pluginConfig(name: string): JsonSchema | null {
    let schema = this.#plugins.get(name);
    if (schema === undefined) {
      const path = join(folder, 'plugins', `${name}.schema.json`);
      schema = /^[\w-]+$/.test(name) && existsSync(path) ? readJson(path) : null;
      this.#plugins.set(name, schema);
    }
    return schema;
  }

  /** A schema with its reference followed. `file` is the schema of the file that `schema` stands in. */
  follow(schema: JsonSchema, file: JsonSchema): Place {
    const reference = schema.$ref;
    if (typeof reference !== 'string') return { schema, file };
    const [name = '', pointer = ''] = reference.split('#');
    const target = name === '' ? file : (this.#files.get(name.replace(/^.*\//, '')) ?? {});
    let found: JsonValue = target;
    for (const step of pointer.split('/').slice(1)) found = isJsonObject(found) ? (found[step] ?? null) : null;
    const next = this.follow(isJsonObject(found) ? found : {}, target);
    return { schema: { ...next.schema, ...schema }, file: next.file };
  }
}

/** A schema and the file whose definitions its references mean. */
export interface Place {
  readonly schema: JsonSchema;
  readonly file: JsonSchema;
}

function readJson(path: string): JsonSchema {
  return JSON.parse(readFileSync(path, 'utf8')) as JsonSchema;
}

/** The keys a record may have; `null` when it may have others or the schema has alternatives. */
export function knownKeys(schema: JsonSchema): ReadonlySet<string> | null {
  if (hasAlternatives(schema) || schema.additionalProperties !== false) return null;
  if (schema.patternProperties !== undefined || !isJsonObject(schema.properties)) return null;
  return new Set(Object.keys(schema.properties));
}

/** The types a value may have; `null` when any may do. */
export function knownTypes(schema: JsonSchema): ReadonlySet<string> | null {
  if (hasAlternatives(schema) || schema.type === undefined) return null;
  return new Set([schema.type].flat().map(String));
}

/** The texts a value may be; `null` when others may do. */
export function knownValues(schema: JsonSchema): readonly string[] | null {
  if (hasAlternatives(schema) || !Array.isArray(schema.enum)) return null;
  return (schema.enum as readonly JsonValue[]).filter((value) => typeof value === 'string');
}

/** The schema of a property, of an item, or of any value of a free map. */
export function below(schema: JsonSchema, step: string | number): JsonSchema | null {
  const { properties, items, additionalProperties } = schema;
  if (typeof step === 'number') return isJsonObject(items) ? items : null;
  if (isJsonObject(properties) && Object.hasOwn(properties, step)) {
    const found = (properties as JsonObject)[step];
    return isJsonObject(found) ? found : null;
  }
  return isJsonObject(additionalProperties) ? additionalProperties : null;
}

function hasAlternatives(schema: JsonSchema): boolean {
  return schema.anyOf !== undefined || schema.oneOf !== undefined;
}
