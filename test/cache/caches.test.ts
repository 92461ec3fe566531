import t from 'tap';
import { inspectNamespace } from '../../src/cache/cache-inspector.ts';
import { Caches } from '../../src/cache/caches.ts';
import { openMemoryStore } from '../../src/cache/memory-store.ts';
import { CapturedLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/clock.ts';

function setUp(bounds: Record<string, number> = {}) {
  const clock = new FakeClock();
  const caches = new Caches({ store: openMemoryStore(), clock, log: new CapturedLog(), bounds });
  const list = (namespace: string) => inspectNamespace(caches, namespace, clock.now());
  return { clock, caches, list };
}

void t.test('a namespace is one cache, whoever opens it, and has its own counters and bound', (t) => {
  const { caches, clock } = setUp({ jwks: 1 });
  t.equal(caches.open('jwks'), caches.open('jwks'));
  t.not(caches.open('jwks'), caches.open('discovery'));
  const later = { refreshAt: clock.now() + 1, freshUntil: clock.now() + 2, staleUntil: clock.now() + 3 };
  for (const key of ['one', 'two']) caches.open('jwks').set(key, { value: key, ...later });
  t.match(caches.stats(), { jwks: { entries: 1 }, discovery: { entries: 0 } });
  t.throws(() => caches.open('No such:name'), TypeError);
  t.end();
});

void t.test('an operator sees keys and ages, never values', (t) => {
  const { caches, clock, list } = setUp();
  const now = clock.now();
  const moments = { refreshAt: now + 10_000, freshUntil: now + 20_000, staleUntil: now + 30_000 };
  caches.open<string>('tokens').set('digest', { value: 'very-secret-token', ...moments });
  const states = [0, 10_000, 10_000].map((ms) => {
    clock.advance(ms);
    return list('tokens')?.[0]?.state;
  });
  t.same(states, ['fresh', 'due', 'stale']);
  t.same(list('tokens'), [
    {
      key: 'digest',
      state: 'stale',
      stored_at: now / 1000,
      refresh_at: now / 1000 + 10,
      fresh_until: now / 1000 + 20,
      stale_until: now / 1000 + 30,
    },
  ]);
  clock.advance(10_000);
  t.same(list('tokens'), [], 'what is past its end is not shown');
  t.equal(list('unknown'), null);
  t.end();
});
