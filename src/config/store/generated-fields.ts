import { randomInt } from 'node:crypto';
import type { EntityKind } from '../../entities/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';

/** Fields that Kong makes up when a new entity does not say them: `auto` in its schemas, besides ids and times. */
export const generatedFields: Partial<Record<EntityKind, readonly string[]>> = {
  keyauth_credentials: ['key'],
  keyauth_enc_credentials: ['key'],
  hmacauth_credentials: ['secret'],
  jwt_secrets: ['key', 'secret'],
  oauth2_credentials: ['client_id', 'client_secret'],
  oauth2_tokens: ['access_token'],
  oauth2_authorization_codes: ['code'],
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The fields with those that are made up: 32 random letters and digits each (190 bits). */
export function withGenerated(kind: EntityKind, fields: JsonObject): JsonObject {
  const missing = (generatedFields[kind] ?? []).filter((field) => (fields[field] ?? null) === null);
  return missing.length === 0
    ? fields
    : { ...fields, ...Object.fromEntries(missing.map((field) => [field, randomText()])) };
}

function randomText(): string {
  return Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');
}
