import { allKinds, type ChildList, type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import { textOf } from '../draft.ts';
import { isSameValue } from '../edit/same-value.ts';
import { withoutDefaults } from '../edit/short-form.ts';
import { configSchema } from '../config-schemas.ts';
import { linksOf, placeOfPartial, withLentDefaults } from '../partial-links.ts';
import { pluginFacts } from '../plugin-schemas.ts';
import { entitySchema } from '../schema-files.ts';
import { withoutOldFields } from './without-old-fields.ts';

/** Entities as an Admin API shows them, by kind: flat, with everything filled in. */
export type EntityRows = Readonly<Partial<Record<EntityKind, readonly JsonObject[]>>>;

/** How {@link dumpConfig} writes. */
export interface DumpOptions {
  /** Every id is written, instead of those alone that something in the file needs. */
  readonly withIds: boolean;
  /** Tags that all of the entities have; they are said once. */
  readonly selectTags: readonly string[];
}

/** An entity and where it goes. */
interface Item {
  readonly kind: EntityKind;
  readonly row: JsonObject;
  readonly record: Record<string, JsonValue>;
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/**
 * Entities as a config file that a person would have written: children inside what they belong to, references by name,
 * without what is filled in anyway, without times. What is left of ids are those that something refers to.
 */
export function dumpConfig(rows: EntityRows, options: DumpOptions): JsonObject {
  return new Dump(rows, options).write();
}

class Dump {
  readonly #options: DumpOptions;
  readonly #items: readonly Item[];
  readonly #byId: ReadonlyMap<string, Item>;
  /** Ids that stand somewhere in the file, so that they must be said. */
  readonly #needed: Set<string>;

  constructor(rows: EntityRows, options: DumpOptions) {
    this.#options = options;
    this.#items = allKinds.flatMap((kind) =>
      [...(rows[kind] ?? [])].sort(byAge(kind)).map((row) => ({ kind, row, record: {} })),
    );
    this.#byId = new Map(this.#items.map((item) => [textOf(item.row.id) ?? '', item]));
    this.#needed = new Set(this.#items.flatMap(idsInside));
  }

  write(): JsonObject {
    const { selectTags } = this.#options;
    const top: Record<string, JsonValue> = {
      _format_version: '3.0',
      ...(selectTags.length > 0 ? { _info: { select_tags: [...selectTags] } } : {}),
    };
    const placed = this.#items.map((item) => {
      const owner = this.#ownerOf(item);
      return { item, owner, references: this.#references(item, owner?.list.via ?? null) };
    });
    // Only now is it known which ids are needed.
    for (const { item, owner, references } of placed) {
      const entry = this.#entry(item, references, owner?.list ?? null);
      if (owner === null) append(top, item.kind, entry);
      else append(owner.record, owner.list.key, entry);
    }
    return top;
  }

  /** Where an entity stands: inside the one it refers to, if that is one alone; else in the list of its kind. */
  #ownerOf({ kind, row }: Item): { readonly record: Record<string, JsonValue>; readonly list: ChildList } | null {
    const owners = Object.keys(entityKinds[kind].references).flatMap((field) => {
      const parent = this.#byId.get(idIn(row[field]) ?? '');
      const list = parent === undefined ? undefined : listFor(parent.kind, kind, field);
      return parent === undefined || list === undefined ? [] : [{ record: parent.record, list }];
    });
    const [only, ...others] = owners;
    return only === undefined || others.length > 0 ? null : only;
  }

  /** By name where there is one; `nestedIn` is the one that the place of the entity says. */
  #references({ kind, row }: Item, nestedIn: string | null): Readonly<Record<string, JsonValue>> {
    const references: Record<string, JsonValue> = {};
    for (const [field, target] of Object.entries(entityKinds[kind].references)) {
      const id = idIn(row[field]);
      if (id === null || field === nestedIn) continue;
      const { nameField, hasSecretNames } = entityKinds[target];
      const named = nameField === null || hasSecretNames ? null : textOf(this.#byId.get(id)?.row[nameField]);
      if (named === null) this.#needed.add(id);
      references[field] = named ?? { id };
    }
    const links = kind === 'plugins' ? this.#links(row) : [];
    return links.length === 0 ? references : { ...references, partials: links };
  }

  /** Partials by name where there is one, and without the place when there is no other. */
  #links(plugin: JsonObject): readonly JsonObject[] {
    return linksOf(plugin).map(({ id, path }) => {
      const partial = this.#byId.get(id)?.row;
      const name = textOf(partial?.name);
      if (name === null) this.#needed.add(id);
      const isOnly = path === placeOfPartial(textOf(plugin.name) ?? '', textOf(partial?.type));
      return { ...(name === null ? { id } : { name }), ...(isOnly ? {} : { path }) };
    });
  }

  #entry({ kind, row, record }: Item, references: JsonObject, list: ChildList | null): JsonValue {
    if (list?.joins !== undefined) {
      const other = references[list.joins] ?? null;
      return typeof other === 'string' ? { [nameFieldOf(entityKinds[kind].references[list.joins])]: other } : other;
    }
    const id = textOf(row.id);
    const isSaid = id !== null && (this.#options.withIds || this.#needed.has(id));
    return Object.assign(record, isSaid ? { id } : {}, fieldsOf(kind, row, this.#options.selectTags), references);
  }
}

/** The list inside a parent that a child stands in. What merely uses a certificate does not belong to it. */
function listFor(parent: EntityKind, child: EntityKind, field: string): ChildList | undefined {
  const isJoinOfGroup = child === 'consumer_group_consumers' && parent === 'consumer_groups';
  if (field === 'client_certificate' || isJoinOfGroup) return undefined;
  return entityKinds[parent].children.find(({ kind, via }) => kind === child && via === field);
}

function fieldsOf(kind: EntityKind, row: JsonObject, selectTags: readonly string[]): JsonObject {
  const { references, children } = entityKinds[kind];
  const inner = children.map(({ key }) => key);
  const dropped = new Set(['id', 'created_at', 'updated_at', ...Object.keys(references), ...inner]);
  const own = Object.fromEntries(Object.entries(row).filter(([key]) => !dropped.has(key)));
  const { tags, ...rest } = withoutDefaults(entitySchema(kind), ownFields(kind, own));
  const others = Array.isArray(tags) ? tags.filter((tag) => !selectTags.includes(String(tag))) : [];
  const isSilent = others.length === 0 && (!Array.isArray(tags) || tags.length > 0);
  return { ...rest, ...(isSilent ? {} : { tags: others }) };
}

function ownFields(kind: EntityKind, fields: JsonObject): JsonObject {
  if (kind === 'plugins') return pluginFields(fields);
  const { type, config } = fields;
  if (kind !== 'partials' || typeof type !== 'string' || !isJsonObject(config)) return fields;
  return { ...fields, config: configOf(configSchema('partials', type)?.schema ?? null, config) };
}

/** Without what the plugin fills in. Fields of older versions are left to those that they became. */
function pluginFields({ config, protocols, ...rest }: JsonObject): JsonObject {
  const facts = pluginFacts(textOf(rest.name) ?? '');
  const isDefault = isSameValue(protocols, [...(facts?.defaultProtocols ?? [])]);
  const said = isJsonObject(config) ? withLentDefaults(facts?.schema ?? {}, rest, config) : {};
  const shown = configOf(facts?.schema ?? null, said);
  return {
    ...rest,
    ...(isDefault || protocols === undefined ? {} : { protocols }),
    ...(Object.keys(shown).length === 0 ? {} : { config: shown }),
  };
}

function configOf(schema: JsonSchema | null, config: JsonObject): JsonObject {
  return schema === null ? withoutNull(config) : withoutDefaults(schema, withoutOldFields(schema, config));
}

function withoutNull(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}

/** Ids that an entity mentions anywhere but in its own references, as plugins do in their configs. */
function idsInside({ kind, row }: Item): readonly string[] {
  const { references } = entityKinds[kind];
  const isOther = (key: string): boolean => key !== 'id' && key !== 'partials' && references[key] === undefined;
  const own = Object.entries(row).filter(([key]) => isOther(key));
  return JSON.stringify(own).toLowerCase().match(uuids) ?? [];
}

function idIn(reference: JsonValue | undefined): string | null {
  return isJsonObject(reference) ? textOf(reference.id) : null;
}

function nameFieldOf(kind: EntityKind | undefined): string {
  return (kind === undefined ? null : entityKinds[kind].nameField) ?? 'name';
}

/** By age, then by name: a new entity comes last, and nothing else moves. */
function byAge(kind: EntityKind): (a: JsonObject, b: JsonObject) => number {
  const fields = [entityKinds[kind].nameField ?? 'name', 'target', 'group'];
  const keyOf = (row: JsonObject): string =>
    fields.map((field) => textOf(row[field])).find((text) => text !== null) ?? '';
  const ageOf = (row: JsonObject): number => Math.floor(Number(row.created_at ?? 0));
  return (a, b) =>
    ageOf(a) - ageOf(b) || compare(keyOf(a), keyOf(b)) || compare(textOf(a.id) ?? '', textOf(b.id) ?? '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function append(owner: Record<string, JsonValue>, key: string, entry: JsonValue): void {
  const list = owner[key];
  if (Array.isArray(list)) (list as JsonValue[]).push(entry);
  else owner[key] = [entry];
}
