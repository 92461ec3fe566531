import type { JsonObject } from '../lib/json.ts';
import { IdentityProviderError, TokenInvalid } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { checkAccessToken, type JwtRules } from './jwt-check.ts';
import type { ProviderResponse } from './provider-http.ts';
import { printable } from './provider-url.ts';
import { parseJsonObject } from './provider-json.ts';

/** What a provider says of a token or its user. */
export interface ProviderAnswer {
  readonly claims: JsonObject;
  /** The answer as it came, when it was a signed JWT. */
  readonly jwt: string | null;
}

/** The media type of an answer, lower-case, without parameters; empty when there is none. */
export function mediaType({ headers }: ProviderResponse): string {
  const value = headers['content-type'];
  return typeof value === 'string' ? (value.split(';', 1)[0] ?? '').trim().toLowerCase() : '';
}

/** @throws {IdentityProviderError} when the answer is anything but a JSON object */
export function plainAnswer({ text, url }: ProviderResponse): ProviderAnswer {
  const claims = parseJsonObject(text);
  if (claims !== null) return { claims, jwt: null };
  throw new IdentityProviderError('invalid response', `"${printable(url)}" answered 200 without a JSON object`);
}

/**
 * An answer in JWT form (RFC 9701 §5, OpenID Connect Core §5.3.2). Only its signature is looked at here: what its claims
 * must be differs between answers.
 *
 * @throws {IdentityProviderError} when it is no JWS or does not verify: a bad answer says nothing about the caller
 */
export async function signedAnswer(
  { text, url }: ProviderResponse,
  issuer: Issuer,
): Promise<ProviderAnswer & { readonly jwt: string }> {
  const jwt = text.trim();
  try {
    const { claims } = await checkAccessToken(jwt, issuer, signatureOnly);
    if (claims !== null) return { claims, jwt };
  } catch (error) {
    if (!(error instanceof TokenInvalid)) throw error;
    throw new IdentityProviderError(
      'invalid response',
      `"${printable(url)}" answered a JWT that fails: ${error.reason}`,
    );
  }
  throw new IdentityProviderError('invalid response', `"${printable(url)}" did not answer a signed JWT`);
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
