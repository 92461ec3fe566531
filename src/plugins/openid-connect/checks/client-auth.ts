import { isJsonObject, type JsonPath } from '../../../lib/json.ts';
import { type CheckContext, chosenMethods, isReference, listOf } from './context.ts';

const secretMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'];
const keyTypes: Readonly<Record<string, string>> = { RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP', HS: 'oct' };
/** The one curve of each algorithm on curves (RFC 7518 §3.4, RFC 8037 §3.1). */
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521', EdDSA: 'Ed25519' };

/** Fields that decide how own clients authenticate at an endpoint, and the methods that go there. */
const endpointMethods: readonly (readonly [string, readonly string[]])[] = [
  ['token_endpoint_auth_method', ['password', 'refresh_token', 'authorization_code']],
  ['introspection_endpoint_auth_method', ['introspection']],
];

/**
 * How each own client proves who it is: the method has the secret or key it needs and an algorithm that goes with it.
 * Lists are read by client index; a missing entry falls back to the first.
 */
export function checkClientAuth(context: CheckContext): void {
  for (const [at, method] of listOf(context, 'client_auth').entries()) {
    checkSecret(context, method, at);
    checkAlgorithm(context, method, at);
  }
  for (const [field, users] of endpointMethods) checkEndpoint(context, field, users);
  const keys = context.fields.client_jwk;
  if (!Array.isArray(keys)) return;
  for (const [at, key] of keys.entries()) {
    if (isJsonObject(key)) checkKey(context, key, at);
  }
}

function checkSecret(context: CheckContext, method: string, at: number): void {
  if (!secretMethods.includes(method) || listOf(context, 'client_id').length === 0) return;
  if ((entryOf(context, 'client_secret', at) ?? '') !== '') return;
  const message = `"${method}" needs a secret, but "client_secret" has none for client ${at + 1}`;
  context.error(['client_auth', at], 'openid-connect/client', message, 'set "client_secret"');
}

/** Only for methods the author listed: a caller's client, too, is authenticated at the token endpoint. */
function checkEndpoint(context: CheckContext, field: string, users: readonly string[]): void {
  const method = textOf(context.fields[field]);
  const methods = chosenMethods(context) ?? [];
  if (method === null || !secretMethods.includes(method) || !users.some((user) => methods.includes(user))) return;
  const clients = listOf(context, 'client_id');
  const at = clients.findIndex((_id, index) => (entryOf(context, 'client_secret', index) ?? '') === '');
  if (at < 0) return;
  const message = `"${method}" needs a secret, but "client_secret" has none for client ${at + 1}`;
  context.error([field], 'openid-connect/client', message, 'set "client_secret"');
}

function checkAlgorithm(context: CheckContext, method: string, at: number): void {
  const algorithm = entryOf(context, 'client_alg', at);
  if (algorithm === null) return;
  const isSymmetric = algorithm.startsWith('HS');
  const path: JsonPath = ['client_alg', listOf(context, 'client_alg')[at] === undefined ? 0 : at];
  if (method === 'client_secret_jwt' && !isSymmetric) {
    const message = `"client_secret_jwt" signs with the secret, which "${algorithm}" cannot`;
    context.error(path, 'openid-connect/client', message, 'use HS256, HS384 or HS512');
  }
  if (method === 'private_key_jwt' && isSymmetric) {
    const message = `"private_key_jwt" signs with a private key, which "${algorithm}" cannot`;
    context.error(path, 'openid-connect/client', message, 'use an algorithm of the key, such as RS256 or ES256');
  }
}

/** A JSON Web Key (RFC 7517) that is to sign: never says more of it than its type and names of members. */
function checkKey(context: CheckContext, key: Readonly<Record<string, unknown>>, at: number): void {
  const type = textOf(key.kty);
  if (type === null) {
    const hint = 'it is RSA, EC, OKP or oct';
    context.error(['client_jwk', at], 'openid-connect/client-key', 'the key has no "kty"', hint);
    return;
  }
  if (isReference(type)) return;
  const member = type === 'oct' ? 'k' : 'd';
  if ((key[member] ?? null) === null) {
    const message = `the key has no private part ("${member}"), so nothing can be signed with it`;
    context.error(['client_jwk', at], 'openid-connect/client-key', message);
    return;
  }
  if (type === 'oct' && entryOf(context, 'client_auth', at) === 'private_key_jwt') {
    const message = '"private_key_jwt" signs with a private key, and this one is a shared secret';
    context.error(['client_jwk', at, 'kty'], 'openid-connect/client-key', message, 'use a key of type RSA, EC or OKP');
    return;
  }
  const configured = entryOf(context, 'client_alg', at);
  const algorithm = configured ?? textOf(key.alg);
  if (algorithm === null || isReference(algorithm)) return;
  const needed = keyTypes[algorithm.slice(0, 2)];
  const path: JsonPath = ['client_jwk', at, configured === null ? 'alg' : 'kty'];
  if (needed !== undefined && needed !== type) {
    const message = `"${algorithm}" needs a key of type "${needed}", and this one is "${type}"`;
    context.error(path, 'openid-connect/client-key', message);
    return;
  }
  const curve = curves[algorithm];
  const actual = textOf(key.crv);
  if (curve === undefined || actual === null || curve === actual) return;
  const message = `"${algorithm}" needs a key on the curve "${curve}", and this one is on "${actual}"`;
  context.error(['client_jwk', at, 'crv'], 'openid-connect/client-key', message);
}

function entryOf(context: CheckContext, name: string, at: number): string | null {
  const entries = listOf(context, name);
  return entries[at] ?? entries[0] ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
