import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import { fieldIndex, type KongField, type KongNamedField } from './kong-schema/kong-field.ts';

/**
 * A record with every field that its schema declares, `null` when unset, in all records inside too. What the schema
 * does not know stays. Fields of older versions show what the fields say that they became, as in Kong: decK looks for
 * them where a file still has them, and drops them where it has not.
 */
export function presentRecord(value: JsonObject, { fields = [], shorthand_fields: old = [] }: RecordField): JsonObject {
  const shown = presentDeclared(value, fields, presentRecord);
  for (const [name, field] of fieldIndex(old)) {
    const said = value[name] ?? valueOfOld(shown, fields, field);
    if (said !== undefined) shown[name] = said;
  }
  return addUnknown(shown, value);
}

/**
 * The same without fields of older versions, in the records inside either: as decK compares records in lists, and the
 * configs of partials.
 */
export function presentWithoutOld(value: JsonObject, { fields = [] }: RecordField): JsonObject {
  return addUnknown(presentDeclared(value, fields, presentWithoutOld), value);
}

function presentDeclared(
  value: JsonObject,
  fields: readonly KongNamedField[],
  record: PresentRecord,
): Record<string, JsonValue> {
  const shown: Record<string, JsonValue> = {};
  for (const [name, field] of fieldIndex(fields)) shown[name] = presentValue(value[name] ?? null, field, record);
  return shown;
}

function addUnknown(shown: Record<string, JsonValue>, value: JsonObject): JsonObject {
  for (const [name, item] of Object.entries(value)) {
    if (!Object.hasOwn(shown, name) && item !== null) shown[name] = item;
  }
  return shown;
}

type RecordField = Pick<KongField, 'fields' | 'shorthand_fields'>;
type PresentRecord = (value: JsonObject, field: RecordField) => JsonObject;

/** One value as its field has it. Lists and maps are as they were sent, also when they are empty. */
export function presentValue(value: JsonValue, field: KongField, record: PresentRecord = presentWithoutOld): JsonValue {
  switch (field.type) {
    case 'record':
      return isJsonObject(value) && field.abstract !== true ? record(value, field) : value;
    case 'foreign':
      return isJsonObject(value) ? { id: value.id ?? null } : value;
    case 'array':
    case 'set': {
      const { elements } = field;
      if (!Array.isArray(value) || elements?.type !== 'record') return value;
      return (value as readonly JsonValue[]).map((entry) => presentValue(entry, elements));
    }
    default:
      return value;
  }
}

/** What a field of older versions would say; `undefined` when that cannot be told. */
function valueOfOld(
  shown: JsonObject,
  fields: readonly KongNamedField[],
  { type, elements, deprecation }: KongField,
): JsonValue | undefined {
  const path = deprecation?.replaced_with?.[0]?.path ?? [];
  const now = fieldAt(fields, path);
  if (now === null) return undefined;
  const value = valueAt(shown, path);
  const isSame = now.type === type && now.elements?.type === elements?.type;
  if (isSame || value === null) return value;
  return isAddressList(type, elements, now) ? addressesOf(value) : undefined;
}

function fieldAt(fields: readonly KongNamedField[], path: readonly string[]): KongField | null {
  let found: KongField | null = null;
  let index = fieldIndex(fields);
  for (const step of path) {
    found = index.get(step) ?? null;
    index = fieldIndex(found?.fields);
  }
  return found;
}

function valueAt(record: JsonObject, path: readonly string[]): JsonValue {
  let value: JsonValue = record;
  for (const step of path) value = isJsonObject(value) ? (value[step] ?? null) : null;
  return value;
}

/** Nodes of Redis were texts `host:port` once, and are records now. */
function isAddressList(type: string, elements: KongField | undefined, now: KongField): boolean {
  return type === 'array' && elements?.type === 'string' && now.elements?.type === 'record';
}

function addressesOf(nodes: JsonValue): JsonValue | undefined {
  if (!Array.isArray(nodes)) return undefined;
  return nodes.filter(isJsonObject).map(({ ip, host, port }) => `${textOf(ip ?? host)}:${textOf(port)}`);
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
