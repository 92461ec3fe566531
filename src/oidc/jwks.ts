import { isJsonObject, type JsonObject } from '../lib/json.ts';
import { IdentityProviderError } from './errors.ts';
import type { ProviderHttp, ProviderRequestOptions } from './provider-http.ts';
import { printable } from './provider-url.ts';
import { parseJsonObject } from './provider-json.ts';

/** A public signature key as we keep it: known members only, none of them private. */
export type PublicJwk = Readonly<Record<string, string | readonly string[]>>;

/** The usable keys of one JWKS URL. This is what the cache holds. */
export interface JwksDocument {
  readonly url: string;
  readonly keys: readonly PublicJwk[];
}

const MIN_RSA_BITS = 2048;
/** More than any provider publishes; bounds the work of choosing and the size of the Admin API's answer. */
const MAX_KEYS = 100;

const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};
const textMembers = ['kty', 'use', 'alg', 'kid', 'n', 'e', 'crv', 'x', 'y', 'x5t', 'x5t#S256'] as const;
const listMembers = ['key_ops', 'x5c'] as const;

/**
 * Fetches a key set.
 *
 * @throws {IdentityProviderError} when there is no 2xx answer that holds a key set; an error page never becomes one
 */
export async function fetchJwks(
  url: string,
  http: Pick<ProviderHttp, 'getDocument'>,
  options: Omit<ProviderRequestOptions, 'headers'>,
): Promise<JwksDocument> {
  const headers = [['accept', 'application/jwk-set+json, application/json']] as const;
  const response = await http.getDocument(url, { ...options, headers });
  if (response.status < 200 || response.status > 299) {
    throw new IdentityProviderError('unexpected status', `"${printable(url)}" answered ${response.status}`);
  }
  return { url, keys: readJwks(response.text, url) };
}

/**
 * The keys of a JWK Set (RFC 7517 §5) that can verify a signature: public RSA of at least 2048 bits, EC and OKP keys
 * whose `use` is absent or `sig`. Symmetric keys are ignored; others are dropped one by one.
 *
 * @throws {IdentityProviderError} when the text is no JWK Set
 */
export function readJwks(text: string, url: string): readonly PublicJwk[] {
  const keys: unknown = parseJsonObject(text)?.keys;
  if (!Array.isArray(keys))
    throw new IdentityProviderError('invalid response', `"${printable(url)}" is no JSON Web Key Set`);
  return keys.filter(isJsonObject).filter(isSignatureKey).slice(0, MAX_KEYS).map(publicMembers);
}

/** One key by the same rules, from wherever it comes; null when it cannot verify a signature. */
export function signatureKey(jwk: JsonObject): PublicJwk | null {
  return isSignatureKey(jwk) ? publicMembers(jwk) : null;
}

function isSignatureKey(jwk: JsonObject): boolean {
  const { kty, use, n } = jwk;
  if (typeof kty !== 'string' || !Object.hasOwn(requiredMembers, kty)) return false;
  if (use !== undefined && use !== 'sig') return false;
  if (requiredMembers[kty]?.some((member) => typeof jwk[member] !== 'string') === true) return false;
  return kty !== 'RSA' || (typeof n === 'string' && bitLength(n) >= MIN_RSA_BITS);
}

function bitLength(base64url: string): number {
  const bytes = Buffer.from(base64url, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes.readUInt8(first)) + 24;
}

/** An allow-list, so that a private member a careless provider publishes goes no further. */
function publicMembers(jwk: JsonObject): PublicJwk {
  const kept: Record<string, string | readonly string[]> = {};
  for (const member of textMembers) {
    const value = jwk[member];
    if (typeof value === 'string') kept[member] = value;
  }
  for (const member of listMembers) {
    const value = jwk[member];
    if (Array.isArray(value)) kept[member] = value.filter((item): item is string => typeof item === 'string');
  }
  return kept;
}
