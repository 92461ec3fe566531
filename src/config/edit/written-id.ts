import { entityKinds } from '../../entities/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import { type Draft, isMembership, textOf } from '../draft.ts';
import { impliedId } from '../render/effective-entity.ts';
import type { ConfigDrafts } from './config-drafts.ts';

/**
 * Whether an entity with these fields and references needs its id written: the one that would be made for it is
 * another, or is made of all that it says. `references` are their texts; `nested` is the field its place stands for and the id of what is around it.
 */
export function needsId(
  kind: Draft['kind'],
  fields: JsonObject & { readonly id: string },
  references: ReadonlyMap<string, string | null>,
  nested: { readonly field: string; readonly id: string } | null,
): boolean {
  const implied = impliedId({ kind, fields }, (field) =>
    nested?.field === field ? nested.id : (references.get(field) ?? null),
  );
  return implied?.toLowerCase() !== fields.id.toLowerCase();
}

/** Whether the id of an entity is made of all that the file says about it, since it has nothing that names it. */
export function isNameless({ kind, fields }: Draft): boolean {
  const { nameField, idFields } = entityKinds[kind];
  if (textOf(fields.id) !== null) return false;
  return idFields.length === 0 && (nameField === null || textOf(fields[nameField]) === null);
}

/**
 * Entities without a name that say just what another one says, and come after it: their ids count them, so that they
 * must be written down before the other one changes or goes.
 */
export function twinsOf(draft: Draft, config: ConfigDrafts): readonly Draft[] {
  if (!isNameless(draft) || isMembership(draft)) return [];
  const all = config.drafts[draft.kind];
  const content = contentOf(draft);
  return all
    .slice(all.indexOf(draft) + 1)
    .filter(
      (other) => isNameless(other) && other.parent?.draft === draft.parent?.draft && contentOf(other) === content,
    );
}

function contentOf({ kind, given }: Draft): string {
  const children = Object.fromEntries(entityKinds[kind].children.map(({ key }) => [key, null]));
  return JSON.stringify({ ...given, ...children });
}
