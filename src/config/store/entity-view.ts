import type { EntityKind } from '../../entities/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';

/**
 * An entity as the gateway has it: flat, with every default filled in, references as `{"id": …}` or `null`, times in
 * seconds. The very object that stands in the entity set of its config, so one that did not change is the same object.
 */
export type Row = JsonObject & { readonly id: string };

/** Looks entities up. All lists are ordered by id, as Kong pages through them. */
export interface EntityView {
  all(kind: EntityKind): readonly Row[];
  /** By id, in any case. */
  get(kind: EntityKind, id: string): Row | null;
  /** By what may stand in a path instead of the id: see `endpoint-key.ts`. */
  named(kind: EntityKind, name: string): Row | null;
  /** Those whose reference `field` leads to the entity `id`. */
  referring(kind: EntityKind, field: string, id: string): readonly Row[];
}

/** How a path names an entity. */
export interface EntityKey {
  readonly by: 'id' | 'name';
  readonly text: string;
}

/**
 * Changes entities one after the other; each step is checked against all steps before it. Nothing is in force, and
 * nothing is lost, until the whole is committed. Every step throws an `EntityProblem` when it may not be done.
 */
export interface EntityEdit extends EntityView {
  /** Makes a new entity (`POST`): defaults for what is left out, a random id unless one is given. */
  create(kind: EntityKind, fields: JsonObject): Row;
  /** Puts an entity in place of the one with this key, or makes it (`PUT`): what is left out gets its default. */
  replace(kind: EntityKind, key: EntityKey, fields: JsonObject): Row;
  /** Changes fields (`PATCH`): records are merged, lists and maps replaced, `null` unsets. The entity must be there. */
  update(kind: EntityKind, id: string, changes: JsonObject): Row;
  /** Takes an entity away, with what Kong takes away with it. One that is not there is no problem. */
  remove(kind: EntityKind, id: string): void;
}
