import { join } from 'node:path';
import { calculateJwkThumbprint, type JWK } from 'jose';
import t, { type Test } from 'tap';
import type { CacheStore } from '../../src/cache/cache-store.ts';
import { openStore } from '../../src/cache/cache-stores.ts';
import { Caches } from '../../src/cache/caches.ts';
import { openMemoryStore } from '../../src/cache/memory-store.ts';
import { importPrivateJwk, makePrivateJwk, publicJwk, signingAlgorithms } from '../../src/oidc/signing-key.ts';
import { SigningKeys } from '../../src/oidc/signing-keys.ts';
import { CapturedLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/clock.ts';

/** A node with its own memory, on a store it may share. */
function node(store: CacheStore, clock: FakeClock): { readonly keys: SigningKeys; readonly caches: Caches } {
  const log = new CapturedLog();
  const caches = new Caches({ store, clock, log });
  return { keys: new SigningKeys({ store: caches.open('signing-keys'), clock, log }), caches };
}

function kids(keys: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return keys.map(({ kid }) => kid);
}

for (const algorithm of signingAlgorithms) {
  void t.test(`makes a key for ${algorithm} whose published half holds nothing private`, async (t) => {
    const jwk = await makePrivateJwk(algorithm);
    const published = publicJwk(jwk);
    t.match(published, { alg: algorithm, use: 'sig', kid: /^[\w-]{43}$/ });
    t.strictSame(
      Object.keys(published).filter((name) => !['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'].includes(name)),
      [],
    );
    t.equal(published.kid, await calculateJwkThumbprint(published as JWK), 'kid is the thumbprint');
    t.equal((await importPrivateJwk(jwk, algorithm)).type, 'private');
    await t.rejects(importPrivateJwk(published, algorithm), 'a public half signs nothing');
  });
}

void t.test('makes keys on demand, one for any number of callers', async (t) => {
  const { keys } = node(openMemoryStore(), new FakeClock());
  t.same(await keys.published(), [], 'publishing makes none');
  const used = await Promise.all([keys.keyFor('ES256'), keys.keyFor('ES256'), keys.keyFor('EdDSA')]);
  t.equal(used[0].kid, used[1].kid);
  t.same(kids(await keys.published()).sort(), [used[0].kid, used[2].kid].sort());
});

void t.test('nodes that start at the same time on one store end with one key', async (t) => {
  const [store, clock] = [openMemoryStore(), new FakeClock()];
  const nodes = Array.from({ length: 4 }, () => node(store, clock).keys);
  const used = await Promise.all(nodes.map((keys) => keys.keyFor('ES384')));
  t.equal(new Set(used.map(({ kid }) => kid)).size, 1);
});

void t.test('after a rotation the new key signs and the one before is still published, on every node', async (t) => {
  const [store, clock] = [openMemoryStore(), new FakeClock()];
  const [a, b] = [node(store, clock).keys, node(store, clock).keys];
  const first = (await a.keyFor('ES256')).kid;
  t.equal((await b.keyFor('ES256')).kid, first);
  await a.rotate();
  const second = (await a.keyFor('ES256')).kid;
  t.not(second, first);
  t.same(kids(await a.published()), [second, first]);
  t.same(kids(await b.published()), [second, first]);
  t.equal((await b.keyFor('ES256')).kid, second);
  await b.rotate();
  const third = (await b.keyFor('ES256')).kid;
  t.same(kids(await b.published()), [third, second], 'the oldest is gone');
  clock.advance(10_001);
  await a.keyFor('ES256');
  await a.published();
  t.equal((await a.keyFor('ES256')).kid, third, 'noticed by the node that signs on');
});

void t.test('a key that the store lost is put back and not replaced', async (t) => {
  const { keys, caches } = node(openMemoryStore(), new FakeClock());
  const { kid } = await keys.keyFor('ES256');
  await caches.open('signing-keys').clear();
  t.same(kids(await keys.published()), [kid]);
  t.not(await caches.open('signing-keys').readStore('ES256'), null);
});

void t.test('keys survive a restart in a file that shows nothing of them', async (t) => {
  const url = `file://${join(t.testdir(), 'cache')}`;
  const run = async (t: Test): Promise<unknown> => {
    const { keys, caches } = node(await openStore(url, { log: new CapturedLog() }), new FakeClock(Date.now()));
    const { kid } = await keys.keyFor('ES256');
    t.same(kids(await keys.published()), [kid]);
    await caches.close();
    return kid;
  };
  t.equal(await run(t), await run(t));
});
