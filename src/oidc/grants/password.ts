import type { NameValuePairs } from './client-credentials.ts';

/**
 * Parameters of the password grant (RFC 6749 §4.3.2) that are its own. The grant is a legacy: RFC 9700 §2.4 forbids it
 * to new clients, since the gateway sees the user's password.
 */
export function passwordParameters(username: string, password: string): NameValuePairs {
  return [
    ['grant_type', 'password'],
    ['username', username],
    ['password', password],
  ];
}
