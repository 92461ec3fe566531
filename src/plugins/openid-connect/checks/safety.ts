import { isReservedParameter, isReservedTokenHeader } from '../../../oidc/grants/reserved-names.ts';
import { type CheckContext, isGiven, listOf } from './context.ts';

/** Safeguards that are off: legal, but somebody should have decided it. */
export function checkSafeguards(context: CheckContext): void {
  const { config } = context;
  const off = (name: string, message: string): void => context.warning([name], 'openid-connect/insecure', message);
  if (config.verify_signature === false) off('verify_signature', 'signatures of tokens are not checked');
  if (config.verify_claims === false) off('verify_claims', 'expiry and issuer of tokens are not checked');
  if (config.ssl_verify === false) off('ssl_verify', 'the certificate of the identity provider is not checked');
  if (config.enable_hs_signatures === true) off('enable_hs_signatures', 'a client can sign its own tokens');
  if (listOf(context, 'ignore_signature').length > 0) {
    off('ignore_signature', 'signatures of tokens from these grants are not checked');
  }
  if ((config.leeway ?? 0) > 300) off('leeway', 'tokens are accepted for more than five minutes after their expiry');
  const extra = listOf(context, 'extra_jwks_uris').length > 0;
  if (extra && config.verify_claims === false && listOf(context, 'issuers_allowed').length === 0) {
    const message = 'with "verify_claims" off, keys from "extra_jwks_uris" can sign tokens of any issuer';
    context.error(['extra_jwks_uris'], 'openid-connect/insecure', message, 'set "issuers_allowed"');
  } else if (extra) {
    off('extra_jwks_uris', 'keys from "extra_jwks_uris" can sign tokens in the name of any allowed issuer');
  }
}

/** Cache times that cannot work, and a salt that would change by itself. */
export function checkCache(context: CheckContext): void {
  const { config } = context;
  for (const name of ['cache_ttl', 'cache_ttl_min', 'cache_ttl_max', 'cache_ttl_neg', 'cache_ttl_resurrect']) {
    const value = context.fields[name];
    if (typeof value === 'number' && value < 0) {
      context.error([name], 'openid-connect/cache', `"${name}" is negative`);
    }
  }
  const min = config.cache_ttl_min ?? 0;
  const max = config.cache_ttl_max ?? null;
  if (max !== null && min > max) {
    context.error(['cache_ttl_min'], 'openid-connect/cache', '"cache_ttl_min" is above "cache_ttl_max"');
  }
  if (max !== null && max >= 0 && max < 5) {
    const message = '"cache_ttl_max" below 5 seconds makes the identity provider work for almost every request';
    context.warning(['cache_ttl_max'], 'openid-connect/cache', message);
  }
  if (config.cache_tokens !== false && (config.cache_tokens_salt ?? '') === '') {
    const message = '"cache_tokens_salt" is not set: tokens are not shared between nodes, and decK refuses the file';
    context.warning([], 'openid-connect/cache', message, 'set it to 32 random characters');
  }
  const secret = config.session_secret ?? '';
  if (secret !== '' && !secret.startsWith('{vault://') && Buffer.byteLength(secret) < 16) {
    context.error(['session_secret'], 'openid-connect/insecure', '"session_secret" is shorter than 16 bytes');
  }
}

/** Arguments and headers of the token request that gw sets itself. */
export function checkReservedNames(context: CheckContext): void {
  const fields: readonly (readonly [string, (name: string) => boolean])[] = [
    ['token_post_args_names', isReservedParameter],
    ['token_post_args_client', isReservedParameter],
    ['token_headers_names', isReservedTokenHeader],
    ['token_headers_client', isReservedTokenHeader],
  ];
  for (const [field, isReserved] of fields) {
    for (const [at, name] of listOf(context, field).entries()) {
      if (!isReserved(name)) continue;
      const message = `"${name}" in "${field}" is ignored: gw sets it itself`;
      context.warning([field, at], 'openid-connect/reserved-name', message);
    }
  }
  if (isGiven(context, 'token_headers_replay') && listOf(context, 'token_headers_grants').length === 0) {
    const message = '"token_headers_replay" does nothing without "token_headers_grants"';
    context.warning(['token_headers_replay'], 'openid-connect/method', message);
  }
}
