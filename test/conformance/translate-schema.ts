import { isSecretName } from '../../src/config/secrets.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import type { Overlay } from './overlay/overlay.ts';
import { commonKeywords, oldFieldsOf } from './overlay/overlays.ts';
import type { ReferenceSchema } from './reference.ts';

/** Where a field stands, and whether it may be null. */
interface Place {
  /** As in {@link Overlay.fields}. */
  readonly path: string;
  readonly name: string;
  readonly isNullable: boolean;
}

/** Turns the published schema of a plugin's config into a JSON Schema of ours. */
export function translateConfig(reference: ReferenceSchema, overlay: Overlay): JsonObject {
  return new Translator(overlay).config(reference);
}

class Translator {
  readonly #fields: Readonly<Record<string, JsonObject>>;
  readonly #notNull: ReadonlySet<string>;

  constructor({ fields = {}, notNull = [] }: Overlay) {
    this.#fields = fields;
    this.#notNull = new Set(notNull);
  }

  config(reference: ReferenceSchema): JsonObject {
    return this.#schema(reference, { path: '', name: '', isNullable: false });
  }

  #schema(reference: ReferenceSchema, place: Place): JsonObject {
    if (reference.oneOf !== undefined) return this.#variants(reference.oneOf, place);
    const keywords = this.#keywords(reference, place);
    const type = reference.type ?? 'string';
    const nested = type === 'object' ? this.#record(reference, place) : {};
    const items =
      reference.items === undefined
        ? {}
        : { items: this.#schema(reference.items, { ...place, path: `${place.path}[]`, isNullable: false }) };
    return withNull({ type, ...keywords, ...nested, ...items }, place.isNullable || reference.nullable === true);
  }

  #keywords(reference: ReferenceSchema, { path, name }: Place): JsonObject {
    const result: Record<string, JsonValue> = { ...limits(reference) };
    if (reference.enum !== undefined) result.enum = reference.enum;
    if (reference.default !== undefined) result.default = reference.default as JsonValue;
    if (reference['x-referenceable'] === true) result['x-referenceable'] = true;
    const isText = reference.type === 'string' && reference.enum === undefined;
    if (reference['x-encrypted'] === true || (isText && isSecretName(name))) result['x-secret'] = true;
    return withoutZero({ ...result, ...commonKeywords(path), ...this.#fields[path] });
  }

  #record(reference: ReferenceSchema, { path, name }: Place): JsonObject {
    const { properties, additionalProperties = false } = reference;
    const values =
      typeof additionalProperties === 'boolean'
        ? additionalProperties
        : this.#schema(additionalProperties, { path: `${path}{}`, name, isNullable: false });
    if (properties === undefined) return { additionalProperties: values };
    // What has a default is filled in before it can be missing.
    const required = (reference.required ?? []).filter((key) => properties[key]?.default === undefined);
    const fields: Record<string, JsonValue> = {};
    for (const [key, field] of Object.entries(properties)) {
      const at = path === '' ? key : `${path}.${key}`;
      const isNullable = !(reference.required ?? []).includes(key) && !this.#notNull.has(at);
      fields[key] = this.#schema(field, { path: at, name: key, isNullable });
    }
    const all = { ...fields, ...this.#added(properties, path), ...nullable(oldFieldsOf(reference)) };
    return {
      additionalProperties: values,
      ...(required.length === 0 ? {} : { required: [...required].sort() }),
      properties: Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  /** Fields that only the overlay has. */
  #added(properties: Readonly<Record<string, ReferenceSchema>>, path: string): Readonly<Record<string, JsonObject>> {
    const prefix = path === '' ? '' : `${path}.`;
    const own = Object.entries(this.#fields)
      .filter(([key, { type }]) => type !== undefined && key.startsWith(prefix))
      .map(([key, field]) => [key.slice(prefix.length), field] as const)
      .filter(([key]) => key !== '' && !/[.[{]/.test(key) && !(key in properties));
    return nullable(Object.fromEntries(own.map(([key, field]) => [key, withoutZero({ minLength: 1, ...field })])));
  }

  /** Kinds of records that a field tells apart. */
  #variants(variants: readonly ReferenceSchema[], place: Place): JsonObject {
    const kinds = variants.map((variant) => String(variant.properties?.type?.enum?.[0]));
    return {
      type: 'object',
      required: ['type'],
      properties: { type: { type: 'string', enum: kinds } },
      allOf: variants.map((variant, index) => ({
        if: { required: ['type'], properties: { type: { const: kinds[index] ?? '' } } },
        then: this.#schema(variant, place),
      })),
    };
  }
}

/** Lengths are written alike for texts, lists and maps there. Texts may not be empty unless that is said. */
function limits({ type, minLength, maxLength, minimum, maximum, enum: words }: ReferenceSchema): JsonObject {
  const [least, most] = lengthKeywords[type ?? ''] ?? ['minLength', 'maxLength'];
  const shortest = minLength ?? (type === 'string' && words === undefined ? 1 : undefined);
  return {
    ...(shortest === undefined ? {} : { [least]: shortest }),
    ...(maxLength === undefined ? {} : { [most]: maxLength }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

const lengthKeywords: Readonly<Record<string, readonly [string, string]>> = {
  array: ['minItems', 'maxItems'],
  object: ['minProperties', 'maxProperties'],
};

function withoutZero(schema: JsonObject): JsonObject {
  const isIdle = schema.minLength === 0 || (schema.minLength === 1 && schema.enum !== undefined);
  const isOther = schema.minLength === 1 && schema.type !== undefined && schema.type !== 'string';
  // The default shows that the field may be empty.
  const isEmptyDefault = schema.minLength === 1 && schema.default === '';
  if (!isIdle && !isOther && !isEmptyDefault) return schema;
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== 'minLength'));
}

function nullable(fields: Readonly<Record<string, JsonObject>>): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, withNull(field, true)]));
}

function withNull(schema: JsonObject, isNullable: boolean): JsonObject {
  if (!isNullable || Array.isArray(schema.type)) return schema;
  const words = schema.enum;
  return {
    ...schema,
    type: [schema.type ?? 'string', 'null'],
    ...(Array.isArray(words) ? { enum: [...(words as JsonValue[]), null] } : {}),
  };
}
