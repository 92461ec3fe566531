import { sha256 } from '../lib/digest.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import { signatureKey, type PublicJwk } from './jwks.ts';
import { parseJsonObject } from './provider-json.ts';

/** A proof (RFC 9449 §4.2) whose form is right; nothing in it has been compared or verified. */
export interface DpopProof {
  readonly compact: string;
  readonly alg: string;
  readonly key: PublicJwk;
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly ath: string | null;
  readonly nonce: string | null;
}

/** Longest proof that is looked at, in characters; an RSA key of 4096 bits needs 2,000. */
const LONGEST_PROOF = 8192;
const privateMembers: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'r', 't'];

/** Reads a proof. A text: why it is none, in our own words. */
export function readDpopProof(compact: string): DpopProof | string {
  if (compact.length > LONGEST_PROOF || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(compact)) return 'malformed DPoP proof';
  const [head = '', payload = ''] = compact.split('.');
  const header = parsePart(head);
  const claims = parsePart(payload);
  if (header === null || claims === null) return 'malformed DPoP proof';
  if (header.typ !== 'dpop+jwt') return 'the DPoP proof is of another type';
  // RFC 7515 §4.1.11: an extension we do not understand is one we must not ignore, and we understand none.
  if (header.crit !== undefined) return 'unknown critical header parameter in DPoP proof';
  const { alg } = header;
  const key = publicKey(header.jwk);
  if (typeof alg !== 'string' || key === null) return 'the DPoP proof brings no public key that can sign';
  const { jti, htm, htu, iat } = claims;
  if (!isText(jti) || !isText(htm) || !isText(htu) || typeof iat !== 'number' || !Number.isFinite(iat)) {
    return 'the DPoP proof lacks a claim';
  }
  return { compact, alg, key, jti, htm, htu, iat, ath: textOrNull(claims.ath), nonce: textOrNull(claims.nonce) };
}

/** RFC 7638: SHA-256 of the members that make the key, sorted. */
export function keyThumbprint({ kty, crv, e, n, x, y }: PublicJwk): string {
  // Members that a kind of key does not have are undefined, which JSON leaves out.
  if (kty === 'RSA') return sha256(JSON.stringify({ e, kty, n }));
  return sha256(JSON.stringify(kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x }));
}

function parsePart(part: string): JsonObject | null {
  return parseJsonObject(Buffer.from(part, 'base64url').toString('utf8'));
}

function publicKey(jwk: JsonValue | undefined): PublicJwk | null {
  if (!isJsonObject(jwk) || privateMembers.some((member) => Object.hasOwn(jwk, member))) return null;
  return signatureKey(jwk);
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
