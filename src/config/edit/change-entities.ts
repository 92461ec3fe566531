import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import { unwrap } from '../custom-entities.ts';
import { type Draft, isMembership, textOf } from '../draft.ts';
import { readReference } from '../entity-index.ts';
import type { Row } from '../store/entity-view.ts';
import { listOfDraft, recordAt } from './config-drafts.ts';
import type { EditSession } from './edit-session.ts';
import { updateEntity } from './entity-update.ts';
import type { NetChange } from './net-changes.ts';
import { rowId, rowsOf } from './same-entities.ts';
import { twinsOf } from './written-id.ts';
import { referenceTree } from './written-reference.ts';

/** Entities that others may know by a name which is another now. */
type Renamed = ReadonlyMap<EntityKind, ReadonlySet<string>>;

/** Writes what changed of entities that stay where they are, and their new names into what refers to them by name. */
export function changeEntities(session: EditSession, changes: readonly NetChange[], candidate: EntitySet): void {
  const { config } = session;
  const renamed = renamedIn(changes);
  const touched = new Set<Draft>();
  for (const change of changes) {
    const { kind, id, before, after } = change;
    if (before === null) continue;
    const place = config.draftOf(kind, id, before);
    const draft = place?.kind === 'custom_entities' ? unwrap(place) : place;
    if (draft === null) {
      if (after !== null) throw session.missing(change);
      continue;
    }
    touched.add(draft);
    if (after === null) continue;
    session.attempt(change, draft.document, () => {
      const fields = renamedFields(draft, session, renamed);
      const desk = session.deskFor(draft.document);
      updateEntity({ draft, before, after }, config, desk, session.names, session.catalog, fields);
    });
  }
  for (const change of changes) {
    const draft = change.before === null ? null : config.draftOf(change.kind, change.id, change.before);
    if (draft !== null) pinTwins(draft, session, touched, change);
  }
  if (renamed.size > 0) writeNewNames(session, renamed, touched, candidate, changes);
}

function renamedIn(changes: readonly NetChange[]): Renamed {
  const renamed = new Map<EntityKind, Set<string>>();
  for (const { kind, id, before, after } of changes) {
    const { nameField } = entityKinds[kind];
    if (nameField === null || before === null || after === null || before[nameField] === after[nameField]) continue;
    renamed.set(kind, (renamed.get(kind) ?? new Set()).add(id));
  }
  return renamed;
}

/** The references of a draft that name an entity by what is not its name any more. */
function renamedFields(draft: Draft, { config }: EditSession, renamed: Renamed): ReadonlySet<string> {
  const fields = Object.entries(entityKinds[draft.kind].references).filter(([field, target]) => {
    const ids = renamed.get(target);
    if (ids === undefined || draft.parent?.field === field) return false;
    const id = config.referenceOf(draft, field);
    return id !== null && ids.has(id) && readReference(draft.given[field])?.text !== id;
  });
  return new Set(fields.map(([field]) => field));
}

/** Ids that count equal entities are written down before one of these is another. */
function pinTwins(draft: Draft, session: EditSession, touched: Set<Draft>, change: NetChange): void {
  for (const twin of twinsOf(draft, session.config)) {
    if (touched.has(twin)) continue;
    touched.add(twin);
    session.attempt(change, twin.document, () => {
      const pairs = new Map([['id', session.config.index.idOf(twin)]]);
      session.deskFor(twin.document).editor.setPairs(twin.path, pairs, childKeys(twin));
    });
  }
}

function writeNewNames(
  session: EditSession,
  renamed: Renamed,
  touched: ReadonlySet<Draft>,
  candidate: EntitySet,
  changes: readonly NetChange[],
): void {
  const { config } = session;
  for (const [kind, drafts] of Object.entries(config.drafts) as [EntityKind, readonly Draft[]][]) {
    if (!Object.values(entityKinds[kind].references).some((target) => renamed.has(target))) continue;
    const rows = new Map(rowsOf(candidate, kind).map((row) => [rowId(row).toLowerCase(), row as Row]));
    for (const draft of drafts) {
      const fields = touched.has(draft) ? new Set<string>() : renamedFields(draft, session, renamed);
      const change = fields.size === 0 ? undefined : guiltyOf(draft, fields, session, changes);
      if (change === undefined) continue;
      session.attempt(change, draft.document, () => {
        const desk = session.deskFor(draft.document);
        if (isMembership(draft)) renameEntry(draft, session);
        else {
          const row = rows.get(config.index.idOf(draft).toLowerCase());
          const same = row ?? { ...draft.fields, id: config.index.idOf(draft) };
          const update = { draft, before: same, after: withReferences(same, draft, session) };
          updateEntity(update, config, desk, session.names, session.catalog, fields);
        }
      });
    }
  }
}

/** References as the store has them, for rows that are not among the candidate's. */
function withReferences(row: Row, draft: Draft, { config }: EditSession): Row {
  const fields = Object.keys(entityKinds[draft.kind].references).flatMap((field) => {
    const id = config.referenceOf(draft, field);
    return id === null ? [] : [[field, { id }] as const];
  });
  return { ...row, ...Object.fromEntries(fields) };
}

function guiltyOf(
  draft: Draft,
  fields: ReadonlySet<string>,
  { config }: EditSession,
  changes: readonly NetChange[],
): NetChange | undefined {
  const ids = new Set([...fields].map((field) => config.referenceOf(draft, field)));
  return changes.find(({ id }) => ids.has(id));
}

/** A membership inside a consumer or a group is a name, or a map with one. */
function renameEntry(draft: Draft, session: EditSession): void {
  const { config, names } = session;
  const editor = config.editorOf(draft.document);
  const [field] = Object.keys(draft.given);
  const target = field === undefined ? undefined : entityKinds[draft.kind].references[field];
  const id = field === undefined ? null : config.referenceOf(draft, field);
  if (field === undefined || target === undefined || id === null) return;
  const { owner, key, index } = listOfDraft(draft);
  const name = names.of(target, id) ?? id;
  const entry = recordAt(draft.document, draft.path);
  const [nameKey] = readReference(draft.given[field])?.path ?? [];
  if (nameKey === undefined) editor.replaceItem([...owner, key], index, name);
  else if (textOf(entry[String(nameKey)]) !== null) {
    const tree = referenceTree(target, id, names, draft.given[field]);
    editor.setPairs(draft.path, new Map(Object.entries(tree as Readonly<Record<string, string>>)), new Set());
  }
}

/** The lists of other entities in one: its own fields come before them. */
export function childKeys({ kind }: Draft): ReadonlySet<string> {
  return new Set(entityKinds[kind].children.map(({ key }) => key));
}
