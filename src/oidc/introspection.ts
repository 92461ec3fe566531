import { isJsonObject, type JsonObject } from '../lib/json.ts';
import type { ClientAuthentication } from './client-auth/client-authentication.ts';
import type { ClientTls } from './client-tls.ts';
import { IdentityProviderError, ProviderConfigError } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { type ProviderHttp, type ProviderResponse, printable } from './provider-http.ts';
import { parseJsonObject } from './provider-json.ts';
import { joseHeader, mediaType, verifiedAnswer } from './response-jwt.ts';

/** One request to an introspection endpoint. */
export interface IntrospectionRequest {
  readonly endpoint: string;
  /** Of the client that asks. */
  readonly auth: ClientAuthentication;
  readonly tls: ClientTls | null;
  /** The token, its hint and whatever else is sent, in order. */
  readonly form: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  /** Media type asked for. */
  readonly accept: string;
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
}

/**
 * What the provider says of a token (RFC 7662 §2.2), in plain JSON, as a JWT of RFC 9701, or as a JWT of the drafts
 * before it, with all members at the top. Whether the token is active is for the caller to read.
 *
 * @throws {ProviderConfigError} when the provider does not serve us: wrong URL, client not accepted
 * @throws {IdentityProviderError} when the provider is at fault
 */
export async function introspectToken(
  request: IntrospectionRequest,
  issuer: Issuer,
  http: ProviderHttp,
): Promise<JsonObject> {
  const draft = {
    headers: [...request.headers, ['accept', request.accept] as const].map(([name, value]): [string, string] => [
      name,
      value,
    ]),
    form: request.form.map(([name, value]): [string, string] => [name, value]),
  };
  await request.auth.apply(draft);
  const { timeoutMs, sslVerify, tls } = request;
  const response = await http.postForm(request.endpoint, draft.form, {
    headers: draft.headers,
    timeoutMs,
    sslVerify,
    tls,
  });
  if (response.status !== 200) throw introspectionFailure(response);
  return await readIntrospection(response, issuer, request.auth.clientId);
}

/** Introspection has no "no" to a caller: every other status is about us or the provider. */
function introspectionFailure(response: ProviderResponse): Error {
  const { status } = response;
  const where = `"${printable(response.url)}" answered ${status}`;
  const isOurs = status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  if (isOurs) return new ProviderConfigError(`${where} to an introspection request`);
  return new IdentityProviderError(status >= 300 && status < 400 ? 'unexpected redirect' : 'unexpected status', where);
}

async function readIntrospection(response: ProviderResponse, issuer: Issuer, clientId: string): Promise<JsonObject> {
  const type = mediaType(response);
  if (type === 'application/token-introspection+jwt') return await readSignedIntrospection(response, issuer, clientId);
  const body = type === 'application/jwt' ? await verifiedAnswer(response, issuer) : parseJsonObject(response.text);
  // Some providers answer RFC 9701 under the older media type.
  if (type === 'application/jwt' && isJsonObject(body?.token_introspection)) {
    return await readSignedIntrospection(response, issuer, clientId);
  }
  if (body !== null) return body;
  throw new IdentityProviderError(
    'invalid response',
    `"${printable(response.url)}" answered 200 without a JSON object`,
  );
}

/** RFC 9701 §5: `typ`, `iss` and `aud` keep one kind of JWT, and an answer to another client, from passing as this. */
async function readSignedIntrospection(
  response: ProviderResponse,
  issuer: Issuer,
  clientId: string,
): Promise<JsonObject> {
  const claims = await verifiedAnswer(response, issuer);
  const { issuer: announced } = await issuer.metadata();
  const type = joseHeader(response.text.trim())?.typ;
  const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const wrong = [
    ...(typeof type === 'string' && /^(application\/)?token-introspection\+jwt$/i.test(type) ? [] : ['typ']),
    ...(claims.iss === announced ? [] : ['iss']),
    ...(audience.includes(clientId) ? [] : ['aud']),
    ...(isJsonObject(claims.token_introspection) ? [] : ['token_introspection']),
  ];
  if (wrong.length === 0 && isJsonObject(claims.token_introspection)) return claims.token_introspection;
  const where = `"${printable(response.url)}" answered a JWT`;
  throw new IdentityProviderError('invalid response', `${where} whose "${wrong.join('", "')}" is not as it must be`);
}
