import type { Clock } from '../lib/clock.ts';
import { Secret } from '../lib/secret.ts';
import type { ClientAuthentication } from './client-auth/client-authentication.ts';
import type { ClientTls } from './client-tls.ts';
import { IdentityProviderError, ProviderConfigError, TokenRequestRejected } from './errors.ts';
import type { ProviderHttp, ProviderResponse } from './provider-http.ts';
import { printable } from './provider-url.ts';
import { parseJsonObject } from './provider-json.ts';

/** One request to a token endpoint. */
export interface TokenRequest {
  readonly endpoint: string;
  readonly auth: ClientAuthentication;
  /** Grant parameters, `grant_type` first. */
  readonly form: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
  /** The certificate to show, when the client authenticates by one. */
  readonly tls?: ClientTls | null;
}

/** A successful answer (RFC 6749 §5.1). */
export interface TokenResponse {
  readonly accessToken: Secret;
  /** `bearer`, also when the provider did not say. */
  readonly tokenType: string;
  /** Counted from `requestedAt`; zero or less means already expired; null when not told. */
  readonly expiresInSeconds: number | null;
  readonly idToken: Secret | null;
  readonly refreshToken: Secret | null;
  readonly scope: string | null;
  /** Response headers by lower-case name, without `Set-Cookie`, `WWW-Authenticate` and hop-by-hop ones. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the request was made, in ms since the epoch. */
  readonly requestedAt: number;
}

/**
 * Asks for a token, once.
 *
 * @throws {TokenRequestRejected} when the provider says no to this caller
 * @throws {ProviderConfigError} when the provider cannot do what we are configured to ask
 * @throws {IdentityProviderError} when the provider is at fault
 */
export async function requestToken(
  request: TokenRequest,
  http: Pick<ProviderHttp, 'postForm'>,
  clock: Clock,
): Promise<TokenResponse> {
  const draft = {
    headers: request.headers.map(([name, value]): [string, string] => [name, value]),
    form: request.form.map(([name, value]): [string, string] => [name, value]),
  };
  await request.auth.apply(draft);
  const requestedAt = clock.now();
  const { timeoutMs, sslVerify, tls = null } = request;
  const options = { headers: draft.headers, timeoutMs, sslVerify, tls };
  const response = await http.postForm(request.endpoint, draft.form, options);
  if (response.status !== 200) throw failureOf(response);
  return readTokenResponse(response, requestedAt);
}

function readTokenResponse(response: ProviderResponse, requestedAt: number): TokenResponse {
  const body = parseJsonObject(response.text);
  const accessToken = body?.access_token;
  if (body === null || typeof accessToken !== 'string' || accessToken === '') {
    throw new IdentityProviderError('invalid response', `"${printable(response.url)}" answered 200 without a token`);
  }
  const type = body.token_type;
  const tokenType = typeof type === 'string' ? type.toLowerCase() : 'bearer';
  if (tokenType !== 'bearer') {
    // A DPoP token (RFC 9449) is of no use without the proof key, which is the caller's.
    throw new ProviderConfigError(`"${printable(response.url)}" issued a token that is not a bearer token`);
  }
  return {
    accessToken: new Secret(accessToken),
    tokenType,
    expiresInSeconds: numeric(body.expires_in),
    idToken: secret(body.id_token),
    refreshToken: secret(body.refresh_token),
    scope: typeof body.scope === 'string' ? body.scope : null,
    headers: replayableHeaders(response.headers),
    requestedAt,
  };
}

/** OAuth errors that speak of the server's state, not of the caller. */
const serverErrors: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);
/** OAuth errors that no other credential would cure. */
const configErrors: ReadonlySet<string> = new Set([
  'unsupported_grant_type',
  'unsupported_token_type',
  'use_dpop_nonce',
  'invalid_dpop_proof',
]);

function failureOf(response: ProviderResponse): Error {
  const { status } = response;
  const where = `"${printable(response.url)}" answered ${status}`;
  if (status >= 300 && status < 400) return new IdentityProviderError('unexpected redirect', where);
  if (status >= 500 || status === 429 || status === 408 || status === 425) {
    return new IdentityProviderError('unexpected status', where);
  }
  if (status < 400) return new IdentityProviderError('invalid response', where);
  if (status === 404) return new ProviderConfigError(where);
  const error = oauthError(response.text);
  if (error === null) return status === 401 ? new TokenRequestRejected(null, status) : new ProviderConfigError(where);
  if (serverErrors.has(error)) return new IdentityProviderError('unexpected status', `${where} "${error}"`);
  if (configErrors.has(error)) return new ProviderConfigError(`${where} "${error}"`);
  return new TokenRequestRejected(error, status);
}

/** `error` of RFC 6749 §5.2 if it keeps to the grammar there: printable ASCII without quote and backslash. */
function oauthError(text: string): string | null {
  const error = parseJsonObject(text)?.error;
  return typeof error === 'string' && /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(error) ? error : null;
}

/** Numbers, and numbers in a string as some providers send them. */
function numeric(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function secret(value: unknown): Secret | null {
  return typeof value === 'string' && value !== '' ? new Secret(value) : null;
}

const notReplayable: ReadonlySet<string> = new Set([
  'set-cookie',
  'www-authenticate',
  'proxy-authenticate',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'content-length',
  'content-encoding',
  'content-type',
]);

function replayableHeaders(headers: ProviderResponse['headers']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || notReplayable.has(name)) continue;
    kept[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return kept;
}
