import { stringify } from 'yaml';
import { runKinds } from '../entities/kinds.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
import type { Presenter } from './presenter.ts';

const references: ReadonlySet<string> = new Set([
  'service',
  'route',
  'consumer',
  'consumer_group',
  'client_certificate',
  'upstream',
  'certificate',
]);

/**
 * The config in force as one declarative file: flat, ids and defaults filled in, `null` for what is unset. Secrets are
 * redacted, so it is for reading; gw refuses to load it back while a secret is missing.
 */
export function renderConfig(entities: EntitySet, presenter: Presenter): string {
  const document: Record<string, JsonValue> = { _format_version: '3.0', _transform: false };
  for (const kind of runKinds) {
    const rows = entities[kind].map((entity) => flatReferences(presenter.present(kind, entity)));
    if (rows.length > 0) document[kind] = rows;
  }
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}

function flatReferences(entity: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(entity).map(([field, value]) => [
      field,
      references.has(field) && isJsonObject(value) ? (value.id ?? null) : value,
    ]),
  );
}
