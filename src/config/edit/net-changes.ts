import { allKinds, type EntityKind } from '../../entities/kinds.ts';
import type { Row } from '../store/entity-view.ts';
import type { EntityChange } from './entity-change.ts';
import { idIn } from './entity-update.ts';
import { isSameValue } from './same-value.ts';

/** What became of an entity in the end, and the position of the change that made it so. */
export interface NetChange extends EntityChange {
  readonly change: number;
}

/**
 * One change per entity, parents before what refers to them. A membership is its two ends: one that leads elsewhere is
 * another one.
 */
export function netChanges(changes: readonly EntityChange[]): readonly NetChange[] {
  const net = new Map<string, NetChange>();
  for (const [change, { kind, id, before, after }] of changes.entries()) {
    const key = `${kind} ${id.toLowerCase()}`;
    net.set(key, { kind, id, before: net.has(key) ? (net.get(key)?.before ?? null) : before, after, change });
  }
  const order = new Map(allKinds.map((kind, index) => [kind, index]));
  return [...net.values()]
    .filter(({ before, after }) => !isSameValue(before, after))
    .flatMap((change) => (change.kind === 'consumer_group_consumers' ? splitMembership(change) : [change]))
    .sort((a, b) => (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0));
}

function splitMembership(change: NetChange): readonly NetChange[] {
  const { before, after } = change;
  if (before === null || after === null) return [change];
  const ends = (row: Row): string => `${idIn(row.consumer) ?? ''} ${idIn(row.consumer_group) ?? ''}`;
  if (ends(before) === ends(after)) return [];
  return [
    { ...change, after: null },
    { ...change, before: null },
  ];
}

/** The name of an entity, by which people know it. */
export function spokenName({ kind, id, before, after }: EntityChange, labels: (kind: EntityKind) => string): string {
  const row = after ?? before;
  const name = [row?.name, row?.username, row?.target, row?.prefix].find((text) => typeof text === 'string');
  return `${labels(kind)} "${name ?? id}"`;
}
