import { allKinds, type EntityKind, entityKinds, isRunKind, type OtherKind } from '../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../lib/json.ts';
import type { BuildContext } from './build-context.ts';
import { configSchemaOf } from './config-schemas.ts';
import { unwrap, unwrapCustomEntities } from './custom-entities.ts';
import type { Draft, DraftSet } from './draft.ts';
import { fillDefaults as fillConfig } from './plugin-defaults.ts';
import { moveOldFields } from './plugin-deprecations.ts';
import { entitySchema } from './schema-files.ts';

/** Fields that are about the file, not the entity. */
const fileFields = new Set(['_comment', '_ignore']);

/** Entities of the kinds that gw does not run, in the form of {@link buildPlain}. */
export function buildOthers(
  drafts: DraftSet,
  context: BuildContext,
): Readonly<Partial<Record<OtherKind, readonly JsonObject[]>>> {
  const others: Partial<Record<OtherKind, readonly JsonObject[]>> = {};
  const own = { ...drafts, custom_entities: drafts.custom_entities.filter((draft) => unwrap(draft) === null) };
  for (const kind of allKinds) {
    if (isRunKind(kind)) continue;
    const wrapped = unwrapCustomEntities(kind, drafts, context.index);
    const rows = [
      ...buildPlain(kind, own, context),
      ...wrapped.map((draft) => buildOther(draft, entitySchema(kind), context)),
    ];
    if (rows.length > 0) others[kind] = rows;
  }
  return others;
}

/** The entities of a kind as its schema has them: flat, with ids, defaults and resolved references. */
export function buildPlain(kind: EntityKind, drafts: DraftSet, context: BuildContext): readonly JsonObject[] {
  if (drafts[kind].length === 0) return [];
  const schema = entitySchema(kind);
  const complete = drafts[kind].filter((draft) => context.references.get(draft)?.isIncomplete !== true);
  const kept = kind === 'consumer_group_consumers' ? onePerPair(complete, context) : complete;
  return kept.map((draft) => buildOther(draft, schema, context));
}

/** A membership may be written on both sides, in the consumer and in the group: it is one all the same. */
function onePerPair(drafts: readonly Draft[], context: BuildContext): readonly Draft[] {
  const pairs = new Map<string, Draft>();
  for (const draft of drafts) {
    const { consumer = '', consumer_group: group = '' } = context.references.get(draft)?.ids ?? {};
    const pair = `${consumer} ${group}`;
    if (!pairs.has(pair)) pairs.set(pair, draft);
  }
  return [...pairs.values()];
}

function buildOther(draft: Draft, schema: JsonSchema, context: BuildContext): JsonObject {
  const facts = entityKinds[draft.kind];
  const nested = new Set(facts.children.map(({ key }) => key));
  const own = Object.entries(draft.fields).filter(([key]) => !nested.has(key) && !fileFields.has(key));
  const filled = fillDefaults(schema, Object.fromEntries(own));
  const ids = Object.entries(context.references.get(draft)?.ids ?? {}).map(([field, id]) => [field, { id }] as const);
  const seconds = Math.floor(context.now / 1000);
  return {
    id: context.index.idOf(draft),
    created_at: seconds,
    updated_at: seconds,
    ...(isJsonObject(filled) ? withoutLists(filled, nested) : {}),
    ...configOfPartial(draft),
    ...Object.fromEntries(ids),
  };
}

/** The config of a partial with its defaults, as those of plugins have them. */
function configOfPartial(draft: Draft): JsonObject {
  const known = draft.kind === 'partials' ? configSchemaOf(draft) : null;
  if (known === null) return {};
  const { fields } = draft;
  const config = isJsonObject(fields.config) ? fields.config : {};
  return { config: fillConfig(known.schema, moveOldFields(known.schema, config)) };
}

/** Nested lists are entities of their own. */
function withoutLists(value: JsonObject, nested: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !nested.has(key)));
}

/** The value with what its schema says for fields that are left out, nested records included. */
function fillDefaults(schema: JsonSchema, value: JsonValue): JsonValue {
  if (!isJsonObject(value) || !isJsonObject(schema.properties)) return value;
  const filled: Record<string, JsonValue> = { ...value };
  for (const [key, property] of Object.entries(schema.properties)) {
    if (!isJsonObject(property)) continue;
    const given = value[key] ?? property.default;
    if (given !== undefined) filled[key] = fillDefaults(property, given);
  }
  return filled;
}
