import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import { luaNotation } from '../../lib/lua-notation.ts';
import { EntityProblem } from './entity-problem.ts';
import { nestMessages, type PlacedMessage } from './nested-messages.ts';

/** Longer messages help nobody. */
const MAX_MESSAGES = 50;

/** Fields that are wrong (code 2). What is about the entity as a whole has an empty path. */
export function schemaProblem(messages: readonly PlacedMessage[]): EntityProblem {
  const shown = messages.slice(0, MAX_MESSAGES);
  const placed = shown.map(({ path, message }) => ({ path: path.length === 0 ? ['@entity'] : path, message }));
  const fields = nestMessages(placed);
  const texts = flatten(fields, []);
  const all = texts.join('; ');
  const message = texts.length === 1 ? `schema violation (${all})` : `${texts.length} schema violations (${all})`;
  return new EntityProblem(2, message, fields);
}

/** `config.uris.1: …` for each message: rules about the whole first, then fields in the order of the alphabet. */
function flatten(node: JsonValue, path: readonly string[]): readonly string[] {
  if (typeof node === 'string') return [path.length === 0 ? node : `${path.join('.')}: ${node}`];
  if (Array.isArray(node)) {
    return (node as readonly JsonValue[]).flatMap((item, index) => flatten(item, [...path, String(index + 1)]));
  }
  if (!isJsonObject(node)) return [];
  const { '@entity': whole, ...fields } = node;
  const rules = Array.isArray(whole) ? (whole as readonly JsonValue[]).flatMap((rule) => flatten(rule, path)) : [];
  const names = Object.keys(fields).sort();
  return [...rules, ...names.flatMap((name) => flatten(fields[name] ?? null, [...path, name]))];
}

/** One field that is wrong (code 2). */
export function fieldProblem(path: JsonPath, message: string): EntityProblem {
  return schemaProblem([{ path, message }]);
}

/** An id of another form (code 1). */
export function idProblem(text: string): EntityProblem {
  const key = { id: text };
  return new EntityProblem(1, `invalid primary key: '${luaNotation(key)}'`, { id: 'expected a valid UUID' });
}

/** A new entity with the id of one that is there (code 3). */
export function takenIdProblem(id: string): EntityProblem {
  return new EntityProblem(3, `primary key violation on key '${luaNotation({ id })}'`, { id });
}

/** A reference to an id that is not there (code 4). */
export function missingProblem(field: string, target: EntityKind, id: string): EntityProblem {
  const key = { id };
  const message = `the foreign key '${luaNotation(key)}' does not reference an existing '${target}' entity.`;
  return new EntityProblem(4, message, { [field]: key });
}

/** An entity that others keep from being removed (code 4). */
export function referencedProblem(kind: EntityKind, by: EntityKind): EntityProblem {
  const message = `an existing '${by}' entity references this '${kind}' entity`;
  return new EntityProblem(4, message, { '@referenced_by': by });
}

/** Another entity has the same name, or whatever must be unique (code 5). */
export function uniqueProblem(fields: JsonObject): EntityProblem {
  const shown = Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value === null ? 'null' : luaNotation(value)}`);
  return new EntityProblem(5, `UNIQUE violation detected on '{${shown.join(',')}}'`, fields);
}

/** A reference to a name that nothing has (code 13). */
export function unresolvedProblem(field: string, target: EntityKind, key: string, name: string): EntityProblem {
  const shown = entityKinds[target].hasSecretNames ? '[redacted]' : name;
  const reason = `the foreign key cannot be resolved with '${luaNotation({ [key]: shown })}' for an existing '${target}' entity`;
  return new EntityProblem(13, `foreign key unresolved (${field}.${key}: ${reason})`, { [field]: { [key]: reason } });
}
