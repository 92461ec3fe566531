import { isJsonObject, type JsonValue } from '../../lib/json.ts';

/** Whether two values say the same: what is `null` and what is left out are one. */
export function isSameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const [one, other] = [a ?? null, b ?? null];
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    const list = one as readonly JsonValue[];
    return list.length === other.length && list.every((item, index) => isSameValue(item, other[index] as JsonValue));
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  return (
    Object.keys(one).every((key) => isSameValue(one[key], other[key])) &&
    Object.keys(other).every((key) => Object.hasOwn(one, key) || (other[key] ?? null) === null)
  );
}
