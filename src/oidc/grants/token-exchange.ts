import type { NameValuePairs } from './client-credentials.ts';

/**
 * Parameters of a token exchange (RFC 8693 §2.1) that are its own. What is asked for is not named: without a
 * `requested_token_type` every provider issues an access token, and some know no other word for it. Each audience is a
 * parameter of its own.
 */
export function tokenExchangeParameters(subjectToken: string, audience: readonly string[]): NameValuePairs {
  return [
    ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ['subject_token', subjectToken],
    ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
    ...audience.map((one): [string, string] => ['audience', one]),
  ];
}
