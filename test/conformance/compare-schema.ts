import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../src/lib/json.ts';
import type { ReferenceSchema } from './reference.ts';

/** One thing about a field that our schema says otherwise. */
export interface Difference {
  /** Dotted, `[]` for entries of lists, `{}` for values of maps; empty for the config itself. */
  readonly path: string;
  readonly what: 'missing' | 'extra' | 'type' | 'enum' | 'default' | 'required' | 'range' | 'length' | 'referenceable';
  readonly ours: JsonValue;
  readonly theirs: JsonValue;
}

/** How a schema of ours differs from the published one, field by field. Narrower texts (`format`) are not compared. */
export function compareSchemas(ours: JsonSchema, theirs: ReferenceSchema, path = ''): readonly Difference[] {
  if (theirs.oneOf !== undefined) return compareVariants(ours, theirs.oneOf, path);
  const found = facts.flatMap(({ what, ofOurs, ofTheirs }) => {
    const [mine, published] = [ofOurs(ours) ?? null, ofTheirs(theirs) ?? null];
    return isDeepStrictEqual(mine, published) ? [] : [{ path, what, ours: mine, theirs: published }];
  });
  return [...found, ...compareFields(ours, theirs, path), ...compareInside(ours, theirs, path)];
}

interface Fact {
  readonly what: Difference['what'];
  readonly ofOurs: (schema: JsonSchema) => JsonValue | undefined;
  readonly ofTheirs: (schema: ReferenceSchema) => JsonValue | undefined;
}

const facts: readonly Fact[] = [
  { what: 'type', ofOurs: ({ type }) => withoutNull(type)[0], ofTheirs: ({ type }) => type },
  {
    what: 'enum',
    ofOurs: ({ enum: words }) => sorted(words === undefined ? undefined : withoutNull(words)),
    ofTheirs: ({ enum: words }) => sorted(words === undefined ? undefined : [...words]),
  },
  {
    what: 'default',
    ofOurs: (schema) => schema.default,
    ofTheirs: (schema) => schema.default as JsonValue | undefined,
  },
  {
    what: 'required',
    ofOurs: ({ required }) => sorted(withoutNull(required ?? [])),
    ofTheirs: ({ required = [], properties = {} }) =>
      sorted(required.filter((key) => properties[key]?.default === undefined)),
  },
  {
    what: 'range',
    ofOurs: ({ minimum = null, maximum = null }) => [minimum, maximum],
    ofTheirs: ({ minimum = null, maximum = null }) => [minimum, maximum],
  },
  {
    what: 'length',
    ofOurs: (schema) => lengthsOf(schema),
    // Texts may not be empty there either, though it is said of a few only.
    ofTheirs: ({ type, minLength, maxLength }) => [
      type === 'string' && (minLength ?? 1) === 1 ? null : (minLength ?? null),
      maxLength ?? null,
    ],
  },
  {
    what: 'referenceable',
    ofOurs: (schema) => schema['x-referenceable'] === true,
    ofTheirs: (schema) => schema['x-referenceable'] === true,
  },
];

function lengthsOf(schema: JsonSchema): JsonValue {
  const shortest = schema.minLength === 1 ? undefined : schema.minLength;
  const least = shortest ?? schema.minItems ?? schema.minProperties ?? null;
  return [least, schema.maxLength ?? schema.maxItems ?? schema.maxProperties ?? null];
}

function withoutNull(value: JsonValue | undefined): readonly JsonValue[] {
  return [value ?? null].flat().filter((entry) => entry !== null && entry !== 'null');
}

function sorted(list: readonly (JsonValue | string | number)[] | undefined): JsonValue | undefined {
  return list === undefined || list.length === 0 ? undefined : [...list].sort();
}

function compareFields(ours: JsonSchema, theirs: ReferenceSchema, path: string): readonly Difference[] {
  const [mine, published] = [fieldsOf(ours), theirs.properties ?? {}];
  const names = [...new Set([...Object.keys(mine), ...Object.keys(published)])].sort();
  return names.flatMap((name) => {
    const at = path === '' ? name : `${path}.${name}`;
    const [own, other] = [mine[name], published[name]];
    if (!isJsonObject(own)) return [{ path: at, what: 'missing' as const, ours: null, theirs: other?.type ?? null }];
    if (other === undefined) return [{ path: at, what: 'extra' as const, ours: own.type ?? null, theirs: null }];
    return compareSchemas(own, other, at);
  });
}

function compareInside(ours: JsonSchema, theirs: ReferenceSchema, path: string): readonly Difference[] {
  const items = theirs.items === undefined ? [] : compareSchemas(objectIn(ours.items), theirs.items, `${path}[]`);
  const { additionalProperties: values } = theirs;
  if (typeof values !== 'object') return items;
  return [...items, ...compareSchemas(objectIn(ours.additionalProperties), values, `${path}{}`)];
}

function compareVariants(ours: JsonSchema, theirs: readonly ReferenceSchema[], path: string): readonly Difference[] {
  const kinds = Array.isArray(ours.allOf) ? (ours.allOf as readonly JsonObject[]) : [];
  return theirs.flatMap((variant, index) =>
    compareSchemas(objectIn(kinds[index]?.then), variant, `${path}<${String(variant.properties?.type?.enum?.[0])}>`),
  );
}

function fieldsOf({ properties }: JsonSchema): JsonObject {
  return objectIn(properties);
}

function objectIn(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
