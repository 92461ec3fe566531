import fc from 'fast-check';
import t from 'tap';
import { rejectionMoments, type TokenLifetimeRules, tokenMoments } from '../../src/oidc/token-lifetime.ts';

const now = 1_000_000_000;
const plain: TokenLifetimeRules = {
  cacheTtlMs: 3_600_000,
  cacheTtlMinMs: null,
  cacheTtlMaxMs: null,
  cacheTtlNegMs: null,
  resurrectMs: null,
};

/** Seconds from now: when renewed, until when fresh, until when served in an emergency. */
function seconds(life: { expiresIn?: number; exp?: number; age?: number }, rules: Partial<TokenLifetimeRules> = {}) {
  const moments = tokenMoments(
    {
      requestedAt: now - (life.age ?? 0) * 1000,
      expiresInSeconds: life.expiresIn ?? null,
      expiresAt: life.exp === undefined ? null : now + life.exp * 1000,
    },
    { ...plain, ...rules },
    now,
  );
  if (moments === null) return null;
  return [moments.refreshAt, moments.freshUntil, moments.staleUntil].map((moment) => (moment - now) / 1000);
}

void t.test('a token of an hour is renewed 10 s before its end', (t) => {
  t.same(seconds({ expiresIn: 3600 }), [3590, 3600, 3600]);
  t.end();
});

void t.test('a short token is renewed when a tenth of its life is left', (t) => {
  t.same(seconds({ expiresIn: 60 }), [54, 60, 60]);
  t.same(seconds({ expiresIn: 1 }), [0.9, 1, 1]);
  t.end();
});

void t.test('the shorter of expires_in and exp counts', (t) => {
  t.same(seconds({ expiresIn: 100, exp: 50 }), [45, 50, 50]);
  t.same(seconds({ expiresIn: 50, exp: 100 }), [45, 50, 50]);
  t.same(seconds({ exp: 50 }), [45, 50, 50]);
  t.end();
});

void t.test('expires_in counts from the request, not from the answer', (t) => {
  t.same(seconds({ expiresIn: 60, age: 10 }), [45, 50, 50]);
  t.end();
});

void t.test('a token that has expired is neither cached nor sent', (t) => {
  for (const life of [
    { expiresIn: 0 },
    { expiresIn: -1 },
    { exp: 0 },
    { exp: -5, expiresIn: 60 },
    { expiresIn: 5, age: 6 },
  ]) {
    t.equal(seconds(life), null, JSON.stringify(life));
    t.equal(seconds(life, { cacheTtlMinMs: 60_000 }), null, 'not even with cache_ttl_min');
  }
  t.end();
});

void t.test('a token of unknown life is kept for cache_ttl', (t) => {
  t.same(seconds({}, { cacheTtlMs: 300_000 }), [290, 300, 300]);
  t.end();
});

void t.test('cache_ttl_max bounds known and unknown lives', (t) => {
  t.same(seconds({ expiresIn: 3600 }, { cacheTtlMaxMs: 120_000 }), [110, 120, 120]);
  t.same(seconds({}, { cacheTtlMaxMs: 120_000 }), [110, 120, 120]);
  t.same(seconds({ expiresIn: 60 }, { cacheTtlMaxMs: 120_000 }), [54, 60, 60]);
  t.end();
});

void t.test('cache_ttl_min delays renewal and lengthens unknown lives, but never outlives the token', (t) => {
  t.same(seconds({ expiresIn: 60 }, { cacheTtlMinMs: 58_000 }), [58, 60, 60]);
  t.same(seconds({ expiresIn: 60 }, { cacheTtlMinMs: 600_000 }), [60, 60, 60]);
  t.same(seconds({}, { cacheTtlMs: 60_000, cacheTtlMinMs: 600_000 }), [600, 600, 600]);
  t.end();
});

void t.test('cache_ttl_resurrect serves an unexpired token past cache_ttl_max', (t) => {
  t.same(seconds({ expiresIn: 3600 }, { cacheTtlMaxMs: 100_000, resurrectMs: 50_000 }), [90, 100, 150]);
  t.same(seconds({ expiresIn: 120 }, { cacheTtlMaxMs: 100_000, resurrectMs: 50_000 }), [90, 100, 120]);
  t.same(seconds({ expiresIn: 60 }, { resurrectMs: 50_000 }), [54, 60, 60], 'an expired one, never');
  t.same(seconds({}, { cacheTtlMaxMs: 100_000, resurrectMs: 50_000 }), [90, 100, 100], 'of unknown life, never');
  t.end();
});

void t.test('rejections are kept for cache_ttl_neg: 5 s unless told otherwise, 0 turns it off', (t) => {
  t.equal(rejectionMoments(plain, now)?.freshUntil, now + 5000);
  t.equal(rejectionMoments({ ...plain, cacheTtlNegMs: 30_000 }, now)?.freshUntil, now + 30_000);
  t.equal(rejectionMoments({ ...plain, cacheTtlNegMs: 0 }, now), null);
  const moments = rejectionMoments(plain, now);
  t.equal(moments?.refreshAt, moments?.freshUntil, 'and are not renewed in the background');
  t.end();
});

void t.test('whatever the rules, moments are in order and none is past the end of the token', (t) => {
  const ms = fc.option(fc.integer({ min: 0, max: 100_000_000 }));
  const rules = fc.record({
    cacheTtlMs: fc.integer({ min: 0, max: 100_000_000 }),
    cacheTtlMinMs: ms,
    cacheTtlMaxMs: ms,
    cacheTtlNegMs: ms,
    resurrectMs: ms,
  });
  const life = fc.record({
    requestedAt: fc.integer({ min: now - 100_000, max: now }),
    expiresInSeconds: fc.option(fc.double({ min: -10, max: 100_000, noNaN: true })),
    expiresAt: fc.option(fc.integer({ min: now - 10_000, max: now + 100_000_000 })),
  });
  fc.assert(
    fc.property(life, rules, (life, rules) => {
      const moments = tokenMoments(life, rules, now);
      if (moments === null) return true;
      const { refreshAt, freshUntil, staleUntil, expiresAt } = moments;
      const ordered = now <= refreshAt && refreshAt <= freshUntil && freshUntil <= staleUntil;
      return ordered && (expiresAt === null || (now < expiresAt && staleUntil <= expiresAt));
    }),
  );
  t.end();
});
