import fc from 'fast-check';
import t from 'tap';
import { type Argument, readFormArguments } from '../../src/admin/body/arguments.ts';
import { nestArguments } from '../../src/admin/body/nest-arguments.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { refusalOf } from '../support/refusal-of.ts';

/** How names of arguments nest, by the cases of Kong's own tests and the rules of its decoder. */
const nested: readonly (readonly [what: string, list: readonly Argument[], result: JsonObject])[] = [
  [
    'texts stay texts',
    [
      ['x', 'true'],
      ['y', '10'],
      ['z', ''],
    ],
    { x: 'true', y: '10', z: '' },
  ],
  ['brackets make a list', [['x[]', 'a']], { x: ['a'] }],
  ['a position counts from 1', [['x[1]', 'a']], { x: ['a'] }],
  [
    'a list may begin at 0',
    [
      ['x[0]', 'a'],
      ['x[1]', 'b'],
    ],
    { x: ['a', 'b'] },
  ],
  [
    'gaps are closed',
    [
      ['x[3]', 'c'],
      ['x[1]', 'a'],
    ],
    { x: ['a', 'c'] },
  ],
  ['a far position takes no room', [['x[999999999]', 'a']], { x: ['a'] }],
  [
    'a name twice makes a list',
    [
      ['x', 'a'],
      ['x', 'b'],
    ],
    { x: ['a', 'b'] },
  ],
  [
    'lists of lists',
    [
      ['x[1][1]', 'a'],
      ['x[2][1]', 'b'],
    ],
    { x: [['a'], ['b']] },
  ],
  ['lists of lists without positions', [['key[][]', 'value']], { key: [['value']] }],
  ['positions within positions', [['key[5][4].key', 'value']], { key: [[{ key: 'value' }]] }],
  [
    'dots make records',
    [
      ['a.b.c', 'x'],
      ['a.b.d', 'y'],
    ],
    { a: { b: { c: 'x', d: 'y' } } },
  ],
  ['keys in brackets make maps', [['x[a][b][c]', '1']], { x: { a: { b: { c: '1' } } } }],
  ['a dot in brackets belongs to the key', [['a.b[test.key]', 'd']], { a: { b: { 'test.key': 'd' } } }],
  [
    'brackets encoded twice',
    [
      ['a%5Bb%5D', 'x'],
      ['c%5B%5D', 'y'],
      ['d%5b1%5d', 'z'],
    ],
    { a: { b: 'x' }, c: ['y'], d: ['z'] },
  ],
  ['a bracket within encoded ones', [['a%5Bescaped%5B_k%5D', 'v']], { a: { 'escaped%5B_k': 'v' } }],
  ['an encoded key with a dot, and more', [['a%5Bx.k%5D.nested', 'w']], { a: { 'x.k': { nested: 'w' } } }],
  [
    'records in lists',
    [
      ['a[1].b', 'x'],
      ['a[1].c', 'y'],
      ['a[2].b', 'z'],
    ],
    { a: [{ b: 'x', c: 'y' }, { b: 'z' }] },
  ],
  [
    'records in a list without positions are one',
    [
      ['a[].b', 'x'],
      ['a[].c', 'y'],
    ],
    { a: [{ b: 'x', c: 'y' }] },
  ],
  ['lists in maps', [['a[m][1].b', 'x']], { a: { m: [{ b: 'x' }] } }],
  ['everything at once', [['x.r[1].s[a][2].t[b].u', 'v']], { x: { r: [{ s: { a: [{ t: { b: { u: 'v' } } }] } }] } }],
  ['a name that begins with a bracket', [['[5][1][4].key', 'v']], { '[5]': [[{ key: 'v' }]] }],
  ['a name that begins with brackets and is a map', [['[5][foo]', 'v']], { '[5]': { foo: 'v' } }],
  [
    'names of dots',
    [
      ['.', 'a'],
      ['..x', 'b'],
      ['y.', 'c'],
    ],
    { '.': 'a', '..x': 'b', 'y.': 'c' },
  ],
  ['a bracket that is not closed', [['a[b', 'x']], { 'a[b': 'x' }],
  [
    'two forms of one list',
    [
      ['p', '/a'],
      ['p[]', '/b'],
    ],
    { p: ['/a', '/b'] },
  ],
  ['a name alone', [['x', true]], { x: true }],
];

t.test('names of arguments nest as in Kong', (t) => {
  for (const [what, list, result] of nested) t.strictSame(nestArguments(list), result, what);
  t.end();
});

t.test('an argument that is both a value and a record is refused', (t) => {
  const list: readonly Argument[] = [
    ['a', '1'],
    ['a.b', '2'],
  ];
  t.strictSame(
    refusalOf(() => nestArguments(list)),
    {
      status: 400,
      message: 'argument "a" is given as a value and as a record',
    },
  );
  t.end();
});

t.test('forms are decoded as by nginx', (t) => {
  t.strictSame(readFormArguments(Buffer.from('a=1+2&b=%E5%86%86&c&=x&d=&e=100%&f=%zz%41')), [
    ['a', '1 2'],
    ['b', '円'],
    ['c', true],
    ['d', ''],
    ['e', '100%'],
    ['f', '%zzA'],
  ]);
  t.equal(refusalOf(() => readFormArguments(Buffer.from('a=%ff'))).status, 400);
  t.equal(refusalOf(() => readFormArguments(Buffer.from([0x61, 0x3d, 0xff]))).status, 400);
  t.equal(readFormArguments(Buffer.from(Array(1000).fill('a=1').join('&'))).length, 1000);
  t.strictSame(
    refusalOf(() => readFormArguments(Buffer.from(Array(1001).fill('a=1').join('&')))),
    {
      status: 400,
      message: 'Too many arguments',
    },
  );
  t.end();
});

t.test('what is encoded is what is decoded', (t) => {
  const key = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,8}$/);
  const leaf = fc.string({ unit: 'binary', maxLength: 8 });
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.dictionary(key, tie('tree'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 3, noNullPrototype: true }), (fields) => {
      const text = encode(fields);
      t.strictSame(nestArguments(readFormArguments(Buffer.from(text))), fields);
    }),
    { numRuns: 300 },
  );
  t.end();
});

/** A value as arguments of a form, each list by its positions. */
function encode(fields: JsonObject): string {
  return argumentsOf(fields, '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

function argumentsOf(value: JsonValue, name: string): readonly (readonly [string, string])[] {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).flatMap((item, index) => argumentsOf(item, `${name}[${index + 1}]`));
  }
  if (!isJsonObject(value)) return [[name, typeof value === 'string' ? value : '']];
  return Object.entries(value).flatMap(([key, item]) => argumentsOf(item, name === '' ? key : `${name}.${key}`));
}
