import { allKinds, type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { JsonValue } from '../../lib/json.ts';
import { textOf } from '../draft.ts';
import type { EffectiveEntity } from '../render/effective-entity.ts';

/** An entity on both sides, or on one. */
export interface EntityPair {
  readonly kind: EntityKind;
  readonly before: EffectiveEntity | null;
  readonly after: EffectiveEntity | null;
}

/** Which entities are the same, and what the ids of one side are on the other. */
export interface EntityMatching {
  readonly pairs: readonly EntityPair[];
  /** Id on the left side → id on the right side, for those that are on both. */
  readonly ids: ReadonlyMap<string, string>;
}

/**
 * Finds out which entities of two configs are the same: by id where both files say it, else by name, else by what the
 * id would be made from (a plugin by its name and scope, a target by its upstream and text), else by content, else, with
 * `byAnyId`, by ids that only one file says.
 */
export function matchEntities(
  before: readonly EffectiveEntity[],
  after: readonly EffectiveEntity[],
  byAnyId = false,
): EntityMatching {
  const ids = new Map<string, string>();
  // Parents come first, so that the references of their children can be compared.
  const pairs = allKinds.flatMap((kind) =>
    matchKind(
      kind,
      before.filter((entity) => entity.kind === kind),
      after.filter((entity) => entity.kind === kind),
      ids,
      byAnyId,
    ),
  );
  return { pairs, ids };
}

function matchKind(
  kind: EntityKind,
  before: readonly EffectiveEntity[],
  after: readonly EffectiveEntity[],
  ids: Map<string, string>,
  byAnyId: boolean,
): readonly EntityPair[] {
  const partners = new Map<EffectiveEntity, EffectiveEntity>();
  const taken = new Set<EffectiveEntity>();
  const match = (keyBefore: KeyOf, keyAfter: KeyOf): void => {
    const waiting = new Map<string, EffectiveEntity[]>();
    for (const entity of after) {
      const key = taken.has(entity) ? null : keyAfter(entity);
      if (key !== null) waiting.set(key, [...(waiting.get(key) ?? []), entity]);
    }
    for (const entity of before) {
      const key = partners.has(entity) ? null : keyBefore(entity);
      const partner = key === null ? undefined : waiting.get(key)?.shift();
      if (partner === undefined) continue;
      partners.set(entity, partner);
      taken.add(partner);
      ids.set(entity.id, partner.id);
    }
  };
  const ownId: KeyOf = (entity) => (entity.hasOwnId ? entity.id.toLowerCase() : null);
  const identity = (known: ReadonlyMap<string, string>): KeyOf => {
    return (entity) => identityOf(entity, (id) => known.get(id) ?? id);
  };
  match(ownId, ownId);
  match(identity(ids), identity(new Map()));
  const anyId: KeyOf = ({ id }) => id.toLowerCase();
  if (byAnyId) match(anyId, anyId);
  return [
    ...before.map((entity) => ({ kind, before: entity, after: partners.get(entity) ?? null })),
    ...after.filter((entity) => !taken.has(entity)).map((entity) => ({ kind, before: null, after: entity })),
  ];
}

type KeyOf = (entity: EffectiveEntity) => string | null;

/** Fields that make an unnamed route what it is. */
const matchers = ['methods', 'hosts', 'paths', 'headers', 'snis', 'sources', 'destinations', 'expression'];

function identityOf(entity: EffectiveEntity, idOf: (id: string) => string): string {
  const { kind, fields, references } = entity;
  const { nameField, idFields, uniqueTogether, unique } = entityKinds[kind];
  const part = (field: string): JsonValue => {
    const reference = references[field];
    return reference === undefined ? (fields[field] ?? null) : idOf(reference.id);
  };
  const name = nameField === null ? null : textOf(fields[nameField]);
  if (name !== null) return `name ${name}`;
  if (kind === 'plugins') return JSON.stringify(['name', 'route', 'service', 'consumer', 'consumer_group'].map(part));
  const scopes = Object.keys(references).map(part);
  if (kind === 'routes') return JSON.stringify([scopes, matchers.map(part)]);
  for (const group of [idFields, ...uniqueTogether, ...unique.map((field) => [field])]) {
    if (group.length > 0 && group.some((field) => part(field) !== null))
      return JSON.stringify([group, group.map(part)]);
  }
  return JSON.stringify(scopes.length === Object.keys(fields).length ? scopes : [scopes, fields]);
}
