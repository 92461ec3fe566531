import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { AdminError } from '../endpoint.ts';
import { checkKey, MAX_DEPTH, tooDeep } from './argument-path.ts';

/**
 * An object sent as JSON, as it is.
 * @throws {AdminError} 400 when it is none, nests too deep or has a key that no body may have
 */
export function readJsonBody(body: Buffer): JsonObject {
  const value = parse(body);
  if (!isJsonObject(value)) throw unreadable();
  checkValue(value, 1);
  return value;
}

function parse(body: Buffer): JsonValue {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as JsonValue;
  } catch {
    throw unreadable();
  }
}

function checkValue(value: JsonValue, depth: number): void {
  // `1e999` is a number to JSON, and nothing that could be answered.
  if (value === Infinity || value === -Infinity) throw unreadable();
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw tooDeep();
  if (!Array.isArray(value)) for (const key of Object.keys(value)) checkKey(key);
  for (const item of Object.values(value)) checkValue(item as JsonValue, depth + 1);
}

/** Kong's words for all of it. */
function unreadable(): AdminError {
  return new AdminError(400, { message: 'Cannot parse JSON body' });
}
