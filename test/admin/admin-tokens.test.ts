import { strict } from 'node:assert';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import t from 'tap';
import { AdminTokens } from '../../src/admin/access/admin-tokens.ts';
import { FailedAttempts } from '../../src/admin/access/failed-attempts.ts';
import { Secret } from '../../src/lib/secret.ts';
import { FakeClock } from '../support/clock.ts';

/** Pairs that were compared while `run` ran, each as long as a digest. */
function comparisonsDuring(run: () => void): number {
  const original = crypto.timingSafeEqual;
  let count = 0;
  crypto.timingSafeEqual = (a, b) => {
    strict.equal(a.byteLength, 32);
    strict.equal(b.byteLength, 32);
    count += 1;
    return original(a, b);
  };
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    crypto.timingSafeEqual = original;
    syncBuiltinESMExports();
  }
  return count;
}

t.test('every token takes the same way: two comparisons of digests, whatever was sent', (t) => {
  const texts = [undefined, '', 's', 's3cre', 's3cret', 's3crets', 'look', 'x'.repeat(10_000)];
  for (const tokens of [
    new AdminTokens(new Secret('s3cret'), new Secret('look')),
    new AdminTokens(new Secret('s3cret'), null),
  ]) {
    for (const text of texts) {
      const headers = text === undefined ? {} : { 'kong-admin-token': text };
      t.equal(
        comparisonsDuring(() => tokens.judge(headers)),
        2,
        text?.slice(0, 10) ?? 'none',
      );
    }
  }
  t.end();
});

t.test('Kong-Admin-Token counts before Authorization, as one text', (t) => {
  const tokens = new AdminTokens(new Secret('s3cret'), new Secret('look'));
  t.equal(tokens.judge({ 'kong-admin-token': 'look', authorization: 'Bearer s3cret' }), 'readonly');
  t.equal(tokens.judge({ 'kong-admin-token': 'no', authorization: 'Bearer s3cret' }), 'wrong');
  t.equal(tokens.judge({ 'kong-admin-token': 's3cret, s3cret' }), 'wrong', 'sent twice');
  t.equal(tokens.judge({ authorization: 'bearer s3cret' }), 'full', 'the scheme has no case');
  t.equal(tokens.judge({ authorization: 'Bearer' }), 'missing');
  t.equal(new AdminTokens(null, new Secret('look')).judge({}), 'full', 'a second token alone closes nothing');
  t.end();
});

t.test('answers to wrong tokens wait twice as long each time, per remote, and no longer than a few seconds', (t) => {
  const clock = new FakeClock();
  const failures = new FailedAttempts(clock);
  const delays = Array.from({ length: 8 }, () => failures.record('10.0.0.1'));
  t.same(delays, [100, 200, 400, 800, 1600, 3200, 3200, 3200]);
  t.equal(failures.record('10.0.0.2'), 100, 'another remote');
  clock.advance(59_999);
  t.equal(failures.record('10.0.0.1'), 3200);
  clock.advance(60_000);
  t.equal(failures.record('10.0.0.1'), 100, 'forgotten');
  t.end();
});

t.test('what is remembered of guessers is bounded: the oldest are forgotten', (t) => {
  const failures = new FailedAttempts(new FakeClock());
  failures.record('first');
  for (let index = 0; index < 1_023; index++) failures.record(`10.0.0.${index}`);
  t.equal(failures.record('first'), 200, 'still there');
  for (let index = 0; index < 1_024; index++) failures.record(`10.1.0.${index}`);
  t.equal(failures.record('first'), 100, 'gone');
  t.end();
});

t.test('when many answers wait, others do not: guessers cannot use up all connections', async (t) => {
  const failures = new FailedAttempts(new FakeClock());
  const waiting: Promise<void>[] = [];
  // Their timers keep no process alive; this one does while they run.
  const alive = setInterval(() => undefined, 1000);
  for (let index = 0; index < 32; index++) {
    const delay = failures.record(`10.0.0.${index}`);
    t.equal(delay, 100);
    waiting.push(new Promise((resolve) => failures.wait(delay, resolve)));
  }
  t.equal(failures.record('10.0.1.1'), 0);
  await Promise.all(waiting);
  clearInterval(alive);
  t.equal(failures.record('10.0.1.2'), 100, 'once they were answered');
});
