import type { JsonObject } from '../lib/json.ts';
import { IdentityProviderError, ProviderConfigError, TokenInvalid } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { type ProviderHttp, type ProviderResponse, printable } from './provider-http.ts';
import { parseJsonObject } from './provider-json.ts';
import { mediaType, verifiedAnswer } from './response-jwt.ts';

/** One request to a userinfo endpoint. */
export interface UserInfoRequest {
  readonly endpoint: string;
  readonly accessToken: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  /** Media type asked for. */
  readonly accept: string;
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
}

/**
 * What the provider says of the user a token was issued for (OpenID Connect Core §5.3), in JSON or as a signed JWT.
 *
 * @throws {TokenInvalid} when the provider does not accept the token
 * @throws {ProviderConfigError} when there is no such endpoint
 * @throws {IdentityProviderError} when the provider is at fault
 */
export async function fetchUserInfo(request: UserInfoRequest, issuer: Issuer, http: ProviderHttp): Promise<JsonObject> {
  const url = new URL(request.endpoint);
  for (const [name, value] of request.query) url.searchParams.append(name, value);
  const { timeoutMs, sslVerify, accept, accessToken } = request;
  const headers = [...request.headers, ['accept', accept], ['authorization', `Bearer ${accessToken}`]] as const;
  const response = await http.getOnce(url.href, { headers, timeoutMs, sslVerify });
  if (response.status !== 200) throw userInfoFailure(response);
  if (mediaType(response) === 'application/jwt') return await readSigned(response, issuer);
  const claims = parseJsonObject(response.text);
  if (claims !== null) return claims;
  throw new IdentityProviderError(
    'invalid response',
    `"${printable(response.url)}" answered 200 without a JSON object`,
  );
}

/** RFC 6750 §3.1: 400, 401 and 403 are about the token. */
function userInfoFailure(response: ProviderResponse): Error {
  const { status } = response;
  const where = `"${printable(response.url)}" answered ${status}`;
  if (status === 400 || status === 401 || status === 403) {
    return new TokenInvalid('the userinfo endpoint does not accept the token');
  }
  if (status === 404 || status === 405 || status === 410) return new ProviderConfigError(where);
  return new IdentityProviderError(status >= 300 && status < 400 ? 'unexpected redirect' : 'unexpected status', where);
}

/** OpenID Connect Core §5.3.2 has `iss` in a signed answer; one that names another provider is not an answer to us. */
async function readSigned(response: ProviderResponse, issuer: Issuer): Promise<JsonObject> {
  const claims = await verifiedAnswer(response, issuer);
  const { issuer: announced } = await issuer.metadata();
  if (claims.iss === undefined || claims.iss === announced) return claims;
  throw new IdentityProviderError('invalid response', `"${printable(response.url)}" answered a JWT of another issuer`);
}
