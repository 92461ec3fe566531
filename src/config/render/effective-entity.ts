import { derivedId, idKeyOf } from '../../entities/ids.ts';
import { allKinds, type EntityKind, entityKinds, isRunKind } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import type { Draft } from '../draft.ts';
import { textOf } from '../draft.ts';
import { topLevel } from '../format.ts';
import type { Inspection } from '../load-config.ts';

/** What a reference leads to. */
export interface EffectiveReference {
  readonly kind: EntityKind;
  readonly id: string;
  /** Its name; `null` when it has none, or one that is a secret. */
  readonly name: string | null;
}

/** An entity as it counts in the end: defaults filled in, references resolved, nothing of the file's own. */
export interface EffectiveEntity {
  readonly kind: EntityKind;
  /** Where it comes from. */
  readonly draft: Draft;
  readonly id: string;
  /** Whether the file says the id. */
  readonly hasOwnId: boolean;
  /** Without id, references and times that the file does not say; fields that are not set are left out. */
  readonly fields: JsonObject;
  /** By field, in the order of the table of kinds. */
  readonly references: Readonly<Record<string, EffectiveReference>>;
}

/** All entities of a config without errors, by kind as in the table of kinds, each kind in the order of the files. */
export function effectiveEntities(inspection: Inspection): readonly EffectiveEntity[] {
  const { entities, drafts, references, index } = inspection;
  if (entities === null) return [];
  return allKinds.flatMap((kind) => {
    const built = (isRunKind(kind) ? entities[kind] : (entities.others[kind] ?? [])) as readonly unknown[];
    // Several may share an id: Kong's ids of plugins do not tell consumer groups apart. The order does.
    const byId = groupById(built.filter(isJsonObject));
    return drafts[kind].flatMap((draft) => {
      const id = index.idOf(draft);
      // A custom entity may have become one of another kind; here it stays what it is in the file.
      const entity = byId.get(id)?.shift() ?? (kind === 'custom_entities' ? draft.fields : undefined);
      if (entity === undefined) return [];
      const found = Object.entries(entityKinds[kind].references).flatMap(([field, target]) => {
        const to = references.get(draft)?.ids[field];
        return to === undefined ? [] : [[field, referenceTo(target, to, inspection)] as const];
      });
      return [
        {
          kind,
          draft,
          id,
          hasOwnId: textOf(draft.fields.id) !== null,
          fields: fieldsOf(draft, entity),
          references: Object.fromEntries(found),
        },
      ];
    });
  });
}

/** The id that an entity gets when it does not say its own and its references are written as `textOfReference` says. */
export function impliedId(
  { kind, fields }: Pick<EffectiveEntity, 'kind' | 'fields'>,
  textOfReference: (field: string) => string | null,
): string | null {
  const { nameField, references } = entityKinds[kind];
  const key = idKeyOf(kind, (field) =>
    references[field] === undefined ? (textOf(fields[field]) ?? '') : (textOfReference(field) ?? ''),
  );
  if (key !== null) return derivedId(kind, key);
  const name = nameField === null ? null : textOf(fields[nameField]);
  return name === null ? null : derivedId(kind, name);
}

function referenceTo(kind: EntityKind, id: string, { index }: Inspection): EffectiveReference {
  const { hasSecretNames } = entityKinds[kind];
  return { kind, id, name: hasSecretNames ? null : (index.findById(kind, id)?.name ?? null) };
}

function groupById(entities: readonly JsonObject[]): ReadonlyMap<JsonValue | undefined, JsonObject[]> {
  const groups = new Map<JsonValue | undefined, JsonObject[]>();
  for (const entity of entities) {
    const group = groups.get(entity.id);
    if (group === undefined) groups.set(entity.id, [entity]);
    else group.push(entity);
  }
  return groups;
}

/** What was built, and what stands in the file besides, such as the order of plugins. */
function fieldsOf({ kind, fields, given }: Draft, entity: JsonObject): JsonObject {
  const { references, children } = entityKinds[kind];
  const dropped = new Set(['id', 'url', ...Object.keys(references), ...children.map(({ key }) => key)]);
  const isKept = ([key, value]: readonly [string, JsonValue]): boolean => {
    if (value === null || dropped.has(key) || key.startsWith('_')) return false;
    return (key !== 'created_at' && key !== 'updated_at') || Object.hasOwn(given, key);
  };
  const rest = Object.entries(fields).filter(([key]) => key === 'partials' || !Object.hasOwn(entity, key));
  // Links to partials stay as they are written: what was built has ids, which the file need not say.
  const kept = Object.fromEntries([...Object.entries(entity), ...rest].filter(isKept));
  if (kind !== 'plugins' || !isJsonObject(kept.config)) return kept;
  return { ...kept, config: withoutUnset(kept.config, topLevel(fields.config ?? null)) };
}

/** Leaves out what is `null` because nobody said anything. An explicit `null` is kept: it may outweigh a default. */
function withoutUnset(value: JsonObject, given: JsonObject): JsonObject {
  const kept: [string, JsonValue][] = [];
  for (const [key, part] of Object.entries(value)) {
    const said = given[key];
    if (part === null && said === undefined) continue;
    kept.push([key, isJsonObject(part) ? withoutUnset(part, topLevel(said ?? null)) : part]);
  }
  return Object.fromEntries(kept);
}
