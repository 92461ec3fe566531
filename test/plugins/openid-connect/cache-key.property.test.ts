import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { type TokenKeyInputs, tokenCacheKey } from '../../../src/plugins/openid-connect/token-cache-key.ts';
import { SeededRandom } from '../../support/random.ts';

/** `CACHE_KEY_RUNS=1000000` for the long run. */
const tuples = Number(process.env.CACHE_KEY_RUNS ?? 50_000);

const text = fc.string({ maxLength: 12 });
const pairs = fc.array(fc.tuple(text, text), { maxLength: 3 });
const inputs: fc.Arbitrary<TokenKeyInputs> = fc.record({
  grant: fc.constantFrom('client_credentials', 'password', 'refresh_token'),
  issuerId: text,
  issuer: text,
  endpoint: text,
  client: fc.array(text, { minLength: 3, maxLength: 6 }),
  parameters: pairs,
  extras: pairs,
  headers: pairs,
  rules: text,
});

/** What the key is said to depend on: everything, except the order of arguments with different names. */
function canonical(salt: string, one: TokenKeyInputs): string {
  const sorted = (list: readonly (readonly [string, string])[]) =>
    list.toSorted(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1));
  const { grant, issuerId, issuer, endpoint, client, parameters, extras, headers, rules } = one;
  const lists = [sorted(parameters), sorted(extras), sorted(headers)];
  return JSON.stringify([salt, grant, issuerId, issuer, endpoint, client, lists, rules]);
}

t.test('a change of any one input is another key', (t) => {
  const names = [
    'grant',
    'issuerId',
    'issuer',
    'endpoint',
    'client',
    'parameters',
    'extras',
    'headers',
    'rules',
  ] as const;
  for (const name of names) {
    fc.assert(
      fc.property(text, inputs, inputs, (salt, one, other) => {
        const changed = { ...one, [name]: other[name] };
        const isSame = canonical(salt, one) === canonical(salt, changed);
        return isSame === (tokenCacheKey(salt, one) === tokenCacheKey(salt, changed));
      }),
      { numRuns: 300 },
    );
    t.pass(name);
  }
  fc.assert(
    fc.property(text, text, inputs, (a, b, one) => (a === b) === (tokenCacheKey(a, one) === tokenCacheKey(b, one))),
  );
  t.end();
});

t.test('each part of a list counts: id, secret, place of the own client, certificate, name and value', (t) => {
  const changedAt = (list: readonly string[], at: number) =>
    list.map((part, index) => (index === at ? `${part}!` : part));
  fc.assert(
    fc.property(inputs, (one) => {
      const key = tokenCacheKey('salt', one);
      const others: TokenKeyInputs[] = one.client.map((_, at) => ({ ...one, client: changedAt(one.client, at) }));
      for (const name of ['parameters', 'extras', 'headers'] as const) {
        one[name].forEach((_, at) => {
          const alter = (part: 0 | 1) =>
            one[name].map(([n, v], index): [string, string] =>
              index !== at ? [n, v] : part === 0 ? [`${n}!`, v] : [n, `${v}!`],
            );
          others.push({ ...one, [name]: alter(0) }, { ...one, [name]: alter(1) });
        });
      }
      return others.every((other) => tokenCacheKey('salt', other) !== key);
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test('the order in which arguments are configured does not count, that of repeated ones does', (t) => {
  const one: TokenKeyInputs = {
    ...{ grant: 'g', issuerId: 'i', issuer: 'u', endpoint: 'e', client: ['m', 'id', 's'], parameters: [], headers: [] },
    extras: [
      ['a', '1'],
      ['b', '2'],
    ],
    rules: '',
  };
  t.equal(tokenCacheKey('s', one), tokenCacheKey('s', { ...one, extras: one.extras.toReversed() }));
  const twice = (...values: string[]) => ({ ...one, extras: values.map((value): [string, string] => ['a', value]) });
  t.not(tokenCacheKey('s', twice('1', '2')), tokenCacheKey('s', twice('2', '1')));
  t.end();
});

t.test(`no two of ${tuples} tuples share a key, though most differ by where a character stands`, (t) => {
  const random = new SeededRandom(5);
  const seen = new Map<string, string>();
  let collisions = 0;
  for (let count = 0; count < tuples; count++) {
    const one = nearby(random);
    const key = tokenCacheKey('salt', one);
    const expected = createHash('sha256').update(canonical('salt', one)).digest('base64').slice(0, 22);
    const known = seen.get(key);
    if (known !== undefined && known !== expected) collisions += 1;
    seen.set(key, expected);
  }
  t.equal(collisions, 0);
  t.ok(seen.size > tuples * 0.9, `${seen.size} of them were different`);
  t.end();
});

/** One text cut at random into all fields: a neighbour has the same characters, cut elsewhere. */
function nearby(random: SeededRandom): TokenKeyInputs {
  const all = 'ab1:0;s3cretn;l2;aa=b&c';
  const cuts = Array.from({ length: 13 }, () => random.below(all.length + 1)).sort((a, b) => a - b);
  const part = (at: number): string => all.slice(cuts[at - 1] ?? 0, cuts[at] ?? all.length);
  const client = random.below(2) === 0 ? [part(4), part(5), part(6)] : [part(4), part(5) + part(6)];
  return {
    grant: part(0),
    issuerId: part(1),
    issuer: part(2),
    endpoint: part(3),
    client,
    parameters: [[part(7), part(8)]],
    extras: random.below(2) === 0 ? [[part(9), part(10)]] : [],
    headers: [[part(11), part(12)]],
    rules: part(13),
  };
}
