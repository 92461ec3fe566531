/** Any value that JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** Steps from the root of a document to a value: object keys and list positions counted from 0. */
export type JsonPath = readonly (string | number)[];

/** A JSON Schema (draft 2020-12 vocabulary that ajv understands, plus our `x-` annotations). */
export type JsonSchema = JsonObject;

/** True for a plain JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
