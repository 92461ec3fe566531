import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import { defaultRecord } from '../plugin-defaults.ts';
import type { Desk } from './desk.ts';
import { editList } from './list-edit.ts';
import { isSameValue } from './same-value.ts';
import { shortened } from './short-form.ts';
import type { Tree } from './write-tree.ts';

/** Nothing is left to be done. */
const inPlace = Symbol('in place');

/** A record of a file, and what is to become of it. */
export interface RecordChange {
  readonly path: JsonPath;
  /** As the file says it. */
  readonly written: JsonObject;
  /** With its defaults, as it is and as it is to be. */
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly schema: JsonSchema;
  /** What the file gives to all of its kind. */
  readonly base: JsonValue | undefined;
}

/** Edits a record key by key: only what is another value now is touched. */
export function editRecord(desk: Desk, change: RecordChange): void {
  desk.editor.setPairs(
    change.path,
    changedPairs(desk, change, Object.keys({ ...change.before, ...change.after })),
    new Set(),
  );
}

/** The pairs of a record that have to be set (`undefined`: taken out). What lies deeper is edited at once. */
export function changedPairs(desk: Desk, change: RecordChange, keys: readonly string[]): Map<string, Tree | undefined> {
  const pairs = new Map<string, Tree | undefined>();
  for (const key of keys) {
    const before = change.before[key];
    const after = change.after[key];
    if (isSameValue(before, after)) continue;
    const tree = changedValue(desk, change, key, before ?? null, after ?? null);
    if (tree !== inPlace) pairs.set(key, tree);
  }
  return pairs;
}

function changedValue(
  desk: Desk,
  { path, written: record, schema: recordSchema, base }: RecordChange,
  key: string,
  before: JsonValue,
  after: JsonValue,
): Tree | undefined | typeof inPlace {
  const written = record[key];
  const schema = propertyOf(recordSchema, key);
  const fileDefault = isJsonObject(base) ? base[key] : undefined;
  const place = [...path, key];
  if (isJsonObject(after) && isJsonObject(before) && isJsonObject(written)) {
    editRecord(desk, { path: place, written, before, after, schema, base: fileDefault });
    return inPlace;
  }
  if (
    Array.isArray(after) &&
    Array.isArray(before) &&
    Array.isArray(written) &&
    written.length > 0 &&
    after.length > 0
  ) {
    editList(desk, { path: place, written, before, after, schema }, editRecord);
    return inPlace;
  }
  if (after === null) {
    const isFilled = (fileDefault ?? defaultRecord(recordSchema)[key] ?? null) !== null;
    if (isFilled) return null;
    return written === undefined ? inPlace : undefined;
  }
  if ((written ?? null) === null) {
    const short = desk.isExplicit ? after : shortened(schema, isJsonObject(before) ? before : undefined, after);
    return desk.templates.treeOf(short, key);
  }
  const { tree, isLost } = desk.templates.replacement(desk.document, place, written, after);
  if (isLost) desk.lost(place);
  return tree;
}

/** The schema of a field, or of the values of a map. */
function propertyOf({ properties, additionalProperties }: JsonSchema, key: string): JsonSchema {
  const property = isJsonObject(properties) ? properties[key] : undefined;
  if (isJsonObject(property)) return property;
  return isJsonObject(additionalProperties) ? additionalProperties : {};
}
