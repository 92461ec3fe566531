import { createHash } from 'node:crypto';
import type { EntitySet } from '../entities/entity-set.ts';

/**
 * Fingerprint of a config: 32 hex digits of the SHA-256 over its entities. Times and the order of keys make no
 * difference, so a file that means the same has the same one.
 */
export function hashEntities(entities: EntitySet): string {
  const hash = createHash('sha256');
  for (const list of ['services', 'routes', 'consumers', 'plugins'] as const) {
    for (const entity of entities[list]) {
      hash.update(`${list} ${canonical({ ...entity, created_at: null, updated_at: null })}\n`);
    }
  }
  return hash.digest('hex').slice(0, 32);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
