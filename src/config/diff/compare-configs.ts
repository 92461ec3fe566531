import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import { textOf } from '../draft.ts';
import type { Inspection } from '../load-config.ts';
import { pluginFacts } from '../plugin-schemas.ts';
import { type EffectiveEntity, effectiveEntities } from '../render/effective-entity.ts';
import { SecretMask } from '../render/mask.ts';
import { type FieldChange, fieldChanges } from './field-changes.ts';
import { type EntityPair, matchEntities } from './match-entities.ts';

/** An entity that differs, and what to call it. */
export interface EntityDifference {
  /** Singular: `service`, `keyauth_credential`, … */
  readonly kind: string;
  /** What people call the kind. */
  readonly label: string;
  /** `null` when it has none, or one that is a secret. */
  readonly name: string | null;
  /** What it belongs to: `{ route: "orders" }`; names, or ids of what has none. */
  readonly scope: Readonly<Record<string, string>>;
}

/** An entity on one side only. */
export interface WholeEntity extends EntityDifference {
  /** Secrets are masked. */
  readonly fields: JsonObject;
}

/** An entity on both sides that is not the same. */
export interface ChangedEntity extends EntityDifference {
  /** Secrets are masked. */
  readonly changes: readonly FieldChange[];
}

/** What has to be done to a config to make another of it. */
export interface ConfigDiff {
  readonly added: readonly WholeEntity[];
  readonly changed: readonly ChangedEntity[];
  readonly removed: readonly WholeEntity[];
}

/**
 * Compares what two configs amount to. Neither layout, nesting, order, defaults that are written out, nor ids and times
 * that only one side says make a difference.
 * @param isHidden tells which values of `before` are hidden, so that they are not compared. What cannot be told apart
 *   without them is then the same by its id alone, also by one that is made from them. Default: nothing is hidden
 */
export function compareConfigs(
  before: Inspection,
  after: Inspection,
  catalog: PluginCatalog,
  isHidden: ((value: JsonValue) => boolean) | null = null,
): ConfigDiff {
  const mask = new SecretMask(catalog);
  const { pairs, ids } = matchEntities(effectiveEntities(before), effectiveEntities(after), isHidden !== null);
  const whole = (entity: EffectiveEntity | null): readonly WholeEntity[] =>
    entity === null ? [] : [{ ...describe(entity), fields: mask.fieldsOf(entity) }];
  return {
    added: pairs.flatMap((pair) => (pair.before === null ? whole(pair.after) : [])),
    changed: pairs.flatMap((pair) => {
      const changes = changesOf(pair, ids, mask, isHidden ?? (() => false));
      return changes.length === 0 || pair.after === null ? [] : [{ ...describe(pair.after), changes }];
    }),
    removed: pairs.flatMap((pair) => (pair.after === null ? whole(pair.before) : [])),
  };
}

/** Whether two configs amount to the same. */
export function isSameConfig({ added, changed, removed }: ConfigDiff): boolean {
  return added.length + changed.length + removed.length === 0;
}

function changesOf(
  { kind, before, after }: EntityPair,
  ids: ReadonlyMap<string, string>,
  mask: SecretMask,
  isHidden: (value: JsonValue) => boolean,
): readonly FieldChange[] {
  if (before === null || after === null) return [];
  const hidden = [mask.fieldsOf(before), mask.fieldsOf(after)] as const;
  const own = fieldChanges(
    withoutTimes(before.fields, after.fields),
    withoutTimes(after.fields, before.fields),
    listsOfWords(after),
  ).filter(({ from }) => !isHidden(from));
  const shown = own.map(({ path }) => ({ path, from: valueAt(hidden[0], path), to: valueAt(hidden[1], path) }));
  return [...idChange(before, after), ...shown, ...referenceChanges(kind, before, after, ids)];
}

function idChange(before: EffectiveEntity, after: EffectiveEntity): readonly FieldChange[] {
  const differs = before.hasOwnId && after.hasOwnId && before.id.toLowerCase() !== after.id.toLowerCase();
  return differs ? [{ path: ['id'], from: before.id, to: after.id }] : [];
}

function referenceChanges(
  kind: EntityKind,
  before: EffectiveEntity,
  after: EffectiveEntity,
  ids: ReadonlyMap<string, string>,
): readonly FieldChange[] {
  return Object.keys(entityKinds[kind].references).flatMap((field) => {
    const from = before.references[field];
    const to = after.references[field];
    const moved = from === undefined ? undefined : (ids.get(from.id) ?? from.id);
    if (moved === to?.id) return [];
    return [{ path: [field], from: from?.name ?? from?.id ?? null, to: to?.name ?? to?.id ?? null }];
  });
}

/** Times count only where both sides say them. */
function withoutTimes(fields: JsonObject, other: JsonObject): JsonObject {
  const isCompared = (key: string): boolean =>
    (key !== 'created_at' && key !== 'updated_at') || Object.hasOwn(other, key);
  return Object.fromEntries(Object.entries(fields).filter(([key]) => isCompared(key)));
}

/** Config fields of a plugin that are lists of fixed words, such as methods: their order means nothing. */
function listsOfWords({ kind, fields }: EffectiveEntity): ReadonlySet<string> {
  const names = new Set<string>();
  const collect = (schema: JsonValue | undefined): void => {
    if (!isJsonObject(schema) || !isJsonObject(schema.properties)) return;
    for (const [name, property] of Object.entries(schema.properties)) {
      if (isJsonObject(property) && isJsonObject(property.items) && Array.isArray(property.items.enum)) names.add(name);
      collect(property);
    }
  };
  if (kind === 'plugins') collect(pluginFacts(textOf(fields.name) ?? '')?.schema);
  return names;
}

function valueAt(record: JsonObject, path: JsonPath): JsonValue {
  return path.reduce<JsonValue>((value, key) => (isJsonObject(value) ? (value[key] ?? null) : null), record);
}

function describe({ kind, fields, references }: EffectiveEntity): EntityDifference {
  const { singular, label, nameField, hasSecretNames } = entityKinds[kind];
  const named = kind === 'plugins' ? 'name' : kind === 'targets' ? 'target' : kind === 'acls' ? 'group' : nameField;
  const name = named === null || hasSecretNames ? null : (textOf(fields[named]) ?? textOf(fields.custom_id));
  const scope = Object.entries(references).map(([field, to]) => [field, to.name ?? to.id] as const);
  return { kind: singular, label, name, scope: Object.fromEntries(scope) };
}
