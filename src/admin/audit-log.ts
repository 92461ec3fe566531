import type { EntityChange } from '../config/edit/entity-change.ts';
import { fieldChanges } from '../config/diff/field-changes.ts';
import type { Logger } from '../pdk/log.ts';
import type { WriteRequest } from '../runtime/config-writer.ts';
import type { AcceptedWrite } from '../runtime/entity-writer.ts';

/** A write that takes much with it names so many entities, and says how many there are. */
const MAX_ENTITIES = 50;
/** Times change with every write. */
const silentFields: ReadonlySet<string> = new Set(['created_at', 'updated_at']);

/**
 * Tells in the log who changed what through the Admin API, one line a write. Fields are named and never shown: whatever
 * they hold may be a secret.
 */
export class AuditLog {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log.child({ name: 'audit' });
  }

  /** A write of entities that is in force. */
  wrote({ request, changes, oldHash, newHash }: AcceptedWrite): void {
    this.#log.info(
      {
        ...request,
        changes: changes.slice(0, MAX_ENTITIES).map(describe),
        ...(changes.length > MAX_ENTITIES ? { change_count: changes.length } : {}),
        old_hash: oldHash,
        new_hash: newHash,
      },
      'entities changed',
    );
  }

  /** A whole config that took the place of the one before. */
  replaced(request: WriteRequest, oldHash: string, newHash: string): void {
    this.#log.info({ ...request, old_hash: oldHash, new_hash: newHash }, 'configuration replaced');
  }
}

function describe({ kind, id, before, after }: EntityChange): Readonly<Record<string, unknown>> {
  if (before === null) return { kind, id, op: 'create' };
  if (after === null) return { kind, id, op: 'delete' };
  const paths = fieldChanges(before, after).map(({ path }) => path.join('.'));
  return { kind, id, op: 'update', fields: paths.filter((path) => !silentFields.has(path)) };
}
