import { uuidV5 } from '../lib/digest.ts';
import { type EntityKind, entityKinds } from './kinds.ts';

/** Root of the namespaces that Kong derives the ids of a declarative config from. */
const ROOT_NAMESPACE = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';

const namespaces = new Map<string, string>();

/**
 * The id Kong gives an entity that has none in the file: a UUIDv5 in the namespace of its kind (`services`, …). `key`
 * is its name or, for a consumer, its username; for others see {@link idKeyOf}.
 */
export function derivedId(kind: string, key: string): string {
  let namespace = namespaces.get(kind);
  if (namespace === undefined) {
    namespace = uuidV5(ROOT_NAMESPACE, kind);
    namespaces.set(kind, namespace);
  }
  return uuidV5(namespace, key);
}

/**
 * Kong's cache key of an entity (without workspace), the text its id is derived from where no name counts; `null` when
 * nothing of it is there. Two entities of a kind must not share one.
 *
 * @param partOf what a field says; of a reference the id of a parent, else what the file says
 */
export function idKeyOf(kind: EntityKind, partOf: (field: string) => string): string | null {
  const { idFields, optionalIdFields } = entityKinds[kind];
  const parts = [...idFields.map(partOf), ...optionalIdFields.map(partOf).filter((part) => part !== '')];
  return parts.some((part) => part !== '') ? [kind, '*', ...parts].join(':') : null;
}
