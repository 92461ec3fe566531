import { fieldIndex, type KongField, type KongNamedField } from '../../../src/admin/kong-schema/kong-field.ts';
import { kongSchema } from '../../../src/admin/kong-schema/kong-schema.ts';
import { type EntityKind, entityKinds } from '../../../src/entities/kinds.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';

// JSON Schemas of what the Admin API answers and takes, made of the schemas that it serves.

/** `Service`, `KeyAuthCredential`: what a component about one entity of a kind is called. */
export function componentName(kind: EntityKind): string {
  return entityKinds[kind].label
    .split(/[ -]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
    .replace(/\W/g, '');
}

export function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

/** What an answer has: every field, `null` when unset, and some only when they are set. */
export function answerSchema(kind: EntityKind): JsonObject {
  const { fields, extras } = kongSchema(kind);
  return {
    type: 'object',
    description: aboutConfig(kind),
    properties: Object.fromEntries([
      ...entries(fields).map(([name, field]) => [name, name === 'id' ? uuid : shownField(field)] as const),
      ...entries(extras).map(([name, field]) => [name, shownField(field)] as const),
    ]),
    required: [...fieldIndex(fields).keys()],
    additionalProperties: false,
  };
}

/** What a body may have. What is left out gets its default, or stays as it is. */
export function bodySchema(kind: EntityKind): JsonObject {
  const { fields, inputs, extras } = kongSchema(kind);
  const all = [...entries(fields), ...entries(inputs), ...entries(extras)];
  return {
    type: 'object',
    description: aboutConfig(kind),
    properties: Object.fromEntries(all.map(([name, field]) => [name, givenField(field)])),
    additionalProperties: false,
  };
}

/** A page of a collection. */
export function pageSchema(item: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: {
      data: { type: 'array', items: item },
      next: { type: ['string', 'null'], description: 'Path of the next page.' },
      offset: { type: 'string', description: 'Where the next page begins; absent on the last page.' },
    },
    required: ['data', 'next'],
  };
}

const uuid: JsonObject = { type: 'string', format: 'uuid' };

function entries(fields: readonly KongNamedField[]): readonly (readonly [string, KongField])[] {
  return [...fieldIndex(fields)];
}

function aboutConfig(kind: EntityKind): string {
  const about = `One ${entityKinds[kind].label}.`;
  if (kind === 'plugins') return `${about} The fields of \`config\`: \`GET /schemas/plugins/{name}\`.`;
  return kind === 'vaults' ? `${about} The fields of \`config\`: \`GET /schemas/vaults/{name}\`.` : about;
}

function shownField(field: KongField): JsonObject {
  const { description } = field;
  const said = description === undefined ? {} : { description };
  if (field.type === 'foreign') return { ...said, ...nullable(reference('Reference')) };
  const shown = shownType(field);
  return { ...said, ...(field.type === 'any' ? shown : { ...shown, type: [shown.type, 'null'] as JsonValue }) };
}

function shownType(field: KongField): JsonObject {
  const choices = field.one_of === undefined ? {} : { enum: [...field.one_of, null] };
  switch (field.type) {
    case 'record':
      return { type: 'object', ...recordSchema(field) };
    case 'array':
    case 'set':
      return { type: 'array', items: field.elements === undefined ? {} : shownField(field.elements) };
    case 'map':
      return { type: 'object', additionalProperties: field.values === undefined ? {} : shownField(field.values) };
    case 'any':
    case 'json':
      return {};
    default:
      return { type: field.type, ...choices, ...(field.default === undefined ? {} : { default: field.default }) };
  }
}

function recordSchema({ fields = [] }: KongField): JsonObject {
  if (fields.length === 0) return {};
  return { properties: Object.fromEntries(entries(fields).map(([name, field]) => [name, shownField(field)])) };
}

function givenField(field: KongField): JsonObject {
  if (field.type === 'foreign') return { ...nullable(reference('GivenReference')) };
  return shownField(field);
}

function nullable(schema: JsonObject): JsonObject {
  return { anyOf: [schema, { type: 'null' }] };
}
