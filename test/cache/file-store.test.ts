import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { openStore } from '../../src/cache/cache-stores.ts';
import { Caches } from '../../src/cache/caches.ts';
import { CapturedLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/clock.ts';

const soon = (clock: FakeClock) => ({
  refreshAt: clock.now() + 50_000,
  freshUntil: clock.now() + 60_000,
  staleUntil: clock.now() + 60_000,
});
const mustNotLoad = () => Promise.reject(new Error('loaded although it was stored'));

void t.test('a restart finds what the last run stored, under the moments it stored', async (t) => {
  const { path, open } = setUp(t);
  const first = await open();
  const moments = soon(first.clock);
  first.caches.open<string>('tokens').set('key', { value: 'a token', ...moments });
  await first.caches.close();
  t.ok(existsSync(path));
  const second = await open();
  const entry = await second.caches.open<string>('tokens').through('key', mustNotLoad);
  t.match(entry, { value: 'a token', ...moments, storedAt: first.clock.now() });
  await second.caches.close();
});

void t.test('nothing in the file is in clear, and nobody else can read it', async (t) => {
  const { path, open } = setUp(t);
  const { caches, clock } = await open();
  caches.open<string>('tokens').set('key', { value: 'very-secret-token', ...soon(clock) });
  caches.open<object>('discovery').set('key', { value: { issuer: 'https://idp.example' }, ...soon(clock) });
  await caches.close();
  t.notMatch(readFileSync(path, 'utf8'), /very-secret-token|idp\.example/);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(statSync(`${path}.key`).mode & 0o777, 0o600);
});

void t.test(
  'a file that cannot be written is one warning, however often it is tried, and one line when it can be',
  async (t) => {
    const { path, open } = setUp(t);
    const { caches, clock, log } = await open();
    const tokens = caches.open<string>('tokens');
    const draft = `${path}.${process.pid}.tmp`;
    mkdirSync(path);
    const attempt = async (key: string): Promise<void> => {
      rmSync(draft, { force: true });
      tokens.set(key, { value: 'a token', ...soon(clock) });
      // A file cannot take the place of a folder, so what was written stays where it was written.
      while (!existsSync(draft)) await wait(5);
    };
    await attempt('first');
    await attempt('second');
    rmdirSync(path);
    tokens.set('third', { value: 'a token', ...soon(clock) });
    while (!existsSync(path)) await wait(5);
    await caches.close();
    t.same(
      log.lines.map(({ level }) => level),
      ['warn', 'info'],
    );
    const again = await open();
    t.match(await again.caches.open<string>('tokens').through('first', mustNotLoad), { value: 'a token' });
    await again.caches.close();
  },
);

void t.test('an entry copied to another key or namespace is not accepted', async (t) => {
  const { path, open } = setUp(t);
  const first = await open();
  first.caches.open<string>('tokens').set('mine', { value: 'my token', ...soon(first.clock) });
  await first.caches.close();
  const [[, text, expires]] = JSON.parse(readFileSync(path, 'utf8')) as [[string, string, number]];
  const copies = [
    ['gw:tokens:yours', text, expires],
    ['gw:introspection:mine', text, expires],
  ];
  writeFileSync(path, JSON.stringify(copies));
  const second = await open();
  for (const [namespace, key] of [
    ['tokens', 'yours'],
    ['introspection', 'mine'],
  ] as const) {
    const loaded = { value: 'loaded', ...soon(second.clock) };
    const entry = await second.caches.open<string>(namespace).through(key, () => Promise.resolve(loaded));
    t.match(entry, { value: 'loaded' }, `${namespace} ${key}`);
  }
  await second.caches.close();
});

void t.test('a file that is damaged, or of somebody else, is one warning and an empty cache', async (t) => {
  const sealedByNobody = JSON.stringify([['gw:tokens:key', '{"value":"gw1.AAAA"}', null]]);
  for (const content of ['{"half": ', '{}', '[["key", 1, null]]', '\0\u0001', sealedByNobody]) {
    const { path, open } = setUp(t);
    writeFileSync(path, content);
    const { caches, clock, log } = await open();
    const cache = caches.open<string>('tokens');
    t.match(await cache.through('key', () => Promise.resolve({ value: 'loaded', ...soon(clock) })), {
      value: 'loaded',
    });
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    t.equal(warnings.length, content === sealedByNobody ? 0 : 1, content);
    await caches.close();
    t.doesNotThrow(() => JSON.parse(readFileSync(path, 'utf8')) as unknown, 'the file is whole again');
  }
});

void t.test('the file is replaced as a whole: no draft stays behind', async (t) => {
  const { folder, open } = setUp(t);
  const { caches, clock } = await open();
  for (let index = 0; index < 50; index++) caches.open('tokens').set(`key ${index}`, { value: index, ...soon(clock) });
  await caches.close();
  t.same(readdirSync(folder).sort(), ['cache.json', 'cache.json.key']);
});

void t.test('what was deleted or cleared does not come back after a restart', async (t) => {
  const { open } = setUp(t);
  const first = await open();
  const tokens = first.caches.open<string>('tokens');
  tokens.set('kept', { value: 'kept', ...soon(first.clock) });
  tokens.set('deleted', { value: 'deleted', ...soon(first.clock) });
  first.caches.open<string>('jwks').set('cleared', { value: 'cleared', ...soon(first.clock) });
  await tokens.delete('deleted');
  await first.caches.open('jwks').clear();
  await first.caches.close();
  const second = await open();
  const none = () => Promise.reject(new Error('gone'));
  await t.rejects(Promise.resolve(second.caches.open('tokens').through('deleted', none)), { message: 'gone' });
  await t.rejects(Promise.resolve(second.caches.open('jwks').through('cleared', none)), { message: 'gone' });
  t.match(await second.caches.open('tokens').through('kept', none), { value: 'kept' });
  await second.caches.close();
});

void t.test('a key file that others can read stops the start', async (t) => {
  const { path, open } = setUp(t);
  await (await open()).caches.close();
  chmodSync(`${path}.key`, 0o644);
  await t.rejects(open(), { message: /can be read by others/ });
});

void t.test('a folder that does not exist stops the start with a plain error', async (t) => {
  const log = new CapturedLog();
  const url = pathToFileURL(join(t.testdir(), 'missing', 'cache.json')).href;
  await t.rejects(openStore(url, { log }), { message: /cannot make .* does its folder exist/ });
});

void t.test('URLs of other kinds, and keys too short to be one, are refused by name', async (t) => {
  const log = new CapturedLog();
  await t.rejects(openStore('sqlite://x', { log }), { message: /no cache store for "sqlite:"/ });
  await t.rejects(openStore('nonsense', { log }), { message: /not a URL/ });
  await t.rejects(openStore('redis://127.0.0.1:1', { log, key: 'short' }), { message: /at least 16 characters/ });
  t.match(await openStore(undefined, { log }), { name: 'memory:', isPrivate: true });
  t.match(await openStore('memory:', { log }), { name: 'memory:', isPrivate: true });
});

function setUp(t: Test) {
  const folder = t.testdir();
  const path = join(folder, 'cache.json');
  const open = async () => {
    const clock = new FakeClock();
    const log = new CapturedLog();
    const store = await openStore(pathToFileURL(path).href, { log });
    return { caches: new Caches({ store, clock, log }), clock, log };
  };
  return { folder, path, open };
}
