import { isJsonObject, type JsonValue } from '../../lib/json.ts';

/** Every field of a route that matches something, besides `expression`. */
export const allMatchers = ['methods', 'hosts', 'headers', 'paths', 'snis', 'sources', 'destinations'];

/** An empty list or map does not count as a matcher. A value of a wrong type does: it was meant as one. */
export function isSet(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isJsonObject(value) || Object.keys(value).length > 0;
}
