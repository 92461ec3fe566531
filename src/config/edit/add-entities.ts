import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { JsonValue } from '../../lib/json.ts';
import type { Draft } from '../draft.ts';
import { listOf } from '../draft.ts';
import type { Row } from '../store/entity-view.ts';
import { Additions } from './additions.ts';
import type { EditSession } from './edit-session.ts';
import { isOwnPlace, type ListPlace, nestedKey, ownerOf, placeOf, topPlace } from './entity-place.ts';
import { idIn } from './entity-update.ts';
import type { NetChange } from './net-changes.ts';
import { newFields } from './new-entity.ts';
import type { Tree } from './write-tree.ts';
import { needsId } from './written-id.ts';
import { exampleReference, referenceTree, textOfReference } from './written-reference.ts';

/** An entity on its way into a file, whose lists may still grow. */
type NewRecord = Record<string, Tree>;

/** Writes new entities: inside what they are part of, or into the list of their kind. */
export function addEntities(session: EditSession, changes: readonly NetChange[]): void {
  const adding = new Adding(session);
  for (const change of changes) {
    const { kind, before, after } = change;
    if (before !== null || after === null) continue;
    if (kind === 'consumer_group_consumers') adding.addMembership(change, after);
    else adding.add(change, after);
  }
  adding.write();
}

class Adding {
  readonly #session: EditSession;
  readonly #additions: Additions;
  readonly #made = new Map<string, NewRecord>();

  constructor(session: EditSession) {
    this.#session = session;
    this.#additions = new Additions(session.config);
  }

  write(): void {
    this.#additions.write(this.#session);
  }

  add(change: NetChange, row: Row): void {
    const { kind } = change;
    const { config } = this.#session;
    const owner = ownerOf(kind, row);
    const around = owner === null ? undefined : this.#made.get(`${owner.kind} ${owner.id}`);
    const key = owner === null ? null : nestedKey(owner.kind, kind, owner.field);
    const place = around !== undefined && key !== null ? null : placeOf(kind, row, config);
    const document = place?.document ?? config.documents[0];
    if (document === undefined) throw this.#session.missing(change);
    this.#session.attempt(change, document, () => {
      const nested = place === null ? owner : place.nested;
      const record = this.#recordOf(kind, row, nested, document);
      this.#made.set(`${kind} ${row.id}`, record);
      if (place !== null) this.#additions.add(place, record, change);
      else if (around !== undefined && key !== null) append(around, key, record);
    });
  }

  #recordOf(
    kind: EntityKind,
    row: Row,
    nested: { readonly field: string; readonly id: string } | null,
    document: Draft['document'],
  ): NewRecord {
    const { config, catalog, names } = this.#session;
    const fields = newFields(kind, row, this.#session.deskFor(document), catalog, config.drafts);
    const first = entityKinds[kind].nameField ?? 'name';
    const { [first]: name, ...others } = fields;
    const references: NewRecord = {};
    const texts = new Map<string, string | null>();
    for (const [field, target] of Object.entries(entityKinds[kind].references)) {
      const id = idIn(row[field]);
      if (id === null || nested?.field === field) continue;
      const tree = referenceTree(target, id, names, exampleReference(config.drafts[kind], field));
      references[field] = tree;
      texts.set(field, textOfReference(tree));
    }
    return {
      ...(name === undefined ? {} : { [first]: name }),
      ...(needsId(kind, row, texts, nested) ? { id: row.id } : {}),
      ...others,
      ...references,
    };
  }

  /** Memberships have three ways to be written; the one that the files have is used. */
  addMembership(change: NetChange, row: Row): void {
    const { config, names } = this.#session;
    const [consumer, group] = [idIn(row.consumer) ?? '', idIn(row.consumer_group) ?? ''];
    const inConsumer = this.#sideOf('consumers', consumer, 'groups');
    const inGroup = this.#sideOf('consumer_groups', group, 'consumers');
    const flat = config.drafts.consumer_group_consumers.find(({ parent }) => parent === null);
    const used = [inConsumer, inGroup].find((side) => side !== null && side.entries.length > 0);
    const made = this.#made.get(`consumers ${consumer}`);
    const side = used ?? (flat === undefined && made === undefined ? (inConsumer ?? inGroup) : null);
    const place = side?.place ?? topPlace('consumer_group_consumers', config, flat ?? null);
    this.#session.attempt(change, place.document, () => {
      this.#session.deskFor(place.document);
      if (side !== null) {
        const [target, id] =
          side === inConsumer ? (['consumer_groups', group] as const) : (['consumers', consumer] as const);
        this.#additions.add(place, referenceTree(target, id, names, side.entries[0] ?? {}), change);
      } else if (flat === undefined && made !== undefined) {
        append(made, 'groups', referenceTree('consumer_groups', group, names, {}));
      } else {
        const like = (field: string): JsonValue | undefined => flat?.given[field];
        const record = {
          consumer: referenceTree('consumers', consumer, names, like('consumer')),
          consumer_group: referenceTree('consumer_groups', group, names, like('consumer_group')),
        };
        this.#additions.add(place, record, change);
      }
    });
  }

  #sideOf(kind: EntityKind, id: string, key: string): MembershipSide | null {
    const { config } = this.#session;
    const draft = config.draftOf(kind, id);
    if (draft === null) return null;
    const place = { document: draft.document, owner: draft.path, key, nested: null };
    return isOwnPlace(place, config) ? { place, entries: listOf(draft.given[key]) } : null;
  }
}

interface MembershipSide {
  readonly place: ListPlace;
  readonly entries: readonly JsonValue[];
}

function append(record: NewRecord, key: string, entry: Tree): void {
  const list = record[key];
  record[key] = Array.isArray(list) ? [...(list as readonly Tree[]), entry] : [entry];
}
