import { allKinds, entityKinds, runKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import { textOf } from '../draft.ts';
import { topLevel } from '../format.ts';
import type { Inspection } from '../load-config.ts';
import { pluginFacts } from '../plugin-schemas.ts';
import { entitySchema } from '../schema-files.ts';
import { type EffectiveEntity, type EffectiveReference, effectiveEntities, impliedId } from './effective-entity.ts';

/** How {@link renderConfig} writes. */
export interface RenderOptions {
  /** Every entity in the list of its kind, instead of where the files nest it. */
  readonly flat: boolean;
  /** The plugins that gw runs. */
  readonly catalog: PluginCatalog;
  /** The fields of an entity as they are to be shown. */
  readonly show: (entity: EffectiveEntity) => JsonObject;
}

/** The one config that files amount to, in format 3.0: merged, defaults filled in, references by name. */
export function renderConfig(inspection: Inspection, options: RenderOptions): JsonObject {
  const top: Record<string, JsonValue> = { _format_version: '3.0', ...fileKeys(inspection) };
  const lists = new Map<string, JsonValue[]>();
  const written = new Map<unknown, Record<string, JsonValue>>();
  // Parents come before their children, as in the table of kinds.
  for (const entity of effectiveEntities(inspection)) {
    const { draft, kind } = entity;
    const { parent } = draft;
    const owner = parent === null || (options.flat && isMovable(entity)) ? undefined : written.get(parent.draft);
    const nestedIn = owner === undefined ? null : (parent?.field ?? null);
    const record = writeEntity(entity, nestedIn, options);
    written.set(draft, record);
    if (owner === undefined) listIn(lists, kind).push(record);
    else append(owner, String(draft.path.at(-2) ?? kind), isJoin(entity, nestedIn) ? joined(entity, nestedIn) : record);
  }
  for (const kind of new Set([...runKinds, ...allKinds])) {
    const list = lists.get(kind);
    if (list !== undefined) top[kind] = list;
  }
  return top;
}

/** Keys at the top that still mean something once defaults, tags and shared configs are written out. */
function fileKeys({ documents }: Inspection): JsonObject {
  const keys: Record<string, JsonValue> = {};
  for (const { value } of documents) {
    const { _transform, _workspace, _konnect, _info } = topLevel(value);
    if (_transform === false) keys._transform = false;
    for (const [key, given] of Object.entries({ _workspace, _konnect })) if (given !== undefined) keys[key] = given;
    if (!isJsonObject(_info)) continue;
    const rest = Object.entries(_info).filter(([key]) => key !== 'defaults' && key !== 'select_tags');
    if (rest.length > 0) keys._info = { ...topLevel(keys._info ?? null), ...Object.fromEntries(rest) };
  }
  return keys;
}

/** `nestedIn` is the reference that the place of the entity stands for. */
function writeEntity(
  entity: EffectiveEntity,
  nestedIn: string | null,
  options: RenderOptions,
): Record<string, JsonValue> {
  const implied = impliedId(entity, (field) => {
    const reference = entity.references[field];
    if (reference === undefined) return null;
    return field === nestedIn ? reference.id : (reference.name ?? reference.id);
  });
  const { properties } = entitySchema(entity.kind);
  const takesId = !isJsonObject(properties) || properties.id !== undefined;
  const references = Object.entries(entity.references).filter(([field]) => field !== nestedIn);
  return {
    ...(takesId && (entity.hasOwnId || implied !== entity.id) ? { id: entity.id } : {}),
    ...writableFields(entity, options.show(entity), options.catalog),
    ...Object.fromEntries(references.map(([field, reference]) => [field, writeReference(reference)])),
  };
}

function writeReference({ id, name }: EffectiveReference): JsonValue {
  return name ?? { id };
}

/** Kong takes some plugins inside a consumer or group, where they do nothing, but not with a reference to one. */
function isMovable({ kind, draft, fields }: EffectiveEntity): boolean {
  if (kind !== 'plugins' || draft.parent === null) return true;
  return pluginFacts(textOf(fields.name) ?? '')?.scopes.has(draft.parent.field) !== false;
}

/**
 * The fields, without defaults that a plugin takes only as long as nobody writes them: openid-connect has ways to sign
 * in switched on that it passes over unless they are asked for.
 */
function writableFields(
  { kind, draft, fields }: EffectiveEntity,
  shown: JsonObject,
  catalog: PluginCatalog,
): JsonObject {
  const { config } = fields;
  const definition = kind === 'plugins' ? catalog.get(textOf(fields.name) ?? '') : undefined;
  if (!isJsonObject(config) || !isJsonObject(shown.config)) return shown;
  const refused = new Set<string>();
  const given = topLevel(draft.fields.config ?? null);
  definition?.check?.(config, config, ({ path, severity }) => {
    const key = String(path[0] ?? '');
    if (severity === 'error' && given[key] === undefined) refused.add(key);
  });
  if (refused.size === 0) return shown;
  return { ...shown, config: Object.fromEntries(Object.entries(shown.config).filter(([key]) => !refused.has(key))) };
}

/** A membership inside a consumer or a group is written as the other of the two. */
function isJoin({ kind }: EffectiveEntity, nestedIn: string | null): boolean {
  return kind === 'consumer_group_consumers' && nestedIn !== null;
}

function joined({ references }: EffectiveEntity, nestedIn: string | null): JsonValue {
  const [other] = Object.entries(references).filter(([field]) => field !== nestedIn);
  if (other === undefined) return {};
  const [, { kind, id, name }] = other;
  return name === null ? { id } : { [entityKinds[kind].nameField ?? 'name']: name };
}

function listIn(lists: Map<string, JsonValue[]>, key: string): JsonValue[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function append(owner: Record<string, JsonValue>, key: string, entry: JsonValue): void {
  const list = owner[key];
  if (Array.isArray(list)) (list as JsonValue[]).push(entry);
  else owner[key] = [entry];
}
