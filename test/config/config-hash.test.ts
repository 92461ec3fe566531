import t from 'tap';
import { hashEntities } from '../../src/config/config-hash.ts';
import { emptyEntitySet, type EntitySet } from '../../src/entities/entity-set.ts';
import { consumer, entities, route, service } from '../support/entities.ts';
import { editEntities } from '../support/entity-edits.ts';
import { SeededRandom } from '../support/random.ts';

const shop = service('http://shop.test', { name: 'shop' });
const base = entities({
  services: [shop, service('http://a.test')],
  routes: [route(shop)],
  consumers: [consumer('bob')],
});

t.test('the order of entities and of keys, times, and null for what is not set make no difference', (t) => {
  const reordered = Object.fromEntries(Object.entries(shop).reverse()) as unknown as typeof shop;
  const same = {
    ...base,
    services: [base.services[1]!, { ...reordered, created_at: 7, updated_at: 8, more: null }],
    others: { vaults: [] },
  };
  t.equal(hashEntities(same), hashEntities(base));
  t.match(hashEntities(base), /^[\da-f]{32}$/);
  t.end();
});

t.test('every other change makes a difference, of entities that gw does not run too', (t) => {
  const vault = { id: 'v', prefix: 'p', name: 'env', config: {} };
  const seen = new Set([hashEntities(base)]);
  const others: readonly EntitySet[] = [
    { ...base, services: [{ ...shop, port: 81 }, base.services[1]!] },
    { ...base, services: [...base.services, { ...shop, id: 'other' }] },
    { ...base, consumers: [] },
    { ...base, consumers: [], acls: [{ id: 'a', group: 'g', consumer: { id: 'c' }, created_at: 0 }] },
    { ...base, others: { vaults: [vault] } },
    { ...base, others: { vaults: [{ ...vault, config: { ttl: 1 } }] } },
    { ...base, others: { key_sets: [vault] } },
    { ...base, others: { vaults: [vault, vault] } },
    emptyEntitySet,
  ];
  for (const each of others) seen.add(hashEntities(each));
  t.equal(seen.size, others.length + 1);
  t.end();
});

t.test('a membership is its two ends, whatever its id', (t) => {
  const member = { consumer: { id: 'c' }, consumer_group: { id: 'g' } };
  const withId = (id: string): EntitySet => ({ ...base, consumer_group_consumers: [{ ...member, id }] });
  t.equal(hashEntities(withId('1')), hashEntities(withId('2')));
  t.end();
});

t.test('a config that was changed edit by edit has the fingerprint of one that was loaded', (t) => {
  const random = new SeededRandom(3);
  let [set, before] = [base, base];
  hashEntities(base);
  for (let edit = 0; edit < 300 && t.passing(); edit++) {
    [set, before] = [editEntities(set, random), set];
    const found = hashEntities(set, before);
    if (edit % 10 === 0) t.equal(found, hashEntities(structuredClone(set)), `after ${edit} edits`);
  }
  t.end();
});
