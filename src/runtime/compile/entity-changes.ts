import type { Consumer } from '../../entities/consumer.ts';
import type { ConsumerGroup } from '../../entities/consumer-group.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { Plugin } from '../../entities/plugin.ts';
import type { Route } from '../../entities/route.ts';
import type { Service } from '../../entities/service.ts';
import { changesBetween, type ListChanges } from '../../lib/list-changes.ts';
import { labelOf, type Named } from '../plugin-scope.ts';

/** What came and went between two configs, for the kinds whose rows are looked at one by one. */
export interface EntityChanges {
  readonly services: ListChanges<Service>;
  readonly routes: ListChanges<Route>;
  readonly plugins: ListChanges<Plugin>;
  readonly consumers: ListChanges<Consumer>;
  readonly consumer_groups: ListChanges<ConsumerGroup>;
}

/** Compares two configs; rows that did not change are the same objects in both. */
export function entityChanges(before: EntitySet, after: EntitySet): EntityChanges {
  return {
    services: changesBetween(before.services, after.services),
    routes: changesBetween(before.routes, after.routes),
    plugins: changesBetween(before.plugins, after.plugins),
    consumers: changesBetween(before.consumers, after.consumers),
    consumer_groups: changesBetween(before.consumer_groups, after.consumer_groups),
  };
}

/** Ids of entities that a plugin may be for and that came, went or are called otherwise now. */
export function renamedIn(changes: EntityChanges): ReadonlySet<string> {
  const renamed = new Set<string>();
  const kinds: readonly ListChanges<Named & object>[] = [
    changes.services,
    changes.routes,
    changes.consumers,
    changes.consumer_groups,
  ];
  for (const { removed, added } of kinds) {
    const labels = new Map(removed.map((row) => [row.id, labelOf(row, row.id)]));
    for (const row of added) {
      if (labels.get(row.id) === labelOf(row, row.id)) labels.delete(row.id);
      else renamed.add(row.id);
    }
    for (const id of labels.keys()) renamed.add(id);
  }
  return renamed;
}

/** Ids of all rows that came, went or changed. */
export function idsIn({ removed, added }: ListChanges<{ readonly id: string }>): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { id } of removed) ids.add(id);
  for (const { id } of added) ids.add(id);
  return ids;
}
