import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { fieldIndex, type KongField, type KongNamedField, type KongSchema } from '../kong-schema/kong-field.ts';

/** Numbers as Lua reads decimal ones. */
const numberText = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/**
 * The texts of a form as the values that a schema asks for. What cannot be read stays a text, for the check to complain
 * about; an empty text unsets a field.
 */
export function typeValues(given: JsonObject, { fields, inputs, extras }: KongSchema): JsonObject {
  return typeMembers(given, [fields, inputs, extras]);
}

function typeMembers(given: JsonObject, groups: readonly (readonly KongNamedField[])[]): JsonObject {
  const members = Object.entries(given).map(([name, value]) => {
    const group = groups.find((fields) => fieldIndex(fields).has(name));
    const field = group === undefined ? undefined : fieldIndex(group).get(name);
    return [name, field === undefined ? value : typeValue(value, field)] as const;
  });
  return Object.fromEntries(members);
}

function typeValue(value: JsonValue, field: KongField): JsonValue {
  if (value === '') return null;
  switch (field.type) {
    case 'number':
    case 'integer':
      return typeof value === 'string' && numberText.test(value) ? finite(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'array':
    case 'set':
      return typeEntries(value, field.elements);
    case 'map':
      return isJsonObject(value) ? mapMembers(value, field.values) : value;
    case 'foreign':
      return isJsonObject(value) ? mapMembers(value, { type: 'string' }) : value;
    case 'record':
      if (!isJsonObject(value) || field.abstract === true) return value;
      return typeMembers(value, [field.fields ?? [], field.shorthand_fields ?? []]);
    default:
      return value;
  }
}

/** A value alone is a list of one. A map is none: that is a mistake to report. */
function typeEntries(value: JsonValue, elements: KongField | undefined): JsonValue {
  if (isJsonObject(value)) return value;
  const entries = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  return elements === undefined ? entries : entries.map((entry) => typeValue(entry, elements));
}

function mapMembers(value: JsonObject, field: KongField | undefined): JsonObject {
  if (field === undefined) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, typeValue(entry, field)]));
}

function finite(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
