import type { EntitySet } from '../entities/entity-set.ts';
import type { Plugin } from '../entities/plugin.ts';

/** Kinds of entities that a plugin may be for. */
export type ScopeKind = 'services' | 'routes' | 'consumers' | 'consumer_groups';

/** What people call an entity, by its id; the id itself when it has no name. */
export type NameLookup = (kind: ScopeKind, id: string) => string;

/** `service "orders" + consumer "bob"`, or `global`. */
export function scopeText({ service, route, consumer, consumer_group: group }: Plugin, nameOf: NameLookup): string {
  const parts: string[] = [];
  if (service !== null) parts.push(`service "${nameOf('services', service.id)}"`);
  if (route !== null) parts.push(`route "${nameOf('routes', route.id)}"`);
  if (consumer !== null) parts.push(`consumer "${nameOf('consumers', consumer.id)}"`);
  if (group !== null) parts.push(`consumer group "${nameOf('consumer_groups', group.id)}"`);
  return parts.length === 0 ? 'global' : parts.join(' + ');
}

/** {@link scopeText} among the entities of a config. */
export function scopeOf(plugin: Plugin, entities: EntitySet): string {
  return scopeText(plugin, (kind, id) => {
    const rows: readonly Named[] = entities[kind];
    return labelOf(rows.find((row) => row.id === id) ?? null, id);
  });
}

/** What names an entity in a scope, whichever of these fields its kind has. */
export interface Named {
  readonly id: string;
  readonly name?: string | null;
  readonly username?: string | null;
  readonly custom_id?: string | null;
}

/** What people call an entity. @param id what to call one that is not there, or has no name */
export function labelOf(row: Named | null, id: string): string {
  return row?.name ?? row?.username ?? row?.custom_id ?? id;
}
