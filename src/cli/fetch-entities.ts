import { collections } from '../admin/routes/collections.ts';
import type { EntityKind } from '../entities/kinds.ts';
import type { EntityRows } from '../config/render/dump-config.ts';
import type { JsonObject } from '../lib/json.ts';
import type { AdminClient } from './admin-client.ts';

/** What is made at run time, by callers, and does not belong into a file. */
const grantedAtRunTime: ReadonlySet<EntityKind> = new Set(['oauth2_tokens']);

/**
 * All entities of a running gateway, or those that have all of these tags. Collections that it does not have count as
 * empty: not every Kong has all of them.
 * @throws {RemoteError}
 */
export async function fetchEntities(client: AdminClient, tags: readonly string[]): Promise<EntityRows> {
  const rows: Partial<Record<EntityKind, readonly JsonObject[]>> = {};
  for (const { kind, name, isNestedOnly } of collections) {
    if (!isNestedOnly && !grantedAtRunTime.has(kind)) rows[kind] = await client.rows(`/${name}`, tags);
  }
  rows.targets = await each(rows.upstreams, (id) => client.rows(`/upstreams/${id}/targets`));
  rows.consumer_group_consumers = await each(rows.consumer_groups, async (group) => {
    const members = await client.rows(`/consumer_groups/${group}/consumers`);
    return members.map(({ id = null }) => ({ consumer_group: { id: group }, consumer: { id } }));
  });
  return rows;
}

async function each(
  parents: readonly JsonObject[] = [],
  fetchChildren: (id: string) => Promise<readonly JsonObject[]>,
): Promise<readonly JsonObject[]> {
  const children: JsonObject[] = [];
  for (const { id } of parents) if (typeof id === 'string') children.push(...(await fetchChildren(id)));
  return children;
}
