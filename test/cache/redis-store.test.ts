import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createClient } from '@keyv/redis';
import t, { type Test } from 'tap';
import type { Cache, CacheEntry } from '../../src/cache/cache.ts';
import { openStore } from '../../src/cache/cache-stores.ts';
import { Caches } from '../../src/cache/caches.ts';
import { CapturedLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/clock.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

const KEY = 'a passphrase for tests';
const redis = await startRedis();

if (redis === null) {
  void t.test('Redis tests', { skip: 'SKIPPED: redis-server is not installed' }, () => undefined);
} else {
  t.teardown(() => redis.kill());
  testsWith(redis);
}

function testsWith(redis: RedisServer): void {
  void t.test('what one gateway stored, another finds', async (t) => {
    const one = await openCaches(t, redis.url, KEY);
    const other = await openCaches(t, redis.url, KEY);
    one.caches.open<string>('tokens').set('shared', { value: 'a token', ...soon(one.clock) });
    await appears(redis.url, 'gw:tokens:shared');
    const entry = await other.caches.open<string>('tokens').through('shared', mustNotLoad);
    t.match(entry, { value: 'a token' });
    t.match(other.caches.stats().tokens, { hits: 1, misses: 0, storeErrors: 0 });
  });

  void t.test('values in Redis are encrypted and end by themselves', async (t) => {
    const { caches, clock } = await openCaches(t, redis.url, KEY);
    caches.open<string>('tokens').set('sealed', { value: 'very-secret-token', ...soon(clock) });
    const { text, ttl } = await appears(redis.url, 'gw:tokens:sealed');
    t.notMatch(text, /very-secret-token/);
    t.ok(ttl > 50 && ttl <= 60, `${ttl} s`);
  });

  void t.test('a gateway with another passphrase takes nothing over', async (t) => {
    const one = await openCaches(t, redis.url, KEY);
    const other = await openCaches(t, redis.url, 'another passphrase');
    one.caches.open<string>('tokens').set('foreign', { value: 'a token', ...soon(one.clock) });
    await appears(redis.url, 'gw:tokens:foreign');
    const loaded = { value: 'own token', ...soon(other.clock) };
    t.match(await other.caches.open<string>('tokens').through('foreign', () => Promise.resolve(loaded)), loaded);
  });

  void t.test('without a passphrase documents are shared and tokens stay in the process, said once', async (t) => {
    const { caches, clock, log } = await openCaches(t, redis.url, '');
    caches.open<string>('tokens').set('private', { value: 'a token', ...soon(clock) });
    caches.open<string>('discovery').set('public', { value: 'a document', ...soon(clock) });
    await appears(redis.url, 'gw:discovery:public');
    t.equal(await valueOf(redis.url, 'gw:tokens:private'), null);
    t.equal(log.lines.filter(({ message }) => message.includes('GW_CACHE_KEY')).length, 1);
  });

  void t.test('deleting and clearing reach Redis', async (t) => {
    const { caches, clock } = await openCaches(t, redis.url, KEY);
    const cache = caches.open<string>('introspection');
    for (const key of ['one', 'two', 'three']) cache.set(key, { value: key, ...soon(clock) });
    await appears(redis.url, 'gw:introspection:three');
    await cache.delete('one');
    t.equal(await valueOf(redis.url, 'gw:introspection:one'), null);
    await cache.clear();
    t.equal(await valueOf(redis.url, 'gw:introspection:two'), null);
  });

  void t.test(
    'Redis that hangs or dies costs a miss, not the request, and is used again when it is back',
    async (t) => {
      const { caches, clock, log } = await openCaches(t, redis.url, KEY);
      const cache = caches.open<string>('tokens');
      cache.set('warm', { value: 'warm', ...soon(clock) });
      await appears(redis.url, 'gw:tokens:warm');

      redis.freeze();
      const began = performance.now();
      t.match(await load(cache, 'while frozen', clock), { value: 'loaded' });
      t.ok(performance.now() - began < 1000, 'it does not wait long');
      redis.resume();

      await redis.kill();
      clock.advance(1500);
      t.match(await load(cache, 'while dead', clock), { value: 'loaded' });
      t.match(cache.peek('warm'), { value: 'warm' }, 'memory still answers');
      const { storeErrors } = cache.stats;
      t.ok(storeErrors >= 2, `${storeErrors} store errors counted`);

      const again = Promise.all([load(cache, 'a', clock), load(cache, 'b', clock)]);
      t.match(await again, [{ value: 'loaded' }, { value: 'loaded' }]);
      t.equal(cache.stats.storeErrors, storeErrors, 'a store that failed is left alone for a second');
      t.equal(log.lines.filter(({ message }) => message.includes('going on without it')).length, 1);

      await redis.restart();
      await usedAgain(cache, clock, log);
      t.ok(log.lines.some(({ message }) => message.includes('answers again')));
    },
  );

  void t.test('Redis that is not there at the start delays it by a moment and nothing more', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { caches, clock } = await openCaches(t, `redis://127.0.0.1:${port}`, KEY);
    t.match(await load(caches.open<string>('tokens'), 'key', clock), { value: 'loaded' });
  });
}

function soon(clock: FakeClock) {
  const now = clock.now();
  return { refreshAt: now + 50_000, freshUntil: now + 60_000, staleUntil: now + 60_000 };
}

function mustNotLoad(): Promise<never> {
  return Promise.reject(new Error('loaded although it was stored'));
}

async function load(cache: Cache<string>, key: string, clock: FakeClock): Promise<CacheEntry<string>> {
  return await cache.through(key, () => Promise.resolve({ value: 'loaded', ...soon(clock) }));
}

async function openCaches(t: Test, url: string, key: string) {
  const clock = new FakeClock();
  const log = new CapturedLog();
  const store = await openStore(url, { log, key });
  const caches = new Caches({ store, clock, log });
  t.teardown(() => caches.close());
  return { caches, clock, log };
}

/** The raw value once it is there; writes are not waited for by those who cause them. */
async function appears(url: string, key: string): Promise<{ text: string; ttl: number }> {
  const client = await createClient({ url }).connect();
  try {
    for (;;) {
      const text = await client.get(key);
      if (text !== null) return { text, ttl: await client.ttl(key) };
    }
  } finally {
    await client.close();
  }
}

async function valueOf(url: string, key: string): Promise<string | null> {
  const client = await createClient({ url }).connect();
  const value = await client.get(key);
  await client.close();
  return value;
}

/** Asks until the client has reconnected, which it does in its own time. */
async function usedAgain(cache: Cache<string>, clock: FakeClock, log: CapturedLog): Promise<void> {
  for (let turn = 0; !log.lines.some(({ message }) => message.includes('answers again')); turn++) {
    clock.advance(1500);
    await load(cache, `turn ${turn}`, clock);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
