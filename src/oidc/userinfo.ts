import { IdentityProviderError, ProviderConfigError, TokenInvalid } from './errors.ts';
import type { NameValuePairs } from './grants/client-credentials.ts';
import type { Issuer } from './issuer.ts';
import { mediaType, plainAnswer, type ProviderAnswer, signedAnswer } from './provider-answer.ts';
import type { ProviderHttp, ProviderResponse } from './provider-http.ts';
import { callableUrl, printable } from './provider-url.ts';

/** One request to a userinfo endpoint. */
export interface UserInfoRequest {
  readonly endpoint: string;
  readonly accessToken: string;
  readonly query: NameValuePairs;
  readonly headers: NameValuePairs;
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
export async function fetchUserInfo(
  request: UserInfoRequest,
  issuer: Issuer,
  http: Pick<ProviderHttp, 'getOnce'>,
): Promise<ProviderAnswer> {
  const url = callableUrl(request.endpoint);
  for (const [name, value] of request.query) url.searchParams.append(name, value);
  const { timeoutMs, sslVerify, accept, accessToken } = request;
  const headers = [...request.headers, ['accept', accept], ['authorization', `Bearer ${accessToken}`]] as const;
  const response = await http.getOnce(url.href, { headers, timeoutMs, sslVerify });
  if (response.status !== 200) throw failureOf(response);
  if (mediaType(response) !== 'application/jwt') return plainAnswer(response);
  const answer = await signedAnswer(response, issuer);
  const { issuer: announced } = await issuer.metadata();
  // One that names another provider is not an answer to us; `iss` need not be there.
  if (answer.claims.iss === undefined || answer.claims.iss === announced) return answer;
  throw new IdentityProviderError('invalid response', `"${printable(url.href)}" answered a JWT of another issuer`);
}

/** RFC 6750 §3.1: 400, 401 and 403 are about the token. */
function failureOf({ status, url }: ProviderResponse): Error {
  const where = `"${printable(url)}" answered ${status} to a userinfo request`;
  if (status === 400 || status === 401 || status === 403) {
    return new TokenInvalid('the userinfo endpoint does not accept the token');
  }
  if (status === 404 || status === 405 || status === 410) return new ProviderConfigError(where);
  return new IdentityProviderError(status >= 300 && status < 400 ? 'unexpected redirect' : 'unexpected status', where);
}
