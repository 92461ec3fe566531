import type { JsonObject, JsonValue } from '../lib/json.ts';
import { TokenInvalid } from './errors.ts';

/** Rules for the claims of a token, apart from who may be served with it. */
export interface ClaimRules {
  /** Checks `exp`, `nbf`, `iat`, `iss`, `max_age` and `hd`; `issuersAllowed` and `domains` apply even when false. */
  readonly verifyClaims: boolean;
  /** Accepted values of `iss`; null = the one the provider announces. */
  readonly issuersAllowed: readonly string[] | null;
  /** Tolerance for the provider's clock, in seconds. */
  readonly leewaySeconds: number;
  /** Longest time since `auth_time`, in seconds; null = any. */
  readonly maxAgeSeconds: number | null;
  /** Accepted values of `hd`; null = any. */
  readonly domains: readonly string[] | null;
  /** For tokens that callers bring: `iss` and `exp` must be there. */
  readonly requireIssuerAndExpiry: boolean;
}

/**
 * Checks the claims of a token whose signature has been dealt with.
 *
 * @param expectedIssuers compared exactly, without forgiveness for a trailing slash
 * @param kind `access token`, `id token`: for the reason
 * @param now in ms since the epoch
 * @throws {TokenInvalid}
 */
export function checkClaims(
  claims: JsonObject,
  rules: ClaimRules,
  expectedIssuers: readonly string[],
  kind: string,
  now: number,
): void {
  if (rules.verifyClaims || rules.issuersAllowed !== null) checkIssuer(claims.iss, expectedIssuers, rules, kind);
  if (rules.domains !== null && !isOneOf(claims.hd, rules.domains)) throw invalid('hd', kind);
  if (rules.verifyClaims) checkTimes(claims, rules, kind, now / 1000);
}

/**
 * Until when claims that pass now may be remembered, in ms since the epoch; null when they do not say: their `exp`, and
 * the end of `max_age`, which nobody checks again.
 *
 * @param graceSeconds added to `exp`
 */
export function endOfClaims(claims: JsonObject, rules: ClaimRules, graceSeconds = 0): number | null {
  const { verifyClaims, maxAgeSeconds, leewaySeconds } = rules;
  const expiry = numericDate(claims.exp);
  const login = maxAgeSeconds === null || !verifyClaims ? null : numericDate(claims.auth_time);
  const oldest = login === null ? Infinity : login + ((maxAgeSeconds ?? 0) + leewaySeconds) * 1000;
  const end = Math.min(expiry === null ? Infinity : expiry + graceSeconds * 1000, oldest);
  return end === Infinity ? null : end;
}

/** A NumericDate (RFC 7519 §2), also as a numeric string, in ms since the epoch; null when absent or no number. */
export function numericDate(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number * 1000 : null;
}

function checkIssuer(iss: JsonValue | undefined, expected: readonly string[], rules: ClaimRules, kind: string): void {
  if (iss === undefined && !rules.requireIssuerAndExpiry) return;
  if (!isOneOf(iss, expected)) throw invalid('iss', kind);
}

function checkTimes(claims: JsonObject, rules: ClaimRules, kind: string, nowSeconds: number): void {
  const { leewaySeconds: leeway, maxAgeSeconds } = rules;
  const exp = timeClaim(claims, 'exp', kind);
  if (exp === null && rules.requireIssuerAndExpiry) throw invalid('exp', kind);
  if (exp !== null && nowSeconds >= exp + leeway) throw invalid('exp', kind, exp);
  const nbf = timeClaim(claims, 'nbf', kind);
  if (nbf !== null && nowSeconds < nbf - leeway) throw invalid('nbf', kind, nbf);
  const iat = timeClaim(claims, 'iat', kind);
  if (iat !== null && iat > nowSeconds + leeway) throw invalid('iat', kind, iat);
  if (maxAgeSeconds === null) return;
  const authTime = timeClaim(claims, 'auth_time', kind);
  if (authTime !== null && authTime + maxAgeSeconds + leeway <= nowSeconds) throw invalid('auth_time', kind, authTime);
}

/** In seconds; null when absent. A claim that is there and is no time makes the token invalid. */
function timeClaim(claims: JsonObject, name: string, kind: string): number | null {
  const value = claims[name];
  if (value === undefined) return null;
  const ms = numericDate(value);
  if (ms === null) throw invalid(name, kind);
  return ms / 1000;
}

function isOneOf(value: JsonValue | undefined, accepted: readonly string[]): boolean {
  return typeof value === 'string' && accepted.includes(value);
}

/** Only numbers are echoed: text from a token belongs neither in a log nor in an answer. */
function invalid(claim: string, kind: string, value?: number): TokenInvalid {
  const shown = value === undefined ? '' : ` (${value})`;
  return new TokenInvalid(`invalid ${claim} claim${shown} was specified for ${kind}`);
}
