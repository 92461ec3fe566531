import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';

/** A claim found by walking one key per element of `path`; undefined when some step is missing. */
export function readClaim(claims: JsonObject | null, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = claims ?? undefined;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return path.length === 0 ? undefined : value;
}

/** The claim in the first of `sources` that has it; undefined when none does. Null says as much as nothing. */
export function findClaim(sources: readonly JsonObject[], path: readonly string[]): JsonValue | undefined {
  for (const source of sources) {
    const value = readClaim(source, path);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** A scalar as text; null for everything else. */
export function claimText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/**
 * The values a claim lists: the words of a text separated by white space, or the entries of a list, in which white
 * space separates nothing.
 */
export function claimValues(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return value.split(/\s+/).filter((word) => word !== '');
  if (Array.isArray(value)) {
    return value.map((entry: JsonValue) => claimText(entry)).filter((text) => text !== null);
  }
  const text = claimText(value);
  return text === null ? [] : [text];
}
