import type { JsonObject } from '../lib/json.ts';
import { TokenInvalid } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { checkAccessToken, type JwtRules } from './jwt-check.ts';
import { parseJsonObject } from './provider-json.ts';

/** Types an access token may call itself (RFC 9068 §2.1, RFC 7519 §5.1); lower case, without `application/`. */
const headerTypes: readonly string[] = ['jwt', 'at+jwt'];
/** Keycloak says in a claim which of its tokens are none for resource servers. */
const otherTokens: readonly string[] = ['ID', 'Refresh', 'Offline', 'Logout'];

/** A token that passed. */
export interface VerifiedBearer {
  readonly claims: JsonObject;
  /** `exp` in ms since the epoch; null when claims are not verified and there is none. */
  readonly expiresAt: number | null;
}

/**
 * Verifies a JWT that a caller brought: beyond what holds for a token from the token endpoint, it must be signed and
 * not be of another kind (RFC 8725 §3.11), as ID tokens and logout tokens are by the same keys.
 *
 * @throws {TokenInvalid} when it fails
 * @throws {IdentityProviderError} when keys are needed and the provider is at fault
 */
export async function checkBearerJwt(token: string, issuer: Issuer, rules: JwtRules): Promise<VerifiedBearer> {
  const head = token.split('.', 1)[0] ?? '';
  const typ = parseJsonObject(Buffer.from(head, 'base64url').toString('utf8'))?.typ;
  if (typ !== undefined && !isAccessTokenType(typ)) throw new TokenInvalid('the token is no access token');
  const { claims, expiresAt } = await checkAccessToken(token, issuer, rules);
  if (claims === null) throw new TokenInvalid('malformed token');
  if (typeof claims.typ === 'string' && otherTokens.includes(claims.typ)) {
    throw new TokenInvalid('the token is no access token');
  }
  return { claims, expiresAt };
}

function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && headerTypes.includes(typ.toLowerCase().replace(/^application\//, ''));
}
