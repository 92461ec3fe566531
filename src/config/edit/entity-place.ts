import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { JsonPath } from '../../lib/json.ts';
import type { ConfigDocument } from '../document.ts';
import type { Draft } from '../draft.ts';
import type { Row } from '../store/entity-view.ts';
import { type ConfigDrafts, recordAt } from './config-drafts.ts';
import { idIn } from './entity-update.ts';

/** A list that an entity can stand in. */
export interface ListPlace {
  readonly document: ConfigDocument;
  /** Of what the list is in; empty for the file itself. */
  readonly owner: JsonPath;
  readonly key: string;
  /** The reference that the place stands for. */
  readonly nested: { readonly field: string; readonly id: string } | null;
}

/** References that do not say what an entity is part of. */
const mere: ReadonlySet<string> = new Set(['client_certificate', 'ca_certificate', 'plugin']);

/** What an entity is part of; `null` when that is nothing, or more than one thing. */
export function ownerOf(
  kind: EntityKind,
  row: Row,
): { readonly field: string; readonly kind: EntityKind; readonly id: string } | null {
  const owners = Object.entries(entityKinds[kind].references).flatMap(([field, target]) => {
    const id = mere.has(field) ? null : idIn(row[field]);
    return id === null ? [] : [{ field, kind: target, id }];
  });
  return owners.length === 1 ? (owners[0] ?? null) : null;
}

/** The key of the list that entities of a kind have in what they are part of; `null` when they cannot stand there. */
export function nestedKey(parent: EntityKind, kind: EntityKind, field: string): string | null {
  const list = entityKinds[parent].children.find((child) => child.kind === kind && child.via === field);
  return list === undefined || list.joins !== undefined ? null : list.key;
}

/** Where an entity belongs: in what it is part of, unless the files keep its kind in lists of their own. */
export function placeOf(kind: EntityKind, row: Row, config: ConfigDrafts): ListPlace {
  const owner = ownerOf(kind, row);
  const draft = owner === null ? null : config.draftOf(owner.kind, owner.id);
  const key = owner === null ? null : nestedKey(owner.kind, kind, owner.field);
  if (owner !== null && draft !== null && key !== null && !isFlat(config.drafts[kind])) {
    const place = { document: draft.document, owner: draft.path, key, nested: { field: owner.field, id: owner.id } };
    if (isOwnPlace(place, config)) return place;
  }
  return topPlace(kind, config, draft);
}

/** The list of a kind at the top of a file: that of `near`, or else the first one. */
export function topPlace(kind: EntityKind, config: ConfigDrafts, near: Draft | null): ListPlace {
  const document = near?.document ?? config.documents[0];
  if (document === undefined) throw new TypeError('there is no file');
  return { document, owner: [], key: kind, nested: null };
}

/** Whether entries can be added to a list without touching what an alias shares. */
export function isOwnPlace({ document, owner, key }: ListPlace, config: ConfigDrafts): boolean {
  return config.editorOf(document).isOwn([...owner, key]);
}

/** Whether entities that are part of others stand beside these, and none of them inside. */
function isFlat(drafts: readonly Draft[]): boolean {
  return (
    drafts.every(({ parent }) => parent === null) &&
    drafts.some(({ kind, given }) =>
      Object.keys(entityKinds[kind].references).some((field) => !mere.has(field) && (given[field] ?? null) !== null),
    )
  );
}

/** How many entries a list has in its file. */
export function entriesAt({ document, owner, key }: ListPlace): number {
  const list = recordAt(document, owner)[key];
  return Array.isArray(list) ? list.length : 0;
}
