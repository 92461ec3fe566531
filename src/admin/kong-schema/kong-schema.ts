import { configSchema } from '../../config/config-schemas.ts';
import { pluginFacts } from '../../config/plugin-schemas.ts';
import { entitySchema } from '../../config/schema-files.ts';
import { pluginDefaults } from '../../entities/defaults.ts';
import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonSchema } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { PluginDescription } from '../../pdk/plugin.ts';
import { configFacts, type EntityFacts, entityFacts } from './entity-facts.ts';
import { fieldOf, recordFields } from './field-of-schema.ts';
import type { KongField, KongNamedField, KongSchema } from './kong-field.ts';

const entitySchemas = new Map<EntityKind, KongSchema>();

/**
 * The schema of a kind in Kong's shape: what `GET /schemas/{kind}` shows, what answers consist of, and how the texts
 * of a form are read. Made of our JSON Schema on first use. The config of plugins, vaults and partials is abstract.
 */
export function kongSchema(kind: EntityKind): KongSchema {
  let schema = entitySchemas.get(kind);
  if (schema === undefined) {
    schema = makeEntitySchema(kind);
    entitySchemas.set(kind, schema);
  }
  return schema;
}

const pluginSchemas = new WeakMap<PluginCatalog, Map<string, KongSchema>>();

/** The schema of plugins of one name, its config included; `null` for a plugin that nobody knows. */
export function kongPluginSchema(name: string, catalog: PluginCatalog): KongSchema | null {
  let known = pluginSchemas.get(catalog);
  if (known === undefined) {
    known = new Map();
    pluginSchemas.set(catalog, known);
  }
  let schema = known.get(name) ?? null;
  if (schema === null) {
    schema = makePluginSchema(name, catalog.get(name));
    if (schema !== null) known.set(name, schema);
  }
  return schema;
}

/** The JSON Schema that the config of a plugin is held to; `null` for a plugin that nobody knows. */
export function pluginConfigSchema(name: string, catalog: PluginCatalog): JsonSchema | null {
  return catalog.get(name)?.schema ?? pluginFacts(name)?.schema ?? null;
}

const configSchemas = new Map<string, KongSchema>();

/** The schema of vaults of one name, its config included; `null` for a vault that nobody knows. */
export function kongVaultSchema(name: string): KongSchema | null {
  return withConfig('vaults', name);
}

/** The schema of partials of one type, its config included; `null` for a type that nobody knows. */
export function kongPartialSchema(type: string): KongSchema | null {
  return withConfig('partials', type);
}

function withConfig(kind: 'vaults' | 'partials', name: string): KongSchema | null {
  const key = `${kind} ${name}`;
  const known = configSchemas.get(key);
  if (known !== undefined) return known;
  const found = configSchema(kind, name);
  if (found === null) return null;
  const schema = withFields(kongSchema(kind), { config: configField(found.schema, name) });
  configSchemas.set(key, schema);
  return schema;
}

/** Keys of a file that are no fields of an entity. */
const fileKeys: ReadonlySet<string> = new Set(['_comment', '_ignore', '_config']);

function makeEntitySchema(kind: EntityKind): KongSchema {
  const schema = entitySchema(kind);
  const facts = entityFacts(kind);
  const hidden = new Set([...fileKeys, ...facts.absent, ...entityKinds[kind].children.map(({ key }) => key)]);
  const properties = Object.entries(isJsonObject(schema.properties) ? schema.properties : {});
  const own = Object.fromEntries(properties.filter(([name]) => !hidden.has(name)));
  const { fields } = recordFields({ ...schema, properties: own }, facts);
  const all = (kind === 'certificates' ? [...fields, certificateNames] : fields).flatMap((field) =>
    Object.entries(field).map(([name, value]) => ({ [name]: entityField(kind, name, value, facts) })),
  );
  const unlisted = new Set([...facts.inputs, ...facts.extras]);
  return {
    fields: [...all.filter((field) => !unlisted.has(nameOf(field)))].sort(idFirst),
    entity_checks: facts.checks,
    inputs: all.filter((field) => facts.inputs.includes(nameOf(field))),
    extras: all.filter((field) => facts.extras.includes(nameOf(field))),
  };
}

/** In a file a list of entities, here of their names. */
const certificateNames: KongNamedField = {
  snis: { type: 'array', description: 'Names of the SNIs of this certificate.', elements: { type: 'string' } },
};

function idFirst(a: KongNamedField, b: KongNamedField): number {
  return Number('id' in b) - Number('id' in a);
}

function entityField(kind: EntityKind, name: string, field: KongField, facts: EntityFacts): KongField {
  const { references, required, unique } = entityKinds[kind];
  const reference = references[name];
  if (reference !== undefined) {
    const { description } = field;
    return {
      type: 'foreign',
      reference,
      ...(description === undefined ? {} : { description }),
      ...(required.includes(name) ? { required: true } : {}),
    };
  }
  if (name === 'created_at' || name === 'updated_at') {
    return { type: kind === 'targets' ? 'number' : 'integer', timestamp: true, auto: true };
  }
  if (name === 'id') return { type: 'string', uuid: true, auto: true };
  if (name === 'config' && (kind === 'plugins' || kind === 'vaults' || kind === 'partials')) {
    return { type: 'record', abstract: true };
  }
  return {
    ...field,
    ...(kind === 'plugins' && name === 'protocols' ? { default: pluginDefaults.protocols, required: true } : {}),
    ...(facts.required.includes(name) ? { required: true } : {}),
    ...(facts.autos.has(name) ? { auto: true } : {}),
    ...(unique.includes(name) ? { unique: true } : {}),
  };
}

function makePluginSchema(name: string, definition: PluginDescription | undefined): KongSchema | null {
  const facts = pluginFacts(name);
  const schema = definition?.schema ?? facts?.schema;
  if (schema === undefined) return null;
  const { protocols } = Object.fromEntries(kongSchema('plugins').fields.flatMap((field) => Object.entries(field)));
  const scopes = facts?.scopes ?? null;
  const barred = (['service', 'route', 'consumer', 'consumer_group'] as const).filter(
    (scope) => scopes !== null && !scopes.has(scope),
  );
  const partials = schema['x-partials'];
  const runsWith = definition?.protocols ?? facts?.defaultProtocols ?? pluginDefaults.protocols;
  const known = withFields(kongSchema('plugins'), {
    name: { type: 'string', required: true },
    config: configField(schema, name),
    protocols: {
      ...(protocols ?? { type: 'set' }),
      type: 'set',
      required: true,
      default: runsWith,
      elements: { type: 'string', one_of: facts?.protocols ?? runsWith },
    },
    ...Object.fromEntries(
      barred.map((scope) => [scope, { type: 'foreign', reference: `${scope}s`, eq: null } as const]),
    ),
  });
  return isJsonObject(partials) ? { ...known, supported_partials: supported(partials) } : known;
}

/** Our paths begin at the config, Kong's at the plugin. */
function supported(partials: JsonObject): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(partials).map(([type, paths]) => {
      const texts = Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
      return [type, texts.map((path) => (path === '' ? 'config' : `config.${path}`))];
    }),
  );
}

function configField(schema: JsonSchema, name: string): KongField {
  // Of the config as a whole the schema says what it is for, not what it is.
  const { required = null, properties = {} } = schema;
  const record = { type: 'object', properties, ...(required === null ? {} : { required }) };
  const field = fieldOf(record, configFacts(name), '');
  return { ...field, required: true };
}

function withFields(schema: KongSchema, fields: Readonly<Record<string, KongField>>): KongSchema {
  return {
    ...schema,
    fields: schema.fields.map((field) => {
      const own = fields[nameOf(field)];
      return own === undefined ? field : { [nameOf(field)]: own };
    }),
  };
}

function nameOf(field: KongNamedField): string {
  return Object.keys(field)[0] ?? '';
}
