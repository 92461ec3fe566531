import { isJsonObject, type JsonPath, type JsonValue } from '../lib/json.ts';
import { derivedId, pluginKey } from '../entities/ids.ts';
import type { ConfigDocument } from './document.ts';
import { type Draft, type DraftSet, listOf, textOf } from './draft.ts';

/** Something a reference can lead to. */
export interface Referable {
  readonly id: string;
  readonly name: string | null;
}

/** Kinds that are referred to, and the field that names them. */
const nameFields: Readonly<Record<string, string>> = {
  services: 'name',
  routes: 'name',
  consumers: 'username',
  upstreams: 'name',
  consumer_groups: 'name',
  certificates: 'id',
  key_sets: 'name',
};

/** Finds entities by name or id, and knows the id of each. */
export class EntityIndex {
  readonly #ids = new Map<Draft, string>();
  readonly #byName = new Map<string, Map<string, Referable>>();
  readonly #byId = new Map<string, Map<string, Referable>>();
  readonly #contents = new Map<string, number>();

  constructor(drafts: DraftSet, documents: readonly ConfigDocument[]) {
    for (const list of ['services', 'routes', 'consumers'] as const) {
      for (const draft of drafts[list]) this.#add(list, this.#register(draft, list), nameOf(list, draft));
    }
    for (const draft of drafts.plugins) this.#register(draft, 'plugins');
    for (const document of documents) this.#addOthers(document);
  }

  /** The id of an entity: its own, or the one Kong would derive. Stable for unchanged content. */
  idOf(draft: Draft): string {
    return this.#ids.get(draft) ?? '';
  }

  /** The entity with this name or id. */
  find(list: string, nameOrId: string): Referable | null {
    return this.#byName.get(list)?.get(nameOrId) ?? this.findById(list, nameOrId);
  }

  findById(list: string, id: string): Referable | null {
    return this.#byId.get(list)?.get(id.toLowerCase()) ?? null;
  }

  /** All names of a kind, for suggestions. */
  names(list: string): Iterable<string> {
    return this.#byName.get(list)?.keys() ?? [];
  }

  #register(draft: Draft, list: string): string {
    const id = textOf(draft.fields.id) ?? this.#derive(draft, list);
    this.#ids.set(draft, id);
    return id;
  }

  #derive(draft: Draft, list: string): string {
    const name = list === 'plugins' ? null : nameOf(list, draft);
    if (name !== null) return derivedId(list, name);
    if (list === 'plugins' && textOf(draft.fields.name) !== null) return derivedId(list, this.pluginKeyOf(draft));
    // Kong rolls a random id here. One made from the content keeps the hash of an unchanged config the same.
    const parents = Object.values(draft.parents).map((parent: Draft) => this.idOf(parent));
    const own = { ...draft.given, routes: null, plugins: null };
    const content = `${list}:${parents.join()}:${JSON.stringify(own)}`;
    const count = (this.#contents.get(content) ?? 0) + 1;
    this.#contents.set(content, count);
    return derivedId(list, `${content}#${count}`);
  }

  /** What Kong makes a plugin's id from: references as written, parents by id. */
  pluginKeyOf(draft: Draft): string {
    const part = (field: 'route' | 'service' | 'consumer'): string => {
      const parent = draft.parents[field];
      return parent === undefined ? (readReference(draft.fields[field])?.text ?? '') : this.idOf(parent);
    };
    const scope = { route: part('route'), service: part('service'), consumer: part('consumer') };
    return pluginKey(textOf(draft.fields.name) ?? '', scope);
  }

  #addOthers(document: ConfigDocument): void {
    if (!isJsonObject(document.value)) return;
    for (const list of ['upstreams', 'consumer_groups', 'certificates', 'key_sets']) {
      for (const entity of listOf(document.value[list])) {
        if (!isJsonObject(entity)) continue;
        const name = textOf(entity[nameFields[list] ?? 'name']);
        const id = textOf(entity.id) ?? (name === null ? null : derivedId(list, name));
        if (id !== null) this.#add(list, id, name);
      }
    }
  }

  #add(list: string, id: string, name: string | null): void {
    const entity: Referable = { id, name };
    const byId = getOrCreate(this.#byId, list);
    if (!byId.has(id.toLowerCase())) byId.set(id.toLowerCase(), entity);
    const byName = getOrCreate(this.#byName, list);
    if (name !== null && !byName.has(name)) byName.set(name, entity);
  }
}

/** A reference as written: the text to look up and whether it must be an id or a name. */
export interface Reference {
  readonly text: string;
  readonly by: 'id' | 'name' | 'any';
  /** Path of the text below the field. */
  readonly path: JsonPath;
}

/** Reads `name`, `id`, `{id: …}` or `{name: …}`; `null` for anything else. */
export function readReference(value: JsonValue | undefined): Reference | null {
  if (typeof value === 'string') return value === '' ? null : { text: value, by: 'any', path: [] };
  if (!isJsonObject(value)) return null;
  const id = textOf(value.id);
  if (id !== null) return { text: id, by: 'id', path: ['id'] };
  const name = textOf(value.name);
  return name === null ? null : { text: name, by: 'name', path: ['name'] };
}

function nameOf(list: string, draft: Draft): string | null {
  return textOf(draft.fields[nameFields[list] ?? 'name']);
}

function getOrCreate<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
