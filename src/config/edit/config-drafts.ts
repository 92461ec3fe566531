import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonPath } from '../../lib/json.ts';
import { findWrapper } from '../custom-entities.ts';
import { ConfigDocument } from '../document.ts';
import { collectDrafts, type Draft, type DraftSet, isMembership, parentOf } from '../draft.ts';
import { EntityIndex, readReference } from '../entity-index.ts';
import { createPrepare } from '../format.ts';
import type { Inspection } from '../load-config.ts';
import { FileEditor } from './file-editor.ts';
import type { Env } from './template-texts.ts';

/** The two ends of a membership, which is all that it is. */
export interface Ends {
  readonly consumer: string;
  readonly consumer_group: string;
}

/** The files of a config at one point of being edited: which entity stands where, and an editor for each file. */
export class ConfigDrafts {
  readonly documents: readonly ConfigDocument[];
  readonly drafts: DraftSet;
  readonly index: EntityIndex;
  readonly #editors = new Map<ConfigDocument, FileEditor>();
  readonly #byId = new Map<EntityKind, ReadonlyMap<string, readonly Draft[]>>();

  private constructor({ documents, drafts, index }: Pick<Inspection, 'documents' | 'drafts' | 'index'>) {
    this.documents = documents;
    this.drafts = drafts;
    this.index = index;
  }

  static of(inspection: Inspection): ConfigDrafts {
    return new ConfigDrafts(inspection);
  }

  /** The same files with all edits made so far; this one, when there are none. */
  edited(env: Env): ConfigDrafts {
    if (this.#editors.size === 0) return this;
    const documents = this.documents.map((document) => {
      const text = this.#editors.get(document)?.result() ?? document.source.text;
      if (text === document.source.text) return document;
      return new ConfigDocument({ name: document.source.name, text }, { env, mockEnv: false });
    });
    const drafts = collectDrafts(documents, createPrepare(documents));
    return new ConfigDrafts({ documents, drafts, index: new EntityIndex(drafts) });
  }

  editorOf(document: ConfigDocument): FileEditor {
    let editor = this.#editors.get(document);
    if (editor === undefined) {
      editor = new FileEditor(document.source.text);
      this.#editors.set(document, editor);
    }
    return editor;
  }

  /**
   * Where an entity is written; `null` when it is in none of the files. It may be a custom entity that holds it. Plugins of several consumer groups may share an
   * id: then the one with the references of `row` is meant.
   */
  draftOf(kind: EntityKind, id: string, row: JsonObject | null = null): Draft | null {
    let drafts = this.#byId.get(kind);
    if (drafts === undefined) {
      drafts = groupBy(this.drafts[kind], (draft) => this.index.idOf(draft).toLowerCase());
      this.#byId.set(kind, drafts);
    }
    const [first, ...others] = drafts.get(id.toLowerCase()) ?? [];
    if (first === undefined) return findWrapper(kind, id, this.drafts, this.index);
    if (others.length === 0 || row === null) return first;
    const group = isJsonObject(row.consumer_group) ? row.consumer_group.id : null;
    return [first, ...others].find((draft) => this.referenceOf(draft, 'consumer_group') === group) ?? first;
  }

  /** All places of a membership: it may be written on both sides. */
  membershipDrafts({ consumer, consumer_group: group }: Ends): readonly Draft[] {
    return this.drafts.consumer_group_consumers.filter(
      (draft) =>
        this.referenceOf(draft, 'consumer') === consumer && this.referenceOf(draft, 'consumer_group') === group,
    );
  }

  /** The id that a reference of an entity leads to; `null` when there is none. */
  referenceOf(draft: Draft, field: string): string | null {
    const parent = parentOf(draft, field);
    if (parent !== null) return this.index.idOf(parent);
    const reference = readReference(draft.given[field] ?? draft.fields[field]);
    const target = entityKinds[draft.kind].references[field];
    if (reference === null || target === undefined) return null;
    const { text, by } = reference;
    if (by === 'id') return this.index.findById(target, text)?.id ?? null;
    return (by === 'name' ? this.index.findByName(target, text) : this.index.find(target, text))?.id ?? null;
  }
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Where a reference of an entity is written. A membership inside a consumer or a group is nothing but its reference. */
export function referencePath(draft: Draft, field: string): JsonPath {
  return isMembership(draft) ? draft.path : [...draft.path, field];
}

/** The list an entity stands in, by the path of what the list is in and its key there. */
export function listOfDraft({ path }: Draft): {
  readonly owner: JsonPath;
  readonly key: string;
  readonly index: number;
} {
  return { owner: path.slice(0, -2), key: String(path.at(-2)), index: Number(path.at(-1)) };
}

/** What the file says at a path; an empty map for anything but a map. */
export function recordAt(document: ConfigDocument, path: JsonPath): JsonObject {
  let value: unknown = document.value;
  for (const step of path) {
    if (Array.isArray(value)) value = (value as readonly unknown[])[Number(step)];
    else value = isJsonObject(value) ? value[step] : undefined;
  }
  return isJsonObject(value) ? value : {};
}
