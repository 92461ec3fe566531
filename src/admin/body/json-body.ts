import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { AdminError } from '../endpoint.ts';
import { checkKey, MAX_DEPTH, tooDeep } from './argument-path.ts';

/** More keys than this are no entity, and each that is unknown takes its time to be told of. */
const MAX_KEYS = 2_000;
const loneSurrogate = /\p{Cs}/u;

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
  // Half a character, which no file could hold.
  if (typeof value === 'string' && loneSurrogate.test(value)) throw unreadable();
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw tooDeep();
  if (!Array.isArray(value)) checkKeys(Object.keys(value));
  for (const item of Object.values(value)) checkValue(item as JsonValue, depth + 1);
}

function checkKeys(keys: readonly string[]): void {
  if (keys.length > MAX_KEYS) throw new AdminError(400, { message: `an object has more than ${MAX_KEYS} keys` });
  for (const key of keys) {
    if (loneSurrogate.test(key)) throw unreadable();
    checkKey(key);
  }
}

/** Kong's words for all of it. */
function unreadable(): AdminError {
  return new AdminError(400, { message: 'Cannot parse JSON body' });
}
