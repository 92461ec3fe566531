import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { EntityKey } from './entity-view.ts';

/** Kinds that a path names otherwise than a reference does, or that only a path names. */
const ownKeys: Partial<Record<EntityKind, string>> = { plugins: 'instance_name', targets: 'target' };

/**
 * The field whose value may stand in a path instead of the id (Kong's endpoint key); `null` for kinds without one.
 * Certificates have none either: what stands there is the name of one of their SNIs, see `EntityView.named`.
 */
export function endpointKeyOf(kind: EntityKind): string | null {
  return ownKeys[kind] ?? entityKinds[kind].nameField;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text has the form of an id. */
export function isEntityId(text: string): boolean {
  return uuid.test(text);
}

/** Reads a decoded segment of a path: what has the form of an id is one (in lower case), all else is a name. */
export function readEntityKey(text: string): EntityKey {
  return isEntityId(text) ? { by: 'id', text: text.toLowerCase() } : { by: 'name', text };
}
