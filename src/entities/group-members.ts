import type { ConsumerGroup } from './consumer-group.ts';
import type { EntitySet } from './entity-set.ts';

/** The groups of each consumer that has any, by its id; of several, the one whose name comes first stands first. */
export function groupsByConsumer({
  consumer_groups: groups,
  consumer_group_consumers: memberships,
}: EntitySet): ReadonlyMap<string, readonly ConsumerGroup[]> {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const members = new Map<string, ConsumerGroup[]>();
  for (const { consumer, consumer_group: reference } of memberships) {
    const group = byId.get(reference.id);
    if (group === undefined) continue;
    const others = members.get(consumer.id);
    if (others === undefined) members.set(consumer.id, [group]);
    else others.push(group);
  }
  for (const list of members.values()) list.sort((a, b) => (a.name < b.name ? -1 : 1));
  return members;
}
