import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import { findOldFields } from '../plugin-deprecations.ts';

/**
 * A config after a `PATCH`, of which the last word counts: where the patch has the new name of a field that is stored
 * under its old one, the old one goes, and the other way round. Else the new name would win whatever was patched.
 *
 * @param merged the stored config and the patch as one
 */
export function settleOldFields(merged: JsonObject, patch: JsonObject, schema: JsonSchema): JsonObject {
  let settled = merged;
  for (const { path, replacedBy } of findOldFields(schema, merged)) {
    const record = path.slice(0, -1);
    const places = replacedBy.map((place) => [...record, ...place.split('.')]);
    if (places.some((place) => isSaid(patch, place))) settled = without(settled, path);
    else if (isSaid(patch, path)) settled = places.reduce(without, settled);
  }
  return settled;
}

function isSaid(patch: JsonValue, [step, ...rest]: JsonPath): boolean {
  const value = step === undefined ? patch : member(patch, step);
  return rest.length === 0 || step === undefined ? value !== undefined && value !== null : isSaid(value ?? null, rest);
}

/** A copy without the value at a path; what is beside the path is shared. */
function without(node: JsonObject, path: JsonPath): JsonObject {
  return removed(node, path) as JsonObject;
}

function removed(node: JsonValue, [step, ...rest]: JsonPath): JsonValue {
  if (step === undefined || member(node, step) === undefined) return node;
  if (Array.isArray(node)) {
    return (node as readonly JsonValue[]).map((item, index) => (index === step ? removed(item, rest) : item));
  }
  if (!isJsonObject(node)) return node;
  const { [step]: value = null, ...others } = node;
  return rest.length === 0 ? others : { ...node, [step]: removed(value, rest) };
}

function member(node: JsonValue, step: string | number): JsonValue | undefined {
  if (Array.isArray(node)) return typeof step === 'number' ? (node as readonly JsonValue[])[step] : undefined;
  return isJsonObject(node) && Object.hasOwn(node, step) ? node[step] : undefined;
}
