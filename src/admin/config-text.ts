import { stringify } from 'yaml';
import { rowsOf } from '../config/store/entity-lists.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import { allKinds, type EntityKind, entityKinds } from '../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import type { Presenter } from './presenter.ts';

/**
 * The config in force as one declarative file: flat, ids and defaults filled in, `null` for what is unset. Without its
 * secrets it is for reading: gw refuses to load it back while one is missing.
 */
export function renderConfig(entities: EntitySet, presenter: Presenter, showsSecrets: boolean): string {
  const document: Record<string, JsonValue> = { _format_version: '3.0', _transform: false };
  for (const kind of allKinds) {
    const rows = rowsOf(entities, kind).map((row) => flatten(kind, presenter.present(kind, row, showsSecrets)));
    if (rows.length > 0) document[kind] = rows;
  }
  // `off` and the like are quoted: files are read as YAML 1.1 has it, where they are no texts.
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' });
}

/** References as ids; lists of what stands in lists of its own are left out, such as the names of SNIs. */
function flatten(kind: EntityKind, entity: JsonObject): JsonObject {
  const { references, children } = entityKinds[kind];
  const lists = new Set(children.map(({ key }) => key));
  return Object.fromEntries(
    Object.entries(entity)
      .filter(([field]) => !lists.has(field))
      .map(([field, value]) => [
        field,
        Object.hasOwn(references, field) && isJsonObject(value) ? (value.id ?? null) : value,
      ]),
  );
}
