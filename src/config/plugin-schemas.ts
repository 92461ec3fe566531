import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../lib/json.ts';
import { packageRoot } from '../lib/package-info.ts';
import { textFormats } from './plugin-formats.ts';
import { entitySchema, kongPlugins } from './schema-files.ts';

/** What is known about a plugin of Kong, whether or not gw runs it. */
export interface PluginFacts {
  readonly name: string;
  /** Of its config. Annotations: `x-referenceable`, `x-secret`, `x-replaced-by`, `x-moves`, `x-removed`. */
  readonly schema: JsonSchema;
  /** Protocols it can run with. */
  readonly protocols: readonly string[];
  /** Those it runs with when nothing is said. */
  readonly defaultProtocols: readonly string[];
  /** Kinds of entities it can be attached to. */
  readonly scopes: ReadonlySet<string>;
  /** Parts of the config, as dotted paths, that a partial can bring; the empty path is all of it. */
  readonly partialPaths: readonly string[];
  /** The same by type of partial, as links say it: `config.redis`. */
  readonly partialPlaces: ReadonlyMap<string, readonly string[]>;
}

const loaded = new Map<string, PluginFacts>();

/** The facts about a plugin, read from `schemas/plugins/` when first asked for; `null` if Kong has no such plugin. */
export function pluginFacts(name: string): PluginFacts | null {
  // The name comes from a config and becomes part of a file name: only known ones may.
  if (!kongPlugins().has(name)) return null;
  let facts = loaded.get(name);
  if (facts === undefined) {
    const path = join(packageRoot, 'schemas/plugins', `${name}.schema.json`);
    facts = factsOf(name, JSON.parse(readFileSync(path, 'utf8')) as JsonSchema);
    loaded.set(name, facts);
  }
  return facts;
}

function factsOf(name: string, schema: JsonSchema): PluginFacts {
  const protocols = namesIn(schema['x-protocols']);
  const partials = Object.entries(isJsonObject(schema['x-partials']) ? schema['x-partials'] : {});
  return {
    name,
    schema,
    protocols,
    defaultProtocols: schema['x-default-protocols'] === undefined ? protocols : namesIn(schema['x-default-protocols']),
    scopes: new Set(namesIn(schema['x-scopes'])),
    partialPaths: partials.flatMap(([, paths]) => namesIn(paths)),
    partialPlaces: new Map(partials.map(([type, paths]) => [type, namesIn(paths).map((path) => `config.${path}`)])),
  };
}

function namesIn(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

let compiler: Ajv2020 | null = null;
const validators = new WeakMap<JsonSchema, ValidateFunction>();

/** Holds a config to the schema of its plugin, without changing it. Compiled once per schema. */
export function checkPluginConfig(schema: JsonSchema, config: JsonObject): readonly ErrorObject[] {
  let validate = validators.get(schema);
  if (validate === undefined) {
    compiler ??= createCompiler();
    validate = compiler.compile(schema);
    validators.set(schema, validate);
  }
  if (validate(config)) return [];
  return (validate.errors ?? []).filter((error) => !isExcused(error));
}

function createCompiler(): Ajv2020 {
  const formats = Object.entries(textFormats).map(
    ([name, { whyNot }]) => [name, { type: 'string', validate: (text: string) => whyNot(text) === null }] as const,
  );
  return new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    validateSchema: false,
    code: { optimize: false },
    formats: Object.fromEntries(formats),
    addUsedSchema: false,
    logger: false,
  });
}

/**
 * A vault reference stands for a value of any kind where references are allowed. An empty list is an empty map to
 * Lua, and the other way round.
 */
function isExcused({ keyword, data, parentSchema }: ErrorObject): boolean {
  const schema = (parentSchema ?? {}) as JsonSchema;
  if (schema['x-referenceable'] === true && isVaultReference(data)) return true;
  if (keyword !== 'type' || typeof data !== 'object' || data === null) return false;
  const types = [schema.type].flat();
  return (types.includes('object') || types.includes('array')) && Object.keys(data).length === 0;
}

/** Whether a text is a protocol at all, whatever the plugin; what is not is for the schema of plugins to refuse. */
export function isProtocol(text: string): boolean {
  const { properties } = entitySchema('plugins');
  const list = isJsonObject(properties) && isJsonObject(properties.protocols) ? properties.protocols.items : null;
  return isJsonObject(list) && Array.isArray(list.enum) && list.enum.includes(text);
}

/** Whether a value is, as a whole, a reference to a secret in a vault. */
export function isVaultReference(value: unknown): boolean {
  return typeof value === 'string' && /^\{vault:\/\/.+\}$/s.test(value);
}
