import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonValue } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { DraftSet } from '../draft.ts';
import { defaultRecord } from '../plugin-defaults.ts';
import type { Row } from '../store/entity-view.ts';
import type { Desk } from './desk.ts';
import { combinedDefaults, defaultsOf, fileDefaults, ownTags, schemaOf } from './entity-defaults.ts';
import { isSameValue } from './same-value.ts';
import { addressFields, hasUrl, urlOf } from './service-address.ts';
import { shortened } from './short-form.ts';
import type { Tree } from './write-tree.ts';

const own: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at']);

/** The fields of a new entity as a file says them: without references, and without what it gets anyway. */
export function newFields(
  kind: EntityKind,
  row: Row,
  desk: Desk,
  catalog: PluginCatalog,
  drafts: DraftSet,
): Record<string, Tree> {
  const facts = entityKinds[kind];
  const file = fileDefaults(desk.document, kind);
  const schema = schemaOf(kind, row, catalog);
  const { properties } = schema;
  const defaults = combinedDefaults({ ...defaultRecord(schema), ...defaultsOf(kind, row, catalog) }, file);
  const fields: Record<string, Tree> = {};
  const url = kind === 'services' && prefersUrl(drafts) ? urlOf(row) : null;
  // Whatever names it comes first, as people write it.
  for (const key of ['name', facts.nameField ?? 'name']) {
    const text = row[key];
    if (typeof text === 'string') fields[key] = desk.templates.treeOf(text, key);
  }
  if (url !== null) fields.url = desk.templates.treeOf(url, 'url');
  for (const [key, given] of Object.entries(row)) {
    if (own.has(key) || facts.references[key] !== undefined || (url !== null && addressFields.has(key))) continue;
    const value = key === 'tags' ? ownTags(given, undefined, file) : given;
    const was = key === 'tags' ? null : (defaults[key] ?? null);
    const isLeftOut = isSameValue(value, was) && (!desk.isExplicit || value === null);
    if (isLeftOut) continue;
    const property = isJsonObject(properties) ? properties[key] : undefined;
    const short = desk.isExplicit ? value : shortened(property, was, value);
    if (!isEmptyConfig(key, short)) fields[key] = desk.templates.treeOf(short, key);
  }
  return fields;
}

/** Whether the services of the files have their addresses in one text. */
function prefersUrl({ services }: DraftSet): boolean {
  return services.filter(({ given }) => hasUrl(given)).length * 2 > services.length;
}

function isEmptyConfig(key: string, value: JsonValue): boolean {
  return key === 'config' && isJsonObject(value) && Object.keys(value).length === 0;
}
