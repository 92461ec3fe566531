import { createHash } from 'node:crypto';
import type { EntitySet } from '../entities/entity-set.ts';
import { type RunKind, runKinds } from '../entities/kinds.ts';

/**
 * Fingerprint of a config: 32 hex digits of the SHA-256 over its entities. Times, the order of entities and
 * of keys, and `null` for what is not set make no difference, so a file that means the same has the same one.
 */
export function hashEntities(entities: EntitySet): string {
  const hash = createHash('sha256');
  for (const list of runKinds) {
    const texts = entities[list].map((entity) => canonical({ ...entity, ...unheeded[list] }));
    for (const text of texts.sort()) hash.update(`${list} ${text}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

const times = { created_at: null, updated_at: null };

/** Fields that make no difference. A membership has no id of its own in most files: it is its two ends. */
const unheeded = {
  ...(Object.fromEntries(runKinds.map((kind) => [kind, times])) as Record<RunKind, object>),
  consumer_group_consumers: { id: null },
};

/** JSON with sorted keys. Written out, since a replacer of `JSON.stringify` takes four times as long. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const record = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record)
    .filter((key) => record[key] !== undefined && record[key] !== null)
    .sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`).join()}}`;
}
