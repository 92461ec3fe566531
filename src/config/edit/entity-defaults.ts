import { pluginDefaults, routeDefaults, serviceDefaults } from '../../entities/defaults.ts';
import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import { configSchema } from '../config-schemas.ts';
import type { ConfigDocument } from '../document.ts';
import { listOf, textOf } from '../draft.ts';
import { mergeOver, topLevel } from '../format.ts';
import { pluginFacts } from '../plugin-schemas.ts';
import { entitySchema } from '../schema-files.ts';

/** The schema of an entity, with that of its config where its name or type says which it is. */
export function schemaOf(kind: EntityKind, row: JsonObject, catalog: PluginCatalog): JsonSchema {
  const schema = entitySchema(kind);
  const config = configSchemaOf(kind, row, catalog);
  if (config === null) return schema;
  return { ...schema, properties: { ...topLevel(schema.properties ?? null), config } };
}

function configSchemaOf(kind: EntityKind, row: JsonObject, catalog: PluginCatalog): JsonSchema | null {
  const name = textOf(row[kind === 'partials' ? 'type' : 'name']);
  if (name === null) return null;
  if (kind === 'plugins') return catalog.get(name)?.schema ?? pluginFacts(name)?.schema ?? null;
  return kind === 'vaults' || kind === 'partials' ? (configSchema(kind, name)?.schema ?? null) : null;
}

/** What the fields of an entity are when the file leaves them out, as far as that depends on more than a schema. */
export function defaultsOf(kind: EntityKind, row: JsonObject, catalog: PluginCatalog): JsonObject {
  if (kind === 'services') return serviceDefaults;
  if (kind === 'routes') {
    const isGrpc = listOf(row.protocols).some((protocol) => protocol === 'grpc' || protocol === 'grpcs');
    return { ...routeDefaults, strip_path: !isGrpc };
  }
  if (kind !== 'plugins') return {};
  const name = textOf(row.name) ?? '';
  const protocols = catalog.get(name)?.protocols ?? pluginFacts(name)?.defaultProtocols;
  return { ...pluginDefaults, ...(protocols === undefined ? {} : { protocols }) };
}

/** What a file says for all entities of a kind. */
export interface FileDefaults {
  readonly fields: JsonObject;
  readonly tags: readonly JsonValue[];
}

/** `_info.defaults` and `_info.select_tags` of a file. */
export function fileDefaults(document: ConfigDocument, kind: EntityKind): FileDefaults {
  const info = topLevel(topLevel(document.value)._info ?? null);
  const fields = topLevel(info.defaults ?? null)[entityKinds[kind].singular];
  return { fields: isJsonObject(fields) ? fields : {}, tags: listOf(info.select_tags) };
}

/** Defaults of an entity in a file: those of the file count more. */
export function combinedDefaults(own: JsonObject, file: FileDefaults): JsonObject {
  return mergeOver(own, file.fields);
}

/** The tags that an entity has to have in the file to end up with `tags`: those that the file gives to all are left out. */
export function ownTags(tags: JsonValue | undefined, given: JsonValue | undefined, file: FileDefaults): JsonValue {
  if (file.tags.length === 0) return tags ?? null;
  const own = listOf(tags).filter((tag) => !file.tags.includes(tag) || listOf(given).includes(tag));
  return own.length === 0 && (given ?? null) === null ? null : own;
}
