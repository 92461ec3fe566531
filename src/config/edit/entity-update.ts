import { entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { Draft } from '../draft.ts';
import { textOf } from '../draft.ts';
import { readReference } from '../entity-index.ts';
import type { Row } from '../store/entity-view.ts';
import { CannotEdit } from './cannot-edit.ts';
import type { ConfigDrafts } from './config-drafts.ts';
import type { Desk } from './desk.ts';
import { combinedDefaults, defaultsOf, fileDefaults, ownTags, schemaOf } from './entity-defaults.ts';
import { changedPairs } from './record-edit.ts';
import { isSameValue } from './same-value.ts';
import { addressFields, addressPairs, hasUrl } from './service-address.ts';
import type { Tree } from './write-tree.ts';
import { needsId } from './written-id.ts';
import { type EntityNames, exampleReference, referenceTree, textOfReference } from './written-reference.ts';

/** An entity of a file, and the row that it is to be. */
export interface EntityUpdate {
  readonly draft: Draft;
  readonly before: Row;
  readonly after: Row;
}

const times: ReadonlySet<string> = new Set(['created_at', 'updated_at']);

/**
 * Writes what changed of one entity at its place. A reference that the place stands for is left as it is.
 * @param renamed references whose target got another name, to be written anew
 */
export function updateEntity(
  { draft, before, after }: EntityUpdate,
  config: ConfigDrafts,
  desk: Desk,
  names: EntityNames,
  catalog: PluginCatalog,
  renamed: ReadonlySet<string>,
): void {
  const { kind, given, path, parent } = draft;
  const facts = entityKinds[kind];
  const file = fileDefaults(desk.document, kind);
  const schema = schemaOf(kind, after, catalog);
  const pairs = new Map<string, Tree | undefined>();
  if (kind === 'plugins' && (given._config ?? null) !== null && !isSameValue(before.config, after.config)) {
    throw new CannotEdit('its config comes out of "_plugin_configs"', [...path, '_config']);
  }
  const isByUrl = kind === 'services' && hasUrl(given);
  if (isByUrl) for (const [key, tree] of addressPairs(desk, path, given, before, after)) pairs.set(key, tree);
  const keys = Object.keys({ ...before, ...after }).filter((key) => {
    if (key === 'id' || facts.references[key] !== undefined || (isByUrl && addressFields.has(key))) return false;
    return !times.has(key) || given[key] !== undefined;
  });
  const change = {
    path,
    written: given,
    before: { ...before, tags: ownTags(before.tags, given.tags, file) },
    after: { ...after, tags: ownTags(after.tags, given.tags, file) },
    schema,
    base: combinedDefaults(defaultsOf(kind, after, catalog), file),
  };
  for (const [key, tree] of changedPairs(desk, change, keys)) pairs.set(key, tree);
  for (const field of Object.keys(facts.references)) {
    if (parent?.field === field) continue;
    const tree = changedReference(field, { draft, before, after }, config, names, renamed);
    if (tree !== 'same') pairs.set(field, tree.written);
  }
  pinId({ draft, before, after }, config, pairs);
  if (pairs.size > 0) desk.editor.setPairs(path, pairs, new Set(facts.children.map(({ key }) => key)));
}

function changedReference(
  field: string,
  { draft, before, after }: EntityUpdate,
  config: ConfigDrafts,
  names: EntityNames,
  renamed: ReadonlySet<string>,
): 'same' | { readonly written: Tree | undefined } {
  const target = entityKinds[draft.kind].references[field];
  const id = idIn(after[field]);
  const isSame = isSameValue(idIn(before[field]), id);
  if (target === undefined || (isSame && !renamed.has(field))) return 'same';
  if (id === null) return draft.given[field] === undefined ? 'same' : { written: undefined };
  const own = draft.given[field] ?? null;
  const like = own ?? exampleReference(config.drafts[draft.kind], field);
  return { written: referenceTree(target, id, names, like) };
}

/** An id that the file leaves out is written down when it would be another one now. */
function pinId(
  { draft, before, after }: EntityUpdate,
  config: ConfigDrafts,
  pairs: Map<string, Tree | undefined>,
): void {
  if (textOf(draft.given.id) !== null) return;
  const { kind, parent, given } = draft;
  const { references } = entityKinds[kind];
  const isMoved = parent !== null && !isSameValue(idIn(before[parent.field]), idIn(after[parent.field]));
  const written = new Map<string, string | null>();
  for (const field of Object.keys(references)) {
    const changed = pairs.get(field);
    written.set(field, changed === undefined ? (readReference(given[field])?.text ?? null) : textOfReference(changed));
  }
  const nested = parent === null ? null : { field: parent.field, id: config.index.idOf(parent.draft) };
  if (isMoved || needsId(kind, after, written, nested)) pairs.set('id', after.id);
}

/** The id that the value of a reference field leads to. */
export function idIn(value: JsonObject[string] | undefined): string | null {
  return isJsonObject(value) ? textOf(value.id) : null;
}
