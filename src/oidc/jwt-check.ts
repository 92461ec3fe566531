import { compactVerify } from 'jose';
import type { JsonObject } from '../lib/json.ts';
import type { Secret } from '../lib/secret.ts';
import { checkClaims, type ClaimRules, numericDate } from './claim-rules.ts';
import { TokenInvalid } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { type KeySet, publicKeyAlgorithms } from './key-set.ts';
import { parseJsonObject } from './provider-json.ts';
import type { ProviderMetadata } from './provider-metadata.ts';

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
  /** `exp` in ms since the epoch; null when there is none. */
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
  return { claims: jws.claims, expiresAt: numericDate(jws.claims.exp) };
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
    if (await signedBy(jws.compact, alg, new TextEncoder().encode(secret.reveal()))) return null;
    throw new TokenInvalid('invalid signature');
  }
  const kid = typeof jws.header.kid === 'string' ? jws.header.kid : null;
  let metadata = await issuer.metadata();
  let outcome = await tryKeySets(jws.compact, alg, kid, issuer.keySets(metadata));
  // A named key that we have and that did not sign this will not come to do so by asking again.
  const newKeysMayHelp = outcome === 'no key' || (outcome === 'no match' && kid === null);
  if (newKeysMayHelp && (await issuer.rediscover())) {
    metadata = await issuer.metadata();
    outcome = await tryKeySets(jws.compact, alg, kid, issuer.keySets(metadata));
  }
  if (outcome !== 'verified') throw new TokenInvalid('invalid signature');
  return metadata;
}

type KeyOutcome = 'verified' | 'no match' | 'no key';

async function tryKeySets(
  compact: string,
  alg: string,
  kid: string | null,
  keySets: readonly (() => Promise<KeySet>)[],
): Promise<KeyOutcome> {
  let outcome: KeyOutcome = 'no key';
  for (const getKeySet of keySets) {
    const tried = await tryKeySet(compact, alg, kid, await getKeySet());
    if (tried === 'verified') return tried;
    if (tried === 'no match') outcome = tried;
  }
  return outcome;
}

async function tryKeySet(compact: string, alg: string, kid: string | null, keys: KeySet): Promise<KeyOutcome> {
  const candidates = keys.candidates(alg, kid);
  for (const jwk of candidates) {
    const key = await keys.import(jwk, alg);
    if (key !== null && (await signedBy(compact, alg, key))) return 'verified';
  }
  return candidates.length === 0 ? 'no key' : 'no match';
}

async function signedBy(compact: string, alg: string, key: Parameters<typeof compactVerify>[1]): Promise<boolean> {
  try {
    await compactVerify(compact, key, { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}
