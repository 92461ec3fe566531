import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';

/** How a JWS algorithm checks a signature (RFC 7518 §3.1, RFC 8037 §3.1). */
interface Scheme {
  /** Null for EdDSA, which hashes by itself. */
  readonly hash: string | null;
  /** What Node calls the kind of key, and the curve of an `ec` one. */
  readonly keyType: 'rsa' | 'ec' | 'ed25519';
  readonly curve?: string;
  readonly isPss?: true;
  /** Of the two numbers of an ECDSA signature together (RFC 7518 §3.4). */
  readonly bytes?: number;
}

const schemes: Readonly<Record<string, Scheme>> = {
  RS256: { hash: 'sha256', keyType: 'rsa' },
  RS384: { hash: 'sha384', keyType: 'rsa' },
  RS512: { hash: 'sha512', keyType: 'rsa' },
  PS256: { hash: 'sha256', keyType: 'rsa', isPss: true },
  PS384: { hash: 'sha384', keyType: 'rsa', isPss: true },
  PS512: { hash: 'sha512', keyType: 'rsa', isPss: true },
  ES256: { hash: 'sha256', keyType: 'ec', curve: 'prime256v1', bytes: 64 },
  ES384: { hash: 'sha384', keyType: 'ec', curve: 'secp384r1', bytes: 96 },
  ES512: { hash: 'sha512', keyType: 'ec', curve: 'secp521r1', bytes: 132 },
  EdDSA: { hash: null, keyType: 'ed25519', bytes: 64 },
};
const macs: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

/**
 * Whether a compact JWS (RFC 7515 §7.1) carries a signature of this public key under `alg`. Synchronous: an RSA signature is verified in less time than a thread takes to
 * be asked for it.
 */
export function isSignedBy(compact: string, alg: string, key: KeyObject): boolean {
  const scheme = Object.hasOwn(schemes, alg) ? schemes[alg] : undefined;
  const parts = split(compact);
  if (scheme === undefined || parts === null || !fits(key, scheme)) return false;
  if (scheme.bytes !== undefined && parts.signature.length !== scheme.bytes) return false;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  const how = scheme.isPss === true ? { key, padding, saltLength } : { key, dsaEncoding: 'ieee-p1363' as const };
  try {
    return verify(scheme.hash, parts.input, how, parts.signature);
  } catch {
    return false;
  }
}

/** Node verifies with whatever the key is for, so an ECDSA signature would pass for an RSA one. */
function fits(key: KeyObject, { keyType, curve }: Scheme): boolean {
  if (key.type !== 'public' || key.asymmetricKeyType !== keyType) return false;
  return curve === undefined || key.asymmetricKeyDetails?.namedCurve === curve;
}

/** The same for a MAC under a shared secret (RFC 7518 §3.2). An empty secret, which anybody knows, signs nothing. */
export function isMacOf(compact: string, alg: string, secret: string | Uint8Array): boolean {
  const hash = Object.hasOwn(macs, alg) ? macs[alg] : undefined;
  const parts = split(compact);
  if (hash === undefined || parts === null || secret.length === 0) return false;
  const expected = createHmac(hash, secret).update(parts.input).digest();
  return expected.length === parts.signature.length && timingSafeEqual(expected, parts.signature);
}

/**
 * What is signed, and the signature; null when it is none in base64url. Bits that belong to no byte must be zero (RFC 4648
 * §3.5), or each token could be written in several ways.
 */
function split(compact: string): { readonly input: Buffer; readonly signature: Buffer } | null {
  const end = compact.lastIndexOf('.');
  const text = compact.slice(end + 1);
  const signature = Buffer.from(text, 'base64url');
  if (end < 0 || text === '' || signature.toString('base64url') !== text) return null;
  return { input: Buffer.from(compact.slice(0, end), 'latin1'), signature };
}
