import t from 'tap';
import { derivedId, idKeyOf } from '../../src/entities/ids.ts';
import { uuidV5 } from '../../src/lib/digest.ts';

t.test('name-based UUIDs are those of RFC 9562', (t) => {
  // Example of appendix A.4.
  t.equal(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
  t.end();
});

t.test('entities get the ids that Kong derives from their names', (t) => {
  t.equal(derivedId('services', 's'), 'b268827a-8f7f-551f-8769-e6bceb2f3ec6');
  t.equal(derivedId('routes', 'r'), 'da7ba03a-f1be-52d4-8a7e-c8f32640689a');
  t.equal(derivedId('consumers', 'bob'), 'def4f7d3-9863-5ad2-8fa9-c949bf26f55e');
  t.end();
});

t.test('plugins get ids from their name and scope', (t) => {
  const idOf = (fields: Readonly<Record<string, string>>): string =>
    derivedId('plugins', idKeyOf('plugins', (field) => fields[field] ?? '') ?? '');
  t.equal(idOf({ name: 'key-auth' }), '6b4f38d1-e026-540b-a5ea-8634739dd2a7');
  t.equal(idOf({ name: 'cors', service: 's' }), 'd6594c43-9046-5ab3-bf40-9c1be0cf3900');
  t.not(idOf({ name: 'cors', consumer_group: 'gold' }), idOf({ name: 'cors', consumer_group: 'silver' }));
  t.not(idOf({ name: 'cors', consumer_group: 'c' }), idOf({ name: 'cors', consumer: 'c' }));
  t.end();
});
