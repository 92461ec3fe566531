import type { EntityKind } from '../entities/entity.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../lib/json.ts';
import type { ConfigDocument } from './document.ts';

/** Singular of each kind, as fields that refer to it are called. */
export type DraftKind = 'service' | 'route' | 'consumer' | 'plugin';

/** An entity of the file on its way to being checked: what it says and where. */
export interface Draft {
  readonly kind: DraftKind;
  readonly document: ConfigDocument;
  /** Where it stands in the document. */
  readonly path: JsonPath;
  /** As written. */
  readonly given: JsonObject;
  /** With the file's own defaults and tags, and with paths of older formats in today's form. */
  readonly fields: JsonObject;
  /** The entities it is nested in. */
  readonly parents: DraftParents;
}

/** Entities around a nested one. */
export interface DraftParents {
  readonly service?: Draft;
  readonly route?: Draft;
  readonly consumer?: Draft;
}

/** All drafts of a config, in the order of the files. */
export type DraftSet = Readonly<Record<EntityKind, readonly Draft[]>>;

interface Nesting {
  readonly kind: DraftKind;
  readonly list: EntityKind;
  /** Lists of entities that may stand inside. */
  readonly children: readonly EntityKind[];
}

const nestings: Readonly<Record<EntityKind, Nesting>> = {
  services: { kind: 'service', list: 'services', children: ['routes', 'plugins'] },
  routes: { kind: 'route', list: 'routes', children: ['plugins'] },
  consumers: { kind: 'consumer', list: 'consumers', children: ['plugins'] },
  plugins: { kind: 'plugin', list: 'plugins', children: [] },
};

/** Turns what a draft says into what counts, see {@link Draft.fields}. */
export type Prepare = (kind: DraftKind, given: JsonObject, document: ConfigDocument) => JsonObject;

/** Flattens nested entities into lists. Values that are no maps are left to the schema to complain about. */
export function collectDrafts(documents: readonly ConfigDocument[], prepare: Prepare): DraftSet {
  const drafts: Record<EntityKind, Draft[]> = { services: [], routes: [], consumers: [], plugins: [] };
  const visit = (
    document: ConfigDocument,
    list: EntityKind,
    owner: JsonObject,
    at: JsonPath,
    parents: DraftParents,
  ): void => {
    const { kind, children } = nestings[list];
    for (const [index, given] of listOf(owner[list]).entries()) {
      if (!isJsonObject(given)) continue;
      const path = [...at, list, index];
      const draft: Draft = { kind, document, path, given, fields: prepare(kind, given, document), parents };
      drafts[list].push(draft);
      for (const child of children) visit(document, child, given, path, { [kind]: draft });
    }
  };
  for (const document of documents) {
    if (!isJsonObject(document.value)) continue;
    for (const list of ['services', 'routes', 'consumers', 'plugins'] as const) {
      visit(document, list, document.value, [], {});
    }
  }
  return drafts;
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
