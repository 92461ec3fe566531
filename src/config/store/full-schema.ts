import type { EntityKind } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonSchema } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import { configSchema } from '../config-schemas.ts';
import { pluginFacts } from '../plugin-schemas.ts';
import { entitySchema } from '../schema-files.ts';

/** The schema of an entity with that of its config, which depends on what the entity is. */
export function fullSchema(kind: EntityKind, fields: JsonObject, catalog: PluginCatalog): JsonSchema {
  const schema = entitySchema(kind);
  if (kind !== 'plugins' && kind !== 'vaults' && kind !== 'partials') return schema;
  const config = configSchemaFor(kind, fields, catalog) ?? unknownConfig;
  return { ...schema, properties: { ...(isJsonObject(schema.properties) ? schema.properties : {}), config } };
}

/** The schema of the config of a plugin, vault or partial; `null` when nothing is known about it. */
export function configSchemaFor(
  kind: 'plugins' | 'vaults' | 'partials',
  fields: JsonObject,
  catalog: PluginCatalog,
): JsonSchema | null {
  const name = kind === 'partials' ? fields.type : fields.name;
  if (typeof name !== 'string') return null;
  if (kind !== 'plugins') return configSchema(kind, name)?.schema ?? null;
  return catalog.get(name)?.schema ?? pluginFacts(name)?.schema ?? null;
}

/** A record of which no field is known. */
const unknownConfig: JsonSchema = { type: 'object', properties: {} };
