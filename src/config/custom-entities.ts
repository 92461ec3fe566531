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
  return drafts.custom_entities.flatMap((draft): readonly Draft[] => {
    const { type, fields, id } = draft.fields;
    if (type !== kind || !isJsonObject(fields)) return [];
    const reference = readReference(fields.service);
    const service = reference === null ? null : serviceOf(reference, index);
    if (reference !== null && service === null) return [];
    const said = textOf(id) ?? textOf(fields.id);
    return [{ ...draft, kind, given: fields, fields: { ...fields, id: said ?? index.idOf(draft), service } }];
  });
}

function serviceOf({ by, text }: Reference, index: EntityIndex): { readonly id: string } | null {
  const found = by === 'id' ? index.findById('services', text) : index.find('services', text);
  return found === null ? null : { id: found.id };
}
