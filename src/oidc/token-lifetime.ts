/** How long tokens may be cached; milliseconds, `null` = not limited (or, for `resurrectMs`, off). */
export interface TokenLifetimeRules {
  /** For tokens that do not tell their life. */
  readonly cacheTtlMs: number;
  readonly cacheTtlMinMs: number | null;
  /** Bounds how long a secret revoked at the provider still works. */
  readonly cacheTtlMaxMs: number | null;
  /** For definitive rejections. `null` = 5 s, 0 = do not cache them. */
  readonly cacheTtlNegMs: number | null;
  /** How long past `cacheTtlMaxMs` an unexpired token may still be used while the provider is at fault. */
  readonly resurrectMs: number | null;
}

/** What is known about a token's end. */
export interface TokenLife {
  /** When the token was asked for, in ms since the epoch; `expiresInSeconds` counts from here. */
  readonly requestedAt: number;
  readonly expiresInSeconds: number | null;
  /** `exp` of the token in ms since the epoch; null when opaque or without. */
  readonly expiresAt: number | null;
}

/** The moments of a cache entry, in ms since the epoch. */
export interface TokenMoments {
  /** When one background fetch renews it. */
  readonly refreshAt: number;
  readonly freshUntil: number;
  /** Equal to `freshUntil` unless resurrection applies. */
  readonly staleUntil: number;
  /** When the token itself ends; null when nobody said. Never use it from here on. */
  readonly expiresAt: number | null;
}

const MAX_MARGIN_MS = 10_000;
const MARGIN_SHARE = 0.1;
const DEFAULT_NEGATIVE_MS = 5000;

/**
 * When to renew and drop a token; `null` when it has already expired and must be neither cached nor sent.
 *
 * The life is the shorter of `expires_in` and `exp`, or `cache_ttl` when neither is known. `cache_ttl_max` shortens it,
 * `cache_ttl_min` lengthens it, but nothing lengthens it beyond the token's own end. Renewal starts the lesser of 10 s
 * and a tenth of the life before the end, though not before `cache_ttl_min` is over.
 */
export function tokenMoments(life: TokenLife, rules: TokenLifetimeRules, now: number): TokenMoments | null {
  const expiresAt = tokenEnd(life);
  if (expiresAt !== null && expiresAt <= now) return null;
  const own = expiresAt === null ? rules.cacheTtlMs : expiresAt - now;
  const bounded = Math.max(Math.min(own, rules.cacheTtlMaxMs ?? Infinity), rules.cacheTtlMinMs ?? 0);
  const span = expiresAt === null ? bounded : Math.min(bounded, own);
  const margin = Math.min(MAX_MARGIN_MS, span * MARGIN_SHARE);
  const freshUntil = now + span;
  const resurrected = expiresAt === null ? freshUntil : Math.min(freshUntil + (rules.resurrectMs ?? 0), expiresAt);
  return {
    refreshAt: now + Math.min(Math.max(span - margin, rules.cacheTtlMinMs ?? 0), span),
    freshUntil,
    staleUntil: resurrected,
    expiresAt,
  };
}

/** The moments of a definitive rejection; `null` when rejections are not cached. It is never renewed early. */
export function rejectionMoments(rules: TokenLifetimeRules, now: number): TokenMoments | null {
  const span = rules.cacheTtlNegMs ?? DEFAULT_NEGATIVE_MS;
  if (span <= 0) return null;
  const end = now + span;
  return { refreshAt: end, freshUntil: end, staleUntil: end, expiresAt: null };
}

function tokenEnd(life: TokenLife): number | null {
  const told = life.expiresInSeconds === null ? null : life.requestedAt + life.expiresInSeconds * 1000;
  if (told === null || life.expiresAt === null) return told ?? life.expiresAt;
  return Math.min(told, life.expiresAt);
}
