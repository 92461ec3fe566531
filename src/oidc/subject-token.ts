import type { JsonObject } from '../lib/json.ts';
import { checkBearerJwt, type VerifiedBearer } from './bearer-jwt.ts';
import { checkClaims, numericDate } from './claim-rules.ts';
import { TokenInvalid } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { parseJsonObject } from './provider-json.ts';

/** What a token must satisfy before it is exchanged for another (RFC 8693). */
export interface SubjectTokenRules {
  /** The only `iss`. */
  readonly issuer: string;
  /** Whose keys must have signed it; null leaves that to the provider that exchanges it. */
  readonly keys: Issuer | null;
  readonly leewaySeconds: number;
}

/** The claims of a JWT as they stand there, which anybody can write; null when it is none. */
export function unverifiedClaims(token: string): JsonObject | null {
  const payload = token.split('.')[1] ?? '';
  return parseJsonObject(Buffer.from(payload, 'base64url').toString('utf8'));
}

/**
 * Checks a JWT of another issuer before it is exchanged: `iss`, `exp` and `nbf`, and the signature when there are keys.
 *
 * @param now in ms since the epoch
 * @throws {TokenInvalid} when it fails
 * @throws {IdentityProviderError} when keys are needed and their issuer is at fault
 */
export async function checkSubjectToken(
  token: string,
  { issuer, keys, leewaySeconds }: SubjectTokenRules,
  now: number,
): Promise<VerifiedBearer> {
  // A token that nobody signed is nobody's, whoever is to look at it next.
  if (token.endsWith('.')) throw new TokenInvalid('invalid signature');
  const rules = { issuersAllowed: [issuer], leewaySeconds, maxAgeSeconds: null, domains: null };
  const unchecked = { ...rules, verifyClaims: false, requireIssuerAndExpiry: true };
  const claims =
    keys === null
      ? unverifiedClaims(token)
      : (await checkBearerJwt(token, keys, { ...unchecked, verifySignature: true, hmacSecret: null })).claims;
  if (claims === null) throw new TokenInvalid('malformed token');
  const checked = Object.fromEntries(Object.entries(claims).filter(([name]) => checkedClaims.has(name)));
  checkClaims(checked, { ...rules, verifyClaims: true, requireIssuerAndExpiry: false }, [issuer], 'subject token', now);
  return { claims, expiresAt: numericDate(claims.exp) };
}

/** The rest is a matter between the issuer and the provider that exchanges the token. */
const checkedClaims: ReadonlySet<string> = new Set(['iss', 'exp', 'nbf']);
