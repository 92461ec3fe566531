import type { NameValuePairs } from './client-credentials.ts';

/**
 * Parameters of the refresh grant (RFC 6749 §6) that are its own. No `scope` belongs here: without one the new token
 * has the scope of the old one, and one that was not granted then is an error.
 */
export function refreshParameters(refreshToken: string): NameValuePairs {
  return [
    ['grant_type', 'refresh_token'],
    ['refresh_token', refreshToken],
  ];
}
