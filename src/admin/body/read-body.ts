import type { JsonObject } from '../../lib/json.ts';
import { type AdminCall, AdminError } from '../endpoint.ts';
import type { KongSchema } from '../kong-schema/kong-field.ts';
import { readMultipartParts } from '../multipart.ts';
import { type Argument, decodeText, MAX_ARGUMENTS, readFormArguments, tooManyArguments } from './arguments.ts';
import { readJsonBody } from './json-body.ts';
import { nestArguments } from './nest-arguments.ts';
import { refuseRedacted } from './redaction-marker.ts';
import { typeValues } from './type-values.ts';

/** The schema of a body, or how to tell it from the fields that the body gives, all of them texts. */
export type SchemaOfBody = KongSchema | ((given: JsonObject) => KongSchema);

/**
 * The fields that the body of a POST, PUT or PATCH gives: JSON as it is, the texts of forms as the schema says. No
 * body at all gives none. The result is not checked against the schema.
 * @throws {AdminError} 415 for other types; 400 for what cannot be read, and for the marker of a secret that was not shown
 */
export function readEntityBody(call: AdminCall, schema: SchemaOfBody): JsonObject {
  const fields = readFields(call, schema);
  refuseRedacted(fields);
  return fields;
}

function readFields({ body, contentType }: AdminCall, schema: SchemaOfBody): JsonObject {
  const bytes = body ?? Buffer.alloc(0);
  switch (mediaTypeOf(contentType)) {
    case 'application/json':
      return readJsonBody(bytes);
    case 'application/x-www-form-urlencoded':
      return readForm(readFormArguments(bytes), schema);
    case 'multipart/form-data':
      return readForm(readMultipartArguments(contentType, bytes), schema);
    default:
      if (contentType === '' && bytes.length === 0) return {};
      throw new AdminError(415, { message: 'Unsupported media type: send JSON or a form' });
  }
}

function readForm(list: readonly Argument[], schema: SchemaOfBody): JsonObject {
  const given = nestArguments(list);
  return typeValues(given, typeof schema === 'function' ? schema(given) : schema);
}

function readMultipartArguments(contentType: string, body: Buffer): readonly Argument[] {
  let parts: ReturnType<typeof readMultipartParts>;
  try {
    parts = readMultipartParts(contentType, body);
  } catch {
    throw new AdminError(400, { message: 'Cannot parse multipart body' });
  }
  if (parts.length > MAX_ARGUMENTS) throw tooManyArguments();
  return parts.flatMap(({ name, value }): readonly Argument[] =>
    name === null || name === '' ? [] : [[name, decodeText(value)]],
  );
}

function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}
