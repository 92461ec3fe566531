import t, { type Test } from 'tap';
import type { Cache } from '../../../src/cache/cache.ts';
import type { CacheStore } from '../../../src/cache/cache-store.ts';
import { openStore } from '../../../src/cache/cache-stores.ts';
import { Caches } from '../../../src/cache/caches.ts';
import { openMemoryStore } from '../../../src/cache/memory-store.ts';
import { UsedProofs } from '../../../src/plugins/openid-connect/proof/used-proofs.ts';
import { CapturedLog } from '../../support/captured-log.ts';
import { FakeClock } from '../../support/clock.ts';
import { startRedis } from '../../support/redis-server.ts';

function storeOf(store: CacheStore, clock: FakeClock): Cache<never> {
  return new Caches({ store, clock, log: new CapturedLog() }).open<never>('dpop-proofs');
}

/** A store that nodes share, and that can be broken. */
function sharedStore(): CacheStore & { isBroken: boolean; readonly keys: Set<string> } {
  const keys = new Set<string>();
  const store = {
    ...openMemoryStore(),
    isPrivate: false,
    isBroken: false,
    keys,
    mark: (key: string) => {
      if (store.isBroken) return Promise.reject(new Error('broken'));
      const isNew = !keys.has(key);
      keys.add(key);
      return Promise.resolve(isNew);
    },
  };
  return store;
}

void t.test('a proof is used once, until it is too old to be used', async (t) => {
  const clock = new FakeClock();
  const proofs = new UsedProofs(storeOf(openMemoryStore(), clock), clock);
  const until = clock.now() + 300_000;
  t.equal(await proofs.use('key', 'a', until), 'first');
  t.equal(await proofs.use('key', 'a', until), 'again');
  t.equal(await proofs.use('key', 'b', until), 'first');
  t.equal(await proofs.use('other', 'a', until), 'first', 'the same id by another key');
  t.equal(await proofs.use('ke', 'ya', until), 'first', 'no two pairs are one');
  clock.advance(300_000);
  t.equal(await proofs.use('key', 'a', until), 'again', 'remembered to the end');
  const together = await Promise.all(Array.from({ length: 50 }, () => proofs.use('key', 'c', until + 300_000)));
  t.same(together.filter((use) => use === 'first').length, 1, 'one of many at once');
});

void t.test('nodes that share a store use a proof once together, and a restart forgets nothing', async (t) => {
  const clock = new FakeClock();
  const store = sharedStore();
  const [one, two] = [new UsedProofs(storeOf(store, clock), clock), new UsedProofs(storeOf(store, clock), clock)];
  const until = clock.now() + 300_000;
  t.equal(await one.use('key', 'jti-in-clear', until), 'first');
  t.equal(await two.use('key', 'jti-in-clear', until), 'again');
  t.equal(await new UsedProofs(storeOf(store, clock), clock).use('key', 'jti-in-clear', until), 'again');
  t.notMatch([...store.keys].join(), 'jti-in-clear');
});

void t.test('no proof is good while the store cannot be asked', async (t) => {
  const clock = new FakeClock();
  const store = sharedStore();
  const proofs = new UsedProofs(storeOf(store, clock), clock);
  const until = clock.now() + 300_000;
  store.isBroken = true;
  t.equal(await proofs.use('key', 'a', until), 'unknown');
  store.isBroken = false;
  clock.advance(2000);
  t.equal(await proofs.use('key', 'b', until), 'first', 'it is back');
});

void t.test('a full memory takes no proof in rather than forgetting one', async (t) => {
  const clock = new FakeClock();
  const proofs = new UsedProofs(storeOf(openMemoryStore(), clock), clock, 3);
  const now = clock.now();
  t.equal(await proofs.use('key', 'long', now + 900_000), 'first');
  t.equal(await proofs.use('key', 'a', now + 10_000), 'first');
  t.equal(await proofs.use('key', 'b', now + 10_000), 'first');
  t.equal(await proofs.use('key', 'c', now + 10_000), 'unknown');
  t.equal(await proofs.use('key', 'a', now + 10_000), 'again');
  clock.advance(12_000);
  t.equal(await proofs.use('key', 'c', now + 90_000), 'first', 'what has ended made room, behind what has not');
  t.equal(await proofs.use('key', 'long', now + 900_000), 'again');
});

void t.test('gateways that share a Redis, with a key or without, use a proof once together', async (t) => {
  const redis = await startRedis();
  if (redis === null) {
    t.comment('SKIPPED: redis-server is not installed');
    return;
  }
  t.teardown(() => redis.kill());
  const clock = new FakeClock();
  const until = clock.now() + 300_000;
  for (const key of ['', 'a passphrase for tests']) {
    const nodes = await Promise.all(['one', 'two', 'three'].map(() => node(t, redis.url, key, clock)));
    for (let round = 0; round < 20; round++) {
      const uses = await Promise.all(nodes.map((each) => each.use('key', `${key}${round}`, until)));
      t.same(uses.sort(), ['again', 'again', 'first'], 'at the same time');
    }
  }
  const last = await node(t, redis.url, '', clock);
  await redis.kill();
  t.equal(await last.use('key', 'late', until), 'unknown', 'without its store a gateway takes no proof');
});

async function node(t: Test, url: string, key: string, clock: FakeClock): Promise<UsedProofs> {
  const log = new CapturedLog();
  const store = await openStore(url, { log, key });
  const caches = new Caches({ store, clock, log });
  t.teardown(() => caches.close());
  return new UsedProofs(caches.open('dpop-proofs'), clock);
}
