const tokenArguments = new Set([
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
]);

const tokenHeaders = new Set(['authorization', 'host', 'transfer-encoding', 'connection', 'cookie', 'dpop']);

/** Fields of the token request that say who asks and for what; neither config nor caller can set them. */
export function isReservedTokenArgument(name: string): boolean {
  return tokenArguments.has(name);
}

/** Headers of the token request that authenticate it or frame it. `_` counts as `-`. */
export function isReservedTokenHeader(name: string): boolean {
  const folded = name.toLowerCase().replaceAll('_', '-');
  return tokenHeaders.has(folded) || folded.startsWith('content-');
}
