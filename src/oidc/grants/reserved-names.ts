const reservedParameters: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'redirect_uri',
  'code',
  'username',
  'password',
  'refresh_token',
  'subject_token',
]);

const reservedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'host',
  'transfer-encoding',
  'connection',
  'cookie',
  'dpop',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

/** Whether gw alone decides this token request parameter; configured and caller's values are ignored. */
export function isReservedParameter(name: string): boolean {
  return reservedParameters.has(name);
}

/** Whether gw alone decides this token request header. */
export function isReservedTokenHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return reservedHeaders.has(lower) || lower.startsWith('content-');
}
