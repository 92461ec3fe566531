import type { EntityKind } from '../../entities/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import { kongPluginSchema, kongSchema, kongVaultSchema } from '../kong-schema/kong-schema.ts';
import type { SchemaOfBody } from './read-body.ts';

/**
 * The schema that bodies for a kind are read by. The config of plugins and vaults is that of their `name`.
 * @param storedName name of the stored entity, asked for when a body does not say it (PATCH)
 */
export function bodySchema(
  kind: EntityKind,
  catalog: PluginCatalog,
  storedName: () => string | null = () => null,
): SchemaOfBody {
  if (kind !== 'plugins' && kind !== 'vaults') return kongSchema(kind);
  return ({ name }: JsonObject) => {
    const known = typeof name === 'string' && name !== '' ? name : storedName();
    const own = known === null ? null : kind === 'plugins' ? kongPluginSchema(known, catalog) : kongVaultSchema(known);
    return own ?? kongSchema(kind);
  };
}
