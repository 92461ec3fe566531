import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { endpointKeyOf, isEntityId } from './endpoint-key.ts';
import type { EntityView } from './entity-view.ts';
import { fieldProblem, missingProblem, unresolvedProblem } from './problems.ts';
import { checkPartialLinks, readPartialLinks } from './read-links.ts';
import { referredId } from './unique-keys.ts';

/**
 * The fields with every reference as `{"id": …}` or `null`. A name is looked up; whether an id is there is not, see
 * {@link checkReferences}.
 * @throws {EntityProblem} code 2 for a reference of another form, 13 for a name that nothing has
 */
export function readReferences(kind: EntityKind, fields: JsonObject, around: EntityView): JsonObject {
  const read: Record<string, JsonValue> = {};
  for (const [field, target] of Object.entries(entityKinds[kind].references)) {
    const value = fields[field];
    if (value !== undefined) read[field] = readReference(field, target, value, around);
  }
  if (kind === 'plugins' && fields.partials !== undefined) {
    read.partials = readPartialLinks(fields.partials, fields.name, around);
  }
  return { ...fields, ...read };
}

function readReference(field: string, target: EntityKind, value: JsonValue, around: EntityView): JsonObject | null {
  if (value === null) return null;
  if (!isJsonObject(value)) throw fieldProblem([field], 'expected a record');
  const { id } = value;
  if (id !== undefined && id !== null) {
    if (typeof id !== 'string') throw fieldProblem([field, 'id'], 'expected a string');
    if (!isEntityId(id)) throw fieldProblem([field, 'id'], 'expected a valid UUID');
    return { id: id.toLowerCase() };
  }
  const key = endpointKeyOf(target);
  const unknown = Object.keys(value).find((name) => name !== 'id' && name !== key);
  if (unknown !== undefined) throw fieldProblem([field, unknown], 'unknown field');
  const name = key === null ? undefined : value[key];
  if (key === null || name === undefined || name === null) throw fieldProblem([field, 'id'], 'missing primary key');
  if (typeof name !== 'string') throw fieldProblem([field, key], 'expected a string');
  const found = around.named(target, name);
  if (found === null) throw unresolvedProblem(field, target, key, name);
  return { id: found.id };
}

/** @throws {EntityProblem} code 2 when a reference is missing, 4 when one leads nowhere */
export function checkReferences(kind: EntityKind, fields: JsonObject, around: EntityView): void {
  const { references, required } = entityKinds[kind];
  for (const field of required) {
    if ((fields[field] ?? null) === null) throw fieldProblem([field], 'required field missing');
  }
  for (const [field, target] of Object.entries(references)) {
    const id = referredId(fields[field]);
    if (id !== null && around.get(target, id) === null) throw missingProblem(field, target, id);
  }
  if (kind === 'plugins') checkPartialLinks(fields, around);
}
