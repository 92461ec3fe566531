import type { JsonObject } from '../lib/json.ts';
import { IdentityProviderError, TokenInvalid } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { checkAccessToken, type JwtRules } from './jwt-check.ts';
import type { ProviderResponse } from './provider-http.ts';
import { printable } from './provider-http.ts';
import { parseJsonObject } from './provider-json.ts';

/** The media type of an answer, lower-case, without parameters; empty when there is none. */
export function mediaType({ headers }: ProviderResponse): string {
  const value = headers['content-type'];
  return typeof value === 'string' ? (value.split(';', 1)[0] ?? '').trim().toLowerCase() : '';
}

/** The JOSE header of a compact JWS, unverified; null when the text is none. */
export function joseHeader(jws: string): JsonObject | null {
  const [head = '', , , more] = jws.split('.', 4);
  return more === undefined ? parseJsonObject(Buffer.from(head, 'base64url').toString('utf8')) : null;
}

/**
 * The claims of an answer in JWT form (RFC 9701 §5, OpenID Connect Core §5.3.2). Only its signature is looked at here:
 * what its claims must be differs between answers.
 *
 * @throws {IdentityProviderError} when it is no JWS or does not verify: a bad answer says nothing about the caller
 */
export async function verifiedAnswer(response: ProviderResponse, issuer: Issuer): Promise<JsonObject> {
  const where = `"${printable(response.url)}"`;
  try {
    const { claims } = await checkAccessToken(response.text.trim(), issuer, signatureOnly);
    if (claims !== null) return claims;
  } catch (error) {
    if (!(error instanceof TokenInvalid)) throw error;
    throw new IdentityProviderError('invalid response', `${where} answered a JWT that fails: ${error.reason}`);
  }
  throw new IdentityProviderError('invalid response', `${where} did not answer a signed JWT`);
}

const signatureOnly: JwtRules = {
  verifySignature: true,
  hmacSecret: null,
  verifyClaims: false,
  issuersAllowed: null,
  leewaySeconds: 0,
  maxAgeSeconds: null,
  domains: null,
  requireIssuerAndExpiry: false,
};
