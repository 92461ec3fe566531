import { isJsonObject, type JsonObject } from '../lib/json.ts';
import type { ClientAuthentication } from './client-auth/client-authentication.ts';
import type { ClientTls } from './client-tls.ts';
import { IdentityProviderError, ProviderConfigError, TokenInvalid } from './errors.ts';
import type { NameValuePairs } from './grants/client-credentials.ts';
import type { Issuer } from './issuer.ts';
import { mediaType, plainAnswer, type ProviderAnswer, signedAnswer } from './provider-answer.ts';
import type { ProviderHttp, ProviderResponse } from './provider-http.ts';
import { printable } from './provider-url.ts';
import { parseJsonObject } from './provider-json.ts';

/** One request to an introspection endpoint. */
export interface IntrospectionRequest {
  readonly endpoint: string;
  /** Of the client that asks. */
  readonly auth: ClientAuthentication;
  readonly tls: ClientTls | null;
  /** The token, its hint and whatever else is sent, in order. */
  readonly form: NameValuePairs;
  readonly headers: NameValuePairs;
  /** Media type asked for. */
  readonly accept: string;
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
}

/** Of RFC 9701; the drafts before it had `application/jwt` and all members at the top. */
const signedType = 'token-introspection+jwt';

/**
 * What the provider says of a token (RFC 7662 §2.2), in whichever form it answers. Whether the token is active is for
 * the caller to read.
 *
 * @throws {TokenInvalid} when the provider does not look at such tokens
 * @throws {ProviderConfigError} when the provider does not serve us: wrong URL, client not accepted
 * @throws {IdentityProviderError} when the provider is at fault
 */
export async function introspectToken(
  request: IntrospectionRequest,
  issuer: Issuer,
  http: Pick<ProviderHttp, 'postForm'>,
): Promise<ProviderAnswer> {
  const { auth, timeoutMs, sslVerify, tls } = request;
  const draft = {
    headers: [...request.headers, ['accept', request.accept] as const].map(copied),
    form: request.form.map(copied),
  };
  await auth.apply(draft);
  const options = { headers: draft.headers, timeoutMs, sslVerify, tls };
  const response = await http.postForm(request.endpoint, draft.form, options);
  if (response.status !== 200) throw failureOf(response);
  const type = mediaType(response);
  if (type !== `application/${signedType}` && type !== 'application/jwt') return plainAnswer(response);
  const answer = await signedAnswer(response, issuer);
  // Some providers answer RFC 9701 under the older media type.
  const isOld = type === 'application/jwt' && answer.claims.token_introspection === undefined;
  return isOld ? answer : { ...answer, claims: await unwrapped(answer, response.url, issuer, auth.clientId) };
}

/** Errors about the token, which is the caller's; the first is of RFC 7009. */
const tokenErrors: readonly unknown[] = ['unsupported_token_type', 'invalid_token'];

/** Introspection says "no" in an answer of 200, so that other statuses are about us or the provider, but for two errors. */
function failureOf({ status, url, text }: ProviderResponse): Error {
  if (status === 400 && tokenErrors.includes(parseJsonObject(text)?.error)) {
    return new TokenInvalid('the introspection endpoint does not take such tokens');
  }
  const where = `"${printable(url)}" answered ${status} to an introspection request`;
  const isOurs = status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  if (isOurs) return new ProviderConfigError(where);
  return new IdentityProviderError(status >= 300 && status < 400 ? 'unexpected redirect' : 'unexpected status', where);
}

/** RFC 9701 §5: `typ`, `iss` and `aud` keep one kind of JWT, and an answer to another client, from passing as this. */
async function unwrapped(
  { claims, jwt }: { readonly claims: JsonObject; readonly jwt: string },
  url: string,
  issuer: Issuer,
  clientId: string,
): Promise<JsonObject> {
  const { issuer: announced } = await issuer.metadata();
  const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const { token_introspection: inner } = claims;
  const wrong = [
    ...(typeOf(jwt) === signedType ? [] : ['typ']),
    ...(claims.iss === announced ? [] : ['iss']),
    ...(audience.includes(clientId) ? [] : ['aud']),
  ];
  if (wrong.length === 0 && isJsonObject(inner)) return inner;
  const members = wrong.length === 0 ? 'token_introspection' : wrong.join('", "');
  const message = `"${printable(url)}" answered a JWT whose "${members}" is not as it must be`;
  throw new IdentityProviderError('invalid response', message);
}

function typeOf(jws: string): string | null {
  const [head = ''] = jws.split('.', 1);
  const typ = parseJsonObject(Buffer.from(head, 'base64url').toString('utf8'))?.typ;
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : null;
}

function copied([name, value]: readonly [string, string]): [string, string] {
  return [name, value];
}
