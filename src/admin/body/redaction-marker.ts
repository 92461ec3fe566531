import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { REDACTED } from '../../lib/secret.ts';
import { AdminError } from '../endpoint.ts';

/**
 * Refuses fields that hold the marker which stands for a secret in answers: someone sends back what they were shown,
 * and would put the marker in place of the secret.
 * @throws {AdminError} 400, a schema violation that names the field
 */
export function refuseRedacted(fields: JsonObject): void {
  const path = findMarker(fields);
  if (path === null) return;
  const reason = `"${REDACTED}" stands for a secret that was not shown: send the secret, or leave the field out`;
  throw new AdminError(400, {
    code: 2,
    name: 'schema violation',
    message: `schema violation (${path.join('.')}: ${reason})`,
    fields: path.reduceRight<JsonValue>((inner, step) => ({ [step]: inner }), reason),
  });
}

function findMarker(value: JsonValue): readonly string[] | null {
  if (value === REDACTED) return [];
  if (!isJsonObject(value) && !Array.isArray(value)) return null;
  for (const [key, item] of Object.entries(value)) {
    const path = findMarker(item as JsonValue);
    if (path !== null) return [Array.isArray(value) ? String(Number(key) + 1) : key, ...path];
  }
  return null;
}
