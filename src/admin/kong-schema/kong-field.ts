import type { JsonObject, JsonValue } from '../../lib/json.ts';

/** Kong's names for the types of fields. `any` and `json` stand for values that nothing is known about. */
export type KongType =
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'record'
  | 'array'
  | 'set'
  | 'map'
  | 'foreign'
  | 'json'
  | 'any';

/** One field of a schema in Kong's shape. The object is what goes out: its members are Kong's. */
export interface KongField {
  readonly type: KongType;
  readonly description?: string;
  /** For a record: it is filled with the defaults of its fields when it is left out. */
  readonly required?: true;
  readonly default?: JsonValue;
  readonly one_of?: readonly JsonValue[];
  /** Smallest and greatest value. */
  readonly between?: readonly [number, number];
  readonly gt?: number;
  readonly len_min?: number;
  readonly len_max?: number;
  readonly uuid?: true;
  readonly timestamp?: true;
  readonly unique?: true;
  /** May be a vault reference. */
  readonly referenceable?: true;
  /** Holds a secret. */
  readonly encrypted?: true;
  /** Made by the gateway when it is left out. */
  readonly auto?: true;
  /** The only value it may have. */
  readonly eq?: null;
  /** Its fields depend on another field. */
  readonly abstract?: true;
  /** The kind that a foreign key leads to. */
  readonly reference?: string;
  /** What a list holds. */
  readonly elements?: KongField;
  readonly keys?: KongField;
  readonly values?: KongField;
  readonly fields?: readonly KongNamedField[];
  /** Fields of older versions. */
  readonly shorthand_fields?: readonly KongNamedField[];
  readonly deprecation?: KongDeprecation;
}

/** An object with one key, the name of the field: Kong's way to keep fields in order. */
export type KongNamedField = Readonly<Record<string, KongField>>;

/** What to use instead of a field of older versions. */
export interface KongDeprecation {
  readonly message: string;
  readonly replaced_with?: readonly { readonly path: readonly string[] }[];
}

/** A schema in Kong's shape, of an entity or of a plugin. */
export interface KongSchema {
  readonly fields: readonly KongNamedField[];
  readonly entity_checks: readonly JsonObject[];
  /** For a plugin: parts of its config, as dotted paths, that partials of a type can bring. */
  readonly supported_partials?: Readonly<Record<string, readonly string[]>>;
  /** Fields that bodies may have and answers never do (`url` of a service). Not shown. */
  readonly inputs: readonly KongNamedField[];
  /** Fields that answers have only when they are set: Kong has them in other editions, or not by default. Not shown. */
  readonly extras: readonly KongNamedField[];
}

/** Something with fields: a schema or a record. */
export type KongRecord = Pick<KongSchema, 'fields'> | Pick<KongField, 'fields'>;

const indexes = new WeakMap<readonly KongNamedField[], ReadonlyMap<string, KongField>>();

const noFields: ReadonlyMap<string, KongField> = new Map();

/** Fields by name, in their order; none for a field that is no record. */
export function fieldIndex(fields: readonly KongNamedField[] | undefined): ReadonlyMap<string, KongField> {
  if (fields === undefined) return noFields;
  let index = indexes.get(fields);
  if (index === undefined) {
    index = new Map(fields.flatMap((field) => Object.entries(field)));
    indexes.set(fields, index);
  }
  return index;
}

/** A schema as it is shown: what Kong shows of its own. */
export function schemaBody({
  fields,
  entity_checks,
  supported_partials,
}: KongSchema): Omit<KongSchema, 'inputs' | 'extras'> {
  return { entity_checks, fields, ...(supported_partials === undefined ? {} : { supported_partials }) };
}
