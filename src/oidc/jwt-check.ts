import type { JsonObject } from '../lib/json.ts';
import type { Secret } from '../lib/secret.ts';
import { GatewayError } from '../pdk/errors.ts';
import { checkClaims, type ClaimRules, endOfClaims } from './claim-rules.ts';
import { TokenInvalid } from './errors.ts';
import type { Issuer } from './issuer.ts';
import type { PublicJwk } from './jwks.ts';
import { isMacOf } from './jws-signature.ts';
import { publicKeyAlgorithms } from './key-set.ts';
import { parseJsonObject } from './provider-json.ts';
import type { ProviderMetadata } from './provider-metadata.ts';
import { findVerifyingKey } from './verifying-key.ts';

/** What a token must satisfy. */
export interface JwtRules extends ClaimRules {
  /** False only on the operator's explicit wish (`verify_signature`, `ignore_signature`). */
  readonly verifySignature: boolean;
  /** Secret of the client the token was issued to, when HS256/384/512 are allowed at all; else null. */
  readonly hmacSecret: Secret | null;
}

/** A token that passed. */
export interface VerifiedToken {
  /** Null for a token that is not a JWS: opaque or encrypted, accepted for where it came from. */
  readonly claims: JsonObject | null;
  /** When the token ends, by `exp` or `max_age`, in ms since the epoch; null when neither says. */
  readonly expiresAt: number | null;
}

const hmacAlgorithms: readonly string[] = ['HS256', 'HS384', 'HS512'];

/**
 * Verifies an access token that came from the provider's token endpoint.
 *
 * @throws {TokenInvalid} when it fails
 * @throws {IdentityProviderError} when keys are needed and the provider is at fault
 */
export async function checkAccessToken(token: string, issuer: Issuer, rules: JwtRules): Promise<VerifiedToken> {
  const jws = parseCompactJws(token);
  if (jws === null) return { claims: null, expiresAt: null };
  return await checkJws(jws, issuer, rules, 'access token');
}

/**
 * Verifies an ID token (OpenID Connect Core §3.1.3.7): `aud` must contain `clientId`, the client that asked, and `azp`,
 * if present, must equal it.
 *
 * @throws as {@link checkAccessToken}; a token that is not a JWS is invalid here
 */
export async function checkIdToken(
  token: string,
  issuer: Issuer,
  rules: JwtRules,
  clientId: string,
): Promise<VerifiedToken> {
  const jws = parseCompactJws(token);
  if (jws === null) throw new TokenInvalid('malformed id token');
  const verified = await checkJws(jws, issuer, rules, 'id token');
  const { aud, azp } = jws.claims;
  const audience = Array.isArray(aud) ? aud : [aud];
  if (!audience.includes(clientId)) throw new TokenInvalid('invalid aud claim was specified for id token');
  if (azp !== undefined && azp !== clientId) throw new TokenInvalid('invalid azp claim was specified for id token');
  return verified;
}

/**
 * The public key whose signature a token carries. Null for one that is no JWS, is signed with a secret or by nobody we
 * know, or while the provider cannot be asked: this is information about a token, never a judgement of it.
 */
export async function verifyingKey(token: string, issuer: Issuer): Promise<PublicJwk | null> {
  try {
    const jws = parseCompactJws(token);
    const alg = jws?.header.alg;
    if (jws === null || typeof alg !== 'string' || !publicKeyAlgorithms.includes(alg)) return null;
    const signed = { compact: token, alg, kid: keyId(jws.header) };
    const found = await findVerifyingKey(signed, issuer.keySets(await issuer.metadata()));
    return typeof found === 'string' ? null : found;
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}

interface ParsedJws {
  readonly compact: string;
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly signed: boolean;
}

/** Null when the text has not the form of a JWS; a JWS that is broken inside is refused. */
function parseCompactJws(token: string): ParsedJws | null {
  const parts = token.split('.');
  const [head = '', payload = '', signature = ''] = parts;
  const header = parts.length === 3 ? parsePart(head) : null;
  if (header === null) return null;
  const claims = parsePart(payload);
  if (claims === null) throw new TokenInvalid('malformed token payload');
  return { compact: token, header, claims, signed: signature !== '' };
}

function parsePart(part: string): JsonObject | null {
  return /^[\w-]+$/.test(part) ? parseJsonObject(Buffer.from(part, 'base64url').toString('utf8')) : null;
}

async function checkJws(jws: ParsedJws, issuer: Issuer, rules: JwtRules, kind: string): Promise<VerifiedToken> {
  const alg = checkHeader(jws, rules);
  const metadata = rules.verifySignature ? await checkSignature(jws, alg, issuer, rules.hmacSecret) : null;
  const expectedIssuer = rules.issuersAllowed ?? [(metadata ?? (await issuer.metadata())).issuer];
  checkClaims(jws.claims, rules, expectedIssuer, kind, issuer.now());
  return { claims: jws.claims, expiresAt: endOfClaims(jws.claims, rules) };
}

/**
 * The algorithm comes from an allow-list, never from trust in the header (RFC 8725 §3.1); `none` is on no list. Of the
 * other parameters only `kid` is read: `jku`, `x5u`, `jwk` and `x5c` would let a token bring its own key.
 */
function checkHeader({ header, signed }: ParsedJws, rules: JwtRules): string {
  const { alg } = header;
  const allowed = rules.hmacSecret === null ? publicKeyAlgorithms : [...publicKeyAlgorithms, ...hmacAlgorithms];
  if (typeof alg !== 'string' || !allowed.includes(alg)) throw new TokenInvalid('signature algorithm not allowed');
  // RFC 7515 §4.1.11: an extension we do not understand is one we must not ignore, and we understand none.
  if (header.crit !== undefined) throw new TokenInvalid('unknown critical header parameter');
  if (rules.verifySignature && !signed) throw new TokenInvalid('invalid signature');
  return alg;
}

/**
 * Answers which generation of the provider's document the key came from, so that `iss` is compared with the same; null
 * when none was needed.
 */
async function checkSignature(
  jws: ParsedJws,
  alg: string,
  issuer: Issuer,
  secret: Secret | null,
): Promise<ProviderMetadata | null> {
  if (secret !== null && hmacAlgorithms.includes(alg)) {
    if (isMacOf(jws.compact, alg, secret.reveal())) return null;
    throw new TokenInvalid('invalid signature');
  }
  const signed = { compact: jws.compact, alg, kid: keyId(jws.header) };
  let metadata = await issuer.metadata();
  let outcome = await findVerifyingKey(signed, issuer.keySets(metadata));
  // A named key that we have and that did not sign this will not come to do so by asking again.
  const newKeysMayHelp = outcome === 'no key' || (outcome === 'no match' && signed.kid === null);
  if (newKeysMayHelp && (await issuer.rediscover())) {
    metadata = await issuer.metadata();
    outcome = await findVerifyingKey(signed, issuer.keySets(metadata));
  }
  if (typeof outcome === 'string') throw new TokenInvalid('invalid signature');
  return metadata;
}

function keyId({ kid }: JsonObject): string | null {
  return typeof kid === 'string' ? kid : null;
}
