import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { type AdminCall, AdminError } from '../endpoint.ts';

/** Reads a JSON body as fields of an entity. @throws {AdminError} 400 when it is none */
export function readJsonBody({ body }: AdminCall): JsonObject {
  let value: JsonValue = null;
  try {
    value = JSON.parse(body?.toString('utf8') ?? '') as JsonValue;
  } catch {
    // Answered below, as what is no object.
  }
  if (isJsonObject(value)) return value;
  throw new AdminError(400, { message: 'Cannot parse JSON body' });
}
