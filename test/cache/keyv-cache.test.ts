import t from 'tap';
import type { CacheEntry, CacheOutcome, Loaded } from '../../src/cache/cache.ts';
import { KeyvCache } from '../../src/cache/keyv-cache.ts';
import { FakeClock } from '../support/clock.ts';

const forever = Number.MAX_SAFE_INTEGER;

void t.test('a fresh entry is answered synchronously, the very same object each time', async (t) => {
  const { cache, clock, load } = setUp();
  const entry = await cache.through('key', load);
  t.equal(cache.through('key', load), entry);
  clock.advance(499);
  t.equal(cache.through('key', load), entry);
  t.match(cache.stats, { entries: 1, hits: 2, misses: 1, refreshes: 0 });
});

void t.test('two hundred parallel first requests make one load', async (t) => {
  const { cache, loads, load } = setUp();
  const entries = await Promise.all(Array.from({ length: 200 }, async () => cache.through('key', load)));
  t.equal(loads.length, 1);
  t.equal(new Set(entries).size, 1);
});

void t.test(
  'each caller can be told how it is served: by a load of its own, by that of another, from memory, stale',
  async (t) => {
    const { cache, clock, load, failWith } = setUp();
    const uses: CacheOutcome[] = [];
    const through = async (key = 'key') =>
      await cache.through(
        key,
        load,
        () => true,
        (use) => uses.push(use),
      );
    await Promise.all([through(), through(), through()]);
    await through();
    t.strictSame(uses.splice(0).sort(), ['hit', 'join', 'join', 'miss']);
    failWith(new Error('down'));
    clock.advance(1500);
    await through();
    t.strictSame(uses.splice(0), ['miss', 'stale'], 'a load that failed, and then what is past its time');
    await t.rejects(through('unknown'));
    t.strictSame(uses.splice(0), ['miss'], 'nothing to serve');
    t.match(cache.stats, { hits: 1, misses: 3, joins: 2, stale: 1 });
  },
);

void t.test('from refreshAt on one background load renews while callers keep getting the entry', async (t) => {
  const { cache, clock, loads, load } = setUp();
  const first = await cache.through('key', load);
  clock.advance(500);
  t.equal(cache.through('key', load), first);
  t.equal(cache.through('key', load), first);
  await settled();
  t.equal(loads.length, 2);
  t.equal(loads[1], first, 'the loader sees what it renews');
  t.match(cache.through('key', load), { value: 'value 2' });
  t.equal(cache.stats.refreshes, 1);
});

void t.test('a failing renewal backs off, and longer each time', async (t) => {
  const { cache, clock, loads, load, failWith } = setUp({ freshMs: 10 * 60_000 });
  await cache.through('key', load);
  failWith(new Error('down'));
  clock.advance(500);
  const pauses: number[] = [];
  let lastLoad = clock.now();
  for (let seconds = 0; seconds < 120; seconds++) {
    const before = loads.length;
    t.match(cache.through('key', load), { value: 'value 1' });
    await settled();
    if (loads.length > before) {
      pauses.push(clock.now() - lastLoad);
      lastLoad = clock.now();
    }
    clock.advance(1000);
  }
  t.ok(loads.length <= 10, `${loads.length} loads in two minutes`);
  t.ok((pauses.at(-1) ?? 0) > (pauses[1] ?? 0) * 4, `pauses ${pauses.join(', ')}`);
  failWith(null);
  clock.advance(60_000);
  void cache.through('key', load);
  await settled();
  t.match(cache.through('key', load), { value: /value \d+/ });
  t.not((cache.through('key', load) as CacheEntry<string>).value, 'value 1');
});

void t.test('past freshUntil callers wait, and get the stale entry only when the load fails', async (t) => {
  const { cache, clock, load, failWith } = setUp();
  await cache.through('key', load);
  clock.advance(1000);
  failWith(new Error('down'));
  t.match(await cache.through('key', load), { value: 'value 1' });
  t.equal(cache.stats.stale, 1);
  failWith(null);
  t.match(await cache.through('key', load), { value: 'value 3' });
});

void t.test('an error that may not be papered over is thrown although there is a stale entry', async (t) => {
  const { cache, clock, load, failWith } = setUp();
  await cache.through('key', load);
  clock.advance(1000);
  failWith(new Error('rejected'));
  await t.rejects(Promise.resolve(cache.through('key', load, () => false)), { message: 'rejected' });
});

void t.test('past staleUntil the entry is gone', async (t) => {
  const { cache, clock, load, failWith } = setUp();
  await cache.through('key', load);
  clock.advance(2000);
  t.equal(cache.peek('key'), null);
  t.same([...cache.entries()], []);
  failWith(new Error('down'));
  await t.rejects(Promise.resolve(cache.through('key', load)), { message: 'down' });
});

void t.test('a foreground failure is shared by those who wait and not cached', async (t) => {
  const { cache, loads, load, failWith } = setUp();
  failWith(new Error('down'));
  const outcomes = await Promise.allSettled([cache.through('key', load), cache.through('key', load)]);
  t.same(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.equal(loads.length, 1);
  failWith(null);
  t.match(await cache.through('key', load), { value: 'value 2' });
});

void t.test('what is deleted while it is being loaded is not stored', async (t) => {
  const { cache, load, hold, release } = setUp();
  hold();
  const waiting = cache.through('key', load);
  await cache.delete('key');
  release();
  t.match(await waiting, { value: 'value 1' });
  t.equal(cache.peek('key'), null);
});

void t.test('what is set while it is being loaded wins', async (t) => {
  const { cache, load, hold, release } = setUp();
  hold();
  const waiting = cache.through('key', load);
  cache.set('key', { value: 'newer', refreshAt: forever, freshUntil: forever, staleUntil: forever });
  release();
  await waiting;
  t.match(cache.peek('key'), { value: 'newer' });
});

void t.test('memory holds no more entries than it may', (t) => {
  const { cache } = setUp({ maxEntries: 3 });
  for (let index = 0; index < 10; index++) {
    cache.set(`key ${index}`, { value: 'v', refreshAt: forever, freshUntil: forever, staleUntil: forever });
  }
  t.equal(cache.stats.entries, 3);
  t.same(
    [...cache.entries()].map(([key]) => key),
    ['key 7', 'key 8', 'key 9'],
  );
  t.end();
});

void t.test('an entry renewed past its end in the background is waited for, not loaded twice', async (t) => {
  const { cache, clock, loads, load, hold, release } = setUp();
  await cache.through('key', load);
  clock.advance(500);
  hold();
  void cache.through('key', load);
  clock.advance(500);
  const waiting = cache.through('key', load);
  release();
  t.match(await waiting, { value: 'value 2' });
  t.equal(loads.length, 2);
});

interface SetUpOptions {
  readonly maxEntries?: number;
  readonly freshMs?: number;
}

/** A cache whose entries are due after 500 ms, fresh for 1 s and stale for 1 s more, and a loader that can be broken. */
function setUp({ maxEntries = 10, freshMs = 1000 }: SetUpOptions = {}) {
  const clock = new FakeClock();
  const cache = new KeyvCache<string>('test', maxEntries, null, clock);
  const loads: (CacheEntry<string> | null)[] = [];
  let failure: Error | null = null;
  let gate: Promise<void> = Promise.resolve();
  let open: () => void = () => undefined;
  const load = async (previous: CacheEntry<string> | null): Promise<Loaded<string>> => {
    loads.push(previous);
    const value = `value ${loads.length}`;
    await gate;
    if (failure !== null) throw failure;
    const now = clock.now();
    return { value, refreshAt: now + 500, freshUntil: now + freshMs, staleUntil: now + freshMs + 1000 };
  };
  return {
    clock,
    cache,
    loads,
    load,
    failWith: (error: Error | null) => {
      failure = error;
    },
    hold: () => {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    release: () => open(),
  };
}

/** Lets all promise reactions that are due run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
