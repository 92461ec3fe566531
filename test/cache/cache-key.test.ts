import fc from 'fast-check';
import t from 'tap';
import { keyedDigest } from '../../src/cache/cache-key.ts';

void t.test('the boundary between parts is part of the key', (t) => {
  t.not(keyedDigest('salt', ['a', 'bc']), keyedDigest('salt', ['ab', 'c']));
  t.not(keyedDigest('salt', ['a', 'bc']), keyedDigest('salt', [['a'], 'bc']));
  t.not(keyedDigest('salt', [['a', 'b']]), keyedDigest('salt', [['a'], ['b']]));
  t.not(keyedDigest('salt', ['']), keyedDigest('salt', [null]));
  t.not(keyedDigest('salt', [[]]), keyedDigest('salt', [null]));
  t.end();
});

void t.test('another salt, another key', (t) => {
  t.not(keyedDigest('one', ['a']), keyedDigest('two', ['a']));
  t.end();
});

void t.test('the key reveals nothing that went in', (t) => {
  const key = keyedDigest('salt', ['service', 'cf4c655a-0622']);
  t.match(key, /^[\w-]{43}$/);
  t.notMatch(key, /cf4c655a|service/);
  t.end();
});

void t.test('no two different tuples share a key', (t) => {
  const part = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constant(null),
    fc.array(fc.string({ maxLength: 2 }), { maxLength: 3 }),
  );
  const tuple = fc.array(part, { maxLength: 4 });
  fc.assert(
    fc.property(tuple, tuple, (a, b) => {
      const sameInput = JSON.stringify(a) === JSON.stringify(b);
      return sameInput === (keyedDigest('s', a) === keyedDigest('s', b));
    }),
    { numRuns: 2000 },
  );
  t.end();
});
