import { isJsonObject, type JsonValue } from './json.ts';

/** Whether two values say the same, however the keys of their objects are ordered and whatever made these. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    return (a as readonly JsonValue[]).every((entry, index) => sameJson(entry, (b as readonly JsonValue[])[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
