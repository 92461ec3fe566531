import type { EntityKind } from '../entities/kinds.ts';
import { isJsonObject } from '../lib/json.ts';
import { type Draft, type DraftSet, textOf } from './draft.ts';
import { type EntityIndex, readReference, type Reference } from './entity-index.ts';

/** Kinds that decK has no list for: it writes them as custom entities, and reads them from lists of their own. */
const wrappedKinds: ReadonlySet<EntityKind> = new Set<EntityKind>([
  'degraphql_routes',
  'graphql_ratelimiting_cost_decorations',
]);

/**
 * The entities of a kind that stand in files as custom entities, as if they stood in the list of their kind. Those of
 * services that are not in the files are left out.
 */
export function unwrapCustomEntities(kind: EntityKind, drafts: DraftSet, index: EntityIndex): readonly Draft[] {
  if (!wrappedKinds.has(kind)) return [];
  return drafts.custom_entities.flatMap((wrapper): readonly Draft[] => {
    const draft = unwrap(wrapper);
    if (draft?.kind !== kind) return [];
    const reference = readReference(draft.fields.service);
    const service = reference === null ? null : serviceOf(reference, index);
    if (reference !== null && service === null) return [];
    return [{ ...draft, fields: { ...draft.fields, id: unwrappedId(wrapper, index), service } }];
  });
}

/** What a custom entity says, as an entity of its kind at its place; `null` for kinds that decK has lists for. */
export function unwrap(wrapper: Draft): Draft | null {
  const { type, fields, id = null } = wrapper.fields;
  const kind = [...wrappedKinds].find((known) => known === type);
  if (kind === undefined || !isJsonObject(fields)) return null;
  const given = id === null ? fields : { ...fields, id };
  return { ...wrapper, kind, path: [...wrapper.path, 'fields'], given, fields: given };
}

/** Where an entity of such a kind stands as a custom entity. */
export function findWrapper(kind: EntityKind, id: string, drafts: DraftSet, index: EntityIndex): Draft | null {
  if (!wrappedKinds.has(kind)) return null;
  const isIt = (wrapper: Draft): boolean => wrapper.fields.type === kind && unwrappedId(wrapper, index) === id;
  return drafts.custom_entities.find(isIt) ?? null;
}

/** The id that is said beside the fields, or in them; else that of the custom entity. */
function unwrappedId(wrapper: Draft, index: EntityIndex): string {
  const { fields } = wrapper.fields;
  const inside = isJsonObject(fields) ? textOf(fields.id) : null;
  return textOf(wrapper.fields.id) ?? inside ?? index.idOf(wrapper);
}

function serviceOf({ by, text }: Reference, index: EntityIndex): { readonly id: string } | null {
  const found = by === 'id' ? index.findById('services', text) : index.find('services', text);
  return found === null ? null : { id: found.id };
}
