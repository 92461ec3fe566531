import t from 'tap';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { ConsumerMapping, findAnonymous } from '../../../src/plugins/openid-connect/consumer.ts';
import { consumer, entities } from '../../support/entities.ts';

const bob = consumer('bob', { id: 'id-1', custom_id: 'c-1' });
const alice = consumer('Alice', { id: 'id-2', custom_id: 'bob' });
const known = entities({ consumers: [bob, alice] });

function match(config: Partial<OpenidConnectConfig>, claims: JsonObject | null): string | null {
  const found = new ConsumerMapping({ issuer: 'https://idp.example', ...config }, known).match(
    claims === null ? [] : [claims],
  );
  return typeof found === 'string' ? found : (found?.username ?? null);
}

t.test('without consumer claims nobody is looked for', (t) => {
  t.equal(match({}, { sub: 'bob' }), null);
  t.end();
});

t.test('custom_id is tried before username, in the order of consumer_by', (t) => {
  t.equal(match({ consumer_claims: [['sub']] }, { sub: 'bob' }), 'Alice');
  t.equal(match({ consumer_claims: [['sub']], consumer_by: ['username', 'custom_id'] }, { sub: 'bob' }), 'bob');
  t.equal(match({ consumer_claims: [['sub']], consumer_by: ['id'] }, { sub: 'id-1' }), 'bob');
  t.equal(match({ consumer_claims: [['sub']], consumer_by: ['id'] }, { sub: 'bob' }), 'unknown');
  t.end();
});

t.test('the first claim that resolves decides, even when it matches nobody', (t) => {
  const config: Partial<OpenidConnectConfig> = { consumer_claims: [['a'], ['b', 'c']], consumer_by: ['username'] };
  t.equal(match(config, { b: { c: 'bob' } }), 'bob');
  t.equal(match(config, { a: 'nobody', b: { c: 'bob' } }), 'unknown');
  t.equal(match(config, { a: ['bob'], b: { c: 'bob' } }), 'bob', 'a list is not a name');
  t.equal(match(config, null), 'unknown');
  t.end();
});

t.test('the old consumer_claim is one path', (t) => {
  t.equal(match({ consumer_claim: ['a', 'b'], consumer_by: ['username'] }, { a: { b: 'bob' } }), 'bob');
  t.equal(match({ consumer_claim: ['a', 'b'], consumer_by: ['username'] }, { a: 'bob' }), 'unknown');
  t.end();
});

t.test('an empty list of paths, and an empty path, look for nobody', (t) => {
  for (const config of [{ consumer_claims: [] }, { consumer_claims: [[]] }, { consumer_claim: [] }]) {
    t.equal(match(config, { sub: 'bob' }), null, JSON.stringify(config));
  }
  t.equal(match({ consumer_claims: [], consumer_claim: ['sub'], consumer_by: ['username'] }, { sub: 'bob' }), 'bob');
  t.end();
});

t.test('a name is compared as text, whatever the claim is; what is no text does not resolve', (t) => {
  const numbered = entities({ consumers: [consumer('7'), consumer('true')] });
  const find = (claim: JsonObject) =>
    new ConsumerMapping({ issuer: 'https://idp.example', consumer_claims: [['a'], ['b']] }, numbered).match([claim]);
  t.match(find({ a: 7 }), { username: '7' });
  t.match(find({ a: true }), { username: 'true' });
  for (const a of ['', null, {}, ['7']]) t.match(find({ a, b: '7' }), { username: '7' }, JSON.stringify(a));
  t.end();
});

t.test('consumer_optional lets unknown callers through without a consumer', (t) => {
  t.equal(match({ consumer_claims: [['sub']], consumer_optional: true }, { sub: 'nobody' }), null);
  t.equal(match({ consumer_claims: [['sub']], consumer_optional: true }, {}), null);
  t.end();
});

t.test('by_username_ignore_case folds usernames and nothing else', (t) => {
  const config: Partial<OpenidConnectConfig> = { consumer_claims: [['sub']], by_username_ignore_case: true };
  t.equal(match(config, { sub: 'ALICE' }), 'Alice');
  t.equal(match({ ...config, consumer_by: ['custom_id'] }, { sub: 'C-1' }), 'unknown');
  t.equal(match({ ...config, by_username_ignore_case: false }, { sub: 'alice' }), 'unknown');
  t.end();
});

t.test('anonymous is an id or a username, never a custom_id', (t) => {
  t.equal(findAnonymous('id-2', known), alice);
  t.equal(findAnonymous('bob', known), bob);
  t.equal(findAnonymous('c-1', known), null);
  t.end();
});

t.test('case is folded without letting other letters pass for ASCII, or NUL for anything', (t) => {
  const kate = entities({ consumers: [consumer('Kate'), consumer('ÜMIT')] });
  const config = { issuer: 'https://idp.example', by_username_ignore_case: true, consumer_claims: [['sub']] };
  const find = (sub: string) => new ConsumerMapping(config, kate).match([{ sub }]);
  t.match(find('kATE'), { username: 'Kate' });
  t.match(find('ümit'), { username: 'ÜMIT' });
  for (const sub of ['\u212aate', '\0kate', 'ümi\u0307t', 'üm\u0130t', 'kate '])
    t.equal(find(sub), 'unknown', JSON.stringify(sub));
  t.end();
});
