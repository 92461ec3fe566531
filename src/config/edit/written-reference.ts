import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonValue } from '../../lib/json.ts';
import type { Draft } from '../draft.ts';
import { type EntityIndex, readReference } from '../entity-index.ts';
import type { Tree } from './write-tree.ts';

/** What an entity is called, once all changes are made. */
export class EntityNames {
  readonly #index: EntityIndex;
  readonly #changed = new Map<string, string | null>();

  constructor(index: EntityIndex) {
    this.#index = index;
  }

  /** Tells the name that an entity has after the changes. */
  set(kind: EntityKind, id: string, name: string | null): void {
    this.#changed.set(`${kind} ${id}`, name);
  }

  /** The name by which others may refer to an entity; `null` when it has none or one that is a secret. */
  of(kind: EntityKind, id: string): string | null {
    if (entityKinds[kind].hasSecretNames || entityKinds[kind].nameField === null) return null;
    const changed = this.#changed.get(`${kind} ${id}`);
    return changed === undefined ? (this.#index.findById(kind, id)?.name ?? null) : changed;
  }
}

/** A reference in a certain form: that of the one `like` it, or else the name, or the id where there is none. */
export function referenceTree(kind: EntityKind, id: string, names: EntityNames, like: JsonValue | undefined): Tree {
  const name = names.of(kind, id);
  if (isJsonObject(like)) {
    const field = readReference(like)?.path[0];
    return name === null || field === 'id' ? { id } : { [entityKinds[kind].nameField ?? 'name']: name };
  }
  return name === null || readReference(like)?.text === id ? id : name;
}

/** An example of how a file writes the references `field` of a kind. */
export function exampleReference(drafts: readonly Draft[], field: string): JsonValue | undefined {
  const found = drafts.find(({ given, parent }) => parent?.field !== field && (given[field] ?? null) !== null);
  return found?.given[field];
}

/** The text that a reference consists of, of which ids may be made. */
export function textOfReference(tree: Tree | undefined): string | null {
  return tree === undefined ? null : (readReference(tree as JsonValue)?.text ?? null);
}
