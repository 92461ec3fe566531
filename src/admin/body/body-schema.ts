import type { EntityKind } from '../../entities/kinds.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { KongSchema } from '../kong-schema/kong-field.ts';
import { kongPartialSchema, kongPluginSchema, kongSchema, kongVaultSchema } from '../kong-schema/kong-schema.ts';
import type { SchemaOfBody } from './read-body.ts';

/**
 * The schema that bodies for a kind are read by. The config of plugins and vaults is that of their `name`, the config
 * of partials that of their `type`.
 * @param stored the stored entity, asked for when a body does not say it (PATCH)
 */
export function bodySchema(
  kind: EntityKind,
  catalog: PluginCatalog,
  stored: () => JsonObject | null = () => null,
): SchemaOfBody {
  const schemaOf = schemasWithConfig[kind];
  if (schemaOf === undefined) return kongSchema(kind);
  const field = kind === 'partials' ? 'type' : 'name';
  return (body: JsonObject) => {
    const name = textOf(body[field]) ?? textOf(stored()?.[field]);
    return (name === null ? null : schemaOf(name, catalog)) ?? kongSchema(kind);
  };
}

const schemasWithConfig: Partial<Record<EntityKind, (name: string, catalog: PluginCatalog) => KongSchema | null>> = {
  plugins: kongPluginSchema,
  vaults: kongVaultSchema,
  partials: kongPartialSchema,
};

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
