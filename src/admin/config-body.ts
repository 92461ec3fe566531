import { isDeeperThan, isJsonObject, type JsonValue } from '../lib/json.ts';
import type { AdminCall } from './endpoint.ts';
import { AdminError } from './endpoint.ts';
import { readMultipartField } from './multipart.ts';

const yamlTypes: ReadonlySet<string> = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']);

/** Far more than any config has, and few enough to write them out again. */
const MAX_LEVELS = 1_000;

/**
 * The config text that a `POST /config` carries: a YAML body, a JSON document, or a field `config` in JSON, in a form
 * or in a multipart form (there also as a file).
 * @throws {AdminError} 400 when there is none or it cannot be decoded, 415 for other types
 */
export function readConfigBody(call: AdminCall): string {
  const type = (call.contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (call.body === null || call.body.length === 0) throw nothingSent();
  const text = readText(type, call.contentType, call.body);
  if (text === null || text.trim() === '') throw nothingSent();
  return text;
}

function readText(type: string, contentType: string, body: Buffer): string | null {
  if (yamlTypes.has(type)) return decode(body);
  if (type === 'application/json') return readJson(decode(body));
  if (type === 'application/x-www-form-urlencoded') return new URLSearchParams(decode(body)).get('config');
  if (type === 'multipart/form-data') return readMultipart(contentType, body);
  throw new AdminError(415, { message: 'Unsupported media type: send JSON, YAML or a form' });
}

/** A document is passed on as it was sent, so that positions in findings are those of the sender. */
function readJson(text: string): string {
  let document: JsonValue;
  try {
    document = JSON.parse(text) as JsonValue;
  } catch {
    throw new AdminError(400, { message: 'Cannot parse JSON body' });
  }
  const config = isJsonObject(document) ? document.config : undefined;
  if (typeof config === 'string') return config;
  if (config === undefined) return text;
  if (isDeeperThan(MAX_LEVELS, config)) throw new AdminError(400, { message: 'the config nests too deeply' });
  return JSON.stringify(config);
}

function readMultipart(contentType: string, body: Buffer): string | null {
  let field: Buffer | null;
  try {
    field = readMultipartField(contentType, body, 'config');
  } catch {
    throw new AdminError(400, { message: 'Cannot parse multipart body' });
  }
  return field === null ? null : decode(field);
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new AdminError(400, { message: 'the body is not UTF-8 text' });
  }
}

function nothingSent(): AdminError {
  return new AdminError(400, { message: 'expected a declarative configuration' });
}
