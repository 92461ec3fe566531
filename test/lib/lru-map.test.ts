import fc from 'fast-check';
import t from 'tap';
import { LruMap } from '../../src/lib/lru-map.ts';

void t.test('drops what was not used for longest', (t) => {
  const map = new LruMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  t.equal(map.get('a'), 1);
  map.set('c', 3);
  t.equal(map.peek('b'), undefined);
  t.same(
    [...map.entries()],
    [
      ['a', 1],
      ['c', 3],
    ],
  );
  t.end();
});

void t.test('peeking is no use', (t) => {
  const map = new LruMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.peek('a');
  map.set('c', 3);
  t.equal(map.peek('a'), undefined);
  t.end();
});

void t.test('refuses a bound that is none', (t) => {
  for (const bound of [0, -1, 1.5, Number.NaN, Infinity]) t.throws(() => new LruMap(bound), RangeError);
  t.end();
});

void t.test('holds what a plain map re-ordered on each use would hold', (t) => {
  const step = fc.tuple(fc.constantFrom('get', 'set', 'delete', 'clear'), fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, bound) => {
      const map = new LruMap<number, number>(bound);
      const model = new Map<number, number>();
      steps.forEach(([action, key], index) => {
        if (action === 'clear') {
          map.clear();
          model.clear();
        } else if (action === 'delete') {
          if (map.delete(key) !== model.delete(key)) throw new Error('delete disagrees');
        } else {
          const known = model.get(key);
          const value = action === 'set' ? index : known;
          if (action === 'set') map.set(key, index);
          else if (map.get(key) !== known) throw new Error('get disagrees');
          if (value === undefined) return;
          model.delete(key);
          model.set(key, value);
          for (const oldest of model.keys()) if (model.size > bound) model.delete(oldest);
        }
      });
      return map.size === model.size && JSON.stringify([...map.entries()]) === JSON.stringify([...model]);
    }),
  );
  t.end();
});
