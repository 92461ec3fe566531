import { allKinds, type ChildList, type EntityKind, entityKinds } from '../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../lib/json.ts';
import type { ConfigDocument } from './document.ts';

/** An entity of the file on its way to being checked: what it says and where. */
export interface Draft {
  readonly kind: EntityKind;
  readonly document: ConfigDocument;
  /** Where it stands in the document. */
  readonly path: JsonPath;
  /** As written. */
  readonly given: JsonObject;
  /** With the file's own defaults and tags, and with paths of older formats in today's form. */
  readonly fields: JsonObject;
  /** The entity it is nested in, by the field that the nesting stands for; `null` at the top of the file. */
  readonly parent: DraftParent | null;
}

/** The entity around a nested one. */
export interface DraftParent {
  /** Reference field of the child that leads to it: `service` of a nested route. */
  readonly field: string;
  readonly draft: Draft;
}

/** All drafts of a config, in the order of the files. */
export type DraftSet = Readonly<Record<EntityKind, readonly Draft[]>>;

/** The entity that a reference field of a nested draft stands for by position. */
export function parentOf(draft: Draft, field: string): Draft | null {
  return draft.parent?.field === field ? draft.parent.draft : null;
}

/** Whether a draft is a membership that stands inside a consumer or a group: then it is no map of its own. */
export function isMembership({ kind, parent }: Draft): boolean {
  return kind === 'consumer_group_consumers' && parent !== null;
}

/** Turns what a draft says into what counts, see {@link Draft.fields}. */
export type Prepare = (kind: EntityKind, given: JsonObject, document: ConfigDocument) => JsonObject;

/** Flattens nested entities into lists. Values that are no maps are left to the schema to complain about. */
export function collectDrafts(documents: readonly ConfigDocument[], prepare: Prepare): DraftSet {
  const drafts = Object.fromEntries(allKinds.map((kind) => [kind, []])) as unknown as Record<EntityKind, Draft[]>;
  const visit = (list: JsonValue | undefined, kind: EntityKind, at: Place): void => {
    for (const [index, entry] of listOf(list).entries()) {
      const given = readEntry(entry, at.via);
      if (given === null) continue;
      const path = [...at.path, index];
      const fields = prepare(kind, given, at.document);
      const draft: Draft = { kind, document: at.document, path, given, fields, parent: at.parent };
      drafts[kind].push(draft);
      for (const child of entityKinds[kind].children) {
        const parent = { field: child.via, draft };
        visit(given[child.key], child.kind, { document: at.document, path: [...path, child.key], parent, via: child });
      }
    }
  };
  for (const document of documents) {
    if (!isJsonObject(document.value)) continue;
    for (const kind of allKinds) visit(document.value[kind], kind, { document, path: [kind], parent: null, via: null });
  }
  return drafts;
}

interface Place {
  readonly document: ConfigDocument;
  readonly path: JsonPath;
  readonly parent: DraftParent | null;
  readonly via: ChildList | null;
}

/** A membership is written as the group or the consumer it joins; what is around it is the other half. */
function readEntry(entry: JsonValue, via: ChildList | null): JsonObject | null {
  if (via?.joins !== undefined) return { [via.joins]: entry };
  return isJsonObject(entry) ? entry : null;
}

/** The entries of a list, none if it is not one. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** The texts in a list, with their positions. */
export function textsOf(value: JsonValue | undefined): readonly (readonly [number, string])[] {
  return listOf(value).flatMap((entry, index) => (typeof entry === 'string' ? [[index, entry] as const] : []));
}

/** A text field; `null` when it is missing, empty or of another type. */
export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
