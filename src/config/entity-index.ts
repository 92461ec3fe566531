import { derivedId, idKeyOf } from '../entities/ids.ts';
import { allKinds, type EntityKind, entityKinds } from '../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../lib/json.ts';
import { type Draft, type DraftSet, parentOf, textOf } from './draft.ts';
import { entitySchema } from './schema-files.ts';

/** Something a reference can lead to. */
export interface Referable {
  readonly id: string;
  readonly name: string | null;
}

/** Finds entities by name or id, and knows the id of each. */
export class EntityIndex {
  readonly #ids = new Map<Draft, string>();
  readonly #byName = new Map<EntityKind, Map<string, Referable>>();
  readonly #byId = new Map<EntityKind, Map<string, Referable>>();
  /** What may have been meant as the name or id of an entity: see {@link maybeMeant}. */
  readonly #guesses = new Map<EntityKind, Set<string>>();
  readonly #contents = new Map<string, number>();

  constructor(drafts: DraftSet) {
    // The table has parents before their children, whose ids may be made from theirs.
    for (const kind of allKinds) for (const draft of drafts[kind]) this.#add(kind, draft);
  }

  /** The id of an entity: its own, or the one Kong would derive. Stable for unchanged content. */
  idOf(draft: Draft): string {
    return this.#ids.get(draft) ?? '';
  }

  /** The entity with this name or id. */
  find(kind: EntityKind, nameOrId: string): Referable | null {
    return this.findByName(kind, nameOrId) ?? this.findById(kind, nameOrId);
  }

  findByName(kind: EntityKind, name: string): Referable | null {
    return this.#byName.get(kind)?.get(name) ?? null;
  }

  findById(kind: EntityKind, id: string): Referable | null {
    return this.#byId.get(kind)?.get(id.toLowerCase()) ?? null;
  }

  /**
   * Whether an entity has this text under a key that does not exist: then the key, meant as its name or id, is what is
   * wrong, and it has its finding; the references to the entity are right.
   */
  maybeMeant(kind: EntityKind, name: string): boolean {
    return this.#guesses.get(kind)?.has(name) === true;
  }

  /** Whether there is no entity of a kind at all. */
  isEmpty(kind: EntityKind): boolean {
    return !this.#byId.has(kind);
  }

  /** All names of a kind, for suggestions. */
  names(kind: EntityKind): Iterable<string> {
    return this.#byName.get(kind)?.keys() ?? [];
  }

  #add(kind: EntityKind, draft: Draft): void {
    const { nameField } = entityKinds[kind];
    const name = nameField === null ? null : textOf(draft.fields[nameField]);
    const id = textOf(draft.fields.id)?.toLowerCase() ?? this.#derive(draft, kind, name);
    this.#ids.set(draft, id);
    const entity: Referable = { id, name };
    const byId = getOrCreate(this.#byId, kind, () => new Map<string, Referable>());
    if (!byId.has(id.toLowerCase())) byId.set(id.toLowerCase(), entity);
    this.#guess(kind, draft);
    if (nameField === null) return;
    const byName = getOrCreate(this.#byName, kind, () => new Map<string, Referable>());
    if (name !== null && !byName.has(name)) byName.set(name, entity);
  }

  #guess(kind: EntityKind, draft: Draft): void {
    const known = (entitySchema(kind).properties ?? {}) as JsonObject;
    for (const [key, value] of Object.entries(draft.given)) {
      if (Object.hasOwn(known, key) || typeof value === 'object') continue;
      getOrCreate(this.#guesses, kind, () => new Set<string>()).add(String(value));
    }
  }

  #derive(draft: Draft, kind: EntityKind, name: string | null): string {
    const key = idKeyOf(kind, (field) => this.#keyPart(draft, field));
    if (key !== null) return derivedId(kind, key);
    if (name !== null) return derivedId(kind, name);
    // Kong rolls a random id here. One made from the content keeps the hash of an unchanged config the same.
    const parent = draft.parent === null ? '' : this.idOf(draft.parent.draft);
    const children = Object.fromEntries(entityKinds[kind].children.map(({ key }) => [key, null]));
    const content = `${kind}:${parent}:${JSON.stringify({ ...draft.given, ...children })}`;
    const count = (this.#contents.get(content) ?? 0) + 1;
    this.#contents.set(content, count);
    return derivedId(kind, `${content}#${count}`);
  }

  /** References as written, parents by id: what Kong sees when it makes ids. */
  #keyPart(draft: Draft, field: string): string {
    const parent = parentOf(draft, field);
    if (parent !== null) return this.idOf(parent);
    const value = draft.fields[field];
    return entityKinds[draft.kind].references[field] === undefined
      ? (textOf(value) ?? '')
      : (readReference(value)?.text ?? '');
  }
}

/** A reference as written: the text to look up and whether it must be an id or a name. */
export interface Reference {
  readonly text: string;
  readonly by: 'id' | 'name' | 'any';
  /** Path of the text below the field. */
  readonly path: JsonPath;
}

/** Fields that a reference in the form of a map may name its entity by. */
const nameFields = ['name', 'username', 'custom_id'];

/** Reads `name`, `id`, `{id: …}` or `{name: …}` (`{username: …}` for a consumer); `null` for anything else. */
export function readReference(value: JsonValue | undefined): Reference | null {
  if (typeof value === 'string') return value === '' ? null : { text: value, by: 'any', path: [] };
  if (!isJsonObject(value)) return null;
  const id = textOf(value.id);
  if (id !== null) return { text: id, by: 'id', path: ['id'] };
  for (const field of nameFields) {
    const name = textOf(value[field]);
    if (name !== null) return { text: name, by: 'name', path: [field] };
  }
  return null;
}

function getOrCreate<Value>(map: Map<EntityKind, Value>, key: EntityKind, create: () => Value): Value {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = create();
    map.set(key, inner);
  }
  return inner;
}
