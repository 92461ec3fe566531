import t from 'tap';
import { LinearPattern } from '../../src/lib/linear-pattern.ts';
import { compileRoutePattern, type RegexMatch, type RoutePattern } from '../../src/lib/route-pattern.ts';
import { SeededRandom } from '../support/random.ts';

const RUNS = Number(process.env.PATTERN_FUZZ_RUNS ?? 25_000);

t.test('the common patterns of routes run natively', (t) => {
  for (const source of [
    '/users/\\d+',
    '/users/(?<id>[^/]+)/orders$',
    '/v(1|2)/.*',
    '/a/(?P<x>[a-z0-9-]+)(/(\\d+))?$',
    '/.*\\.json$',
    '/[\\w-]+/\\d{2,4}/x',
    '/(foo|foobar)/[^/]*',
  ]) {
    t.not(LinearPattern.compile(source), null, source);
  }
  t.end();
});

t.test('patterns that take long in an engine that backtracks are left to RE2, as is all that is not plain', (t) => {
  for (const source of [
    '/(a+)+$',
    '/(a|aa)*b',
    '/.*a.*b',
    '/a*a*b',
    '/\\d+\\d+x',
    '/.*[a-z]+$',
    '/a?a?a?a?a?aaaaa',
    '/a|/b',
    '/(?i)a',
    '/a\\b',
    '/[[:alpha:]]',
    '/\\p{L}',
    '/a{2000}',
    '/a(',
    '/(a)\\1',
    '/(?=a)',
    '/[a&&b]',
    '/(a*)?b',
  ]) {
    t.equal(LinearPattern.compile(source), null, source);
  }
  t.end();
});

t.test('its head and the text behind it are part of all that matches', (t) => {
  const pattern = LinearPattern.compile('/a\\.b/(\\d+)/edit/x?');
  t.equal(pattern?.head, '/a.b/');
  t.equal(pattern?.inner, '/edit/');
  t.equal(LinearPattern.compile('/a/b')?.match('/a/bc')?.matched, '/a/b');
  t.end();
});

t.test(`both engines find the same, with the same groups, for ${RUNS} patterns and texts`, (t) => {
  const random = new SeededRandom(Number(process.env.PATTERN_FUZZ_SEED ?? 1));
  const known = new Map<string, RoutePattern>();
  let [native, found] = [0, 0];
  for (let run = 0; run < RUNS && t.passing(); run++) {
    const source = randomPattern(random);
    const pattern = LinearPattern.compile(source);
    if (pattern === null) continue;
    native++;
    const re2 = known.get(source) ?? compile(source);
    known.set(source, re2);
    for (let number = 0; number < 4; number++) {
      const text = randomText(random);
      const [ours, theirs] = [show(pattern.match(text)), show(re2.matchPrefix(text))];
      if (theirs !== null) found++;
      if (
        theirs !== null &&
        !(text.startsWith(pattern.head) && text.slice(pattern.head.length).includes(pattern.inner))
      ) {
        t.fail(`"${source}" matches "${text}" without "${pattern.head}" and "${pattern.inner}"`);
      }
      if (ours !== theirs) t.equal(ours, theirs, `"${source}" on "${text}"`);
    }
  }
  t.ok(native > RUNS / 4 && found > RUNS / 4, `${native} patterns run natively, ${found} texts match`);
  t.end();
});

t.test('a long text takes no longer per character than a short one', (t) => {
  for (const source of ['/[^/]+/[^/]+/x', '/.*/edit$', '/(a|b|c)+x', '/a+b*c+$', '/.*aaaaaaaaaaaaaaaaaaaab']) {
    const pattern = LinearPattern.compile(source);
    if (pattern === null) continue;
    const time = (length: number): number => {
      const text = `/${'a'.repeat(length)}`;
      const start = process.hrtime.bigint();
      for (let run = 0; run < 20; run++) pattern.match(text);
      return Number(process.hrtime.bigint() - start);
    };
    time(1000);
    const ratio = Math.min(time(40_000), time(40_000)) / Math.max(Math.min(time(4000), time(4000)), 1);
    t.ok(ratio < 50, `${source}: ${ratio.toFixed(1)} times for 10 times the length`);
  }
  t.end();
});

function compile(source: string): RoutePattern {
  const compiled = compileRoutePattern(source);
  if (!compiled.ok) throw new Error(`RE2 refuses "${source}": ${compiled.message}`);
  return compiled.pattern;
}

function show(match: RegexMatch | null): string | null {
  return match === null ? null : JSON.stringify([match.matched, [...match.groups]]);
}

/** Pieces that a route's pattern is made of, and some that are not plain. */
function randomPattern(random: SeededRandom): string {
  let source = '/';
  for (let left = random.below(6); left >= 0; left--) source += randomPiece(random, 2);
  return source + random.pick(['', '', '$', '/']);
}

function randomPiece(random: SeededRandom, depth: number): string {
  const quantifier = random.pick(['', '', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '+?', '*?', '??']);
  if (depth > 0 && random.below(4) === 0) {
    const open = random.pick(['(', '(', '(?:', `(?<n${random.below(100)}>`, `(?P<p${random.below(100)}>`]);
    const branches = Array.from({ length: random.pick([1, 1, 2, 3]) }, () =>
      Array.from({ length: random.below(3) }, () => randomPiece(random, depth - 1)).join(''),
    );
    return `${open}${branches.join('|')})${random.pick(['', '', '', '?', '??', '*'])}`;
  }
  const atom = random.pick([
    'a',
    'a',
    'b',
    'c',
    '/',
    '1',
    '\\.',
    'é',
    '.',
    '\\d',
    '\\w',
    '\\D',
    '\\W',
    '[ab]',
    '[^/]',
    '[^a]',
    '[a-c1]',
    '[\\w-]',
    '[-b]',
    '[^\\d.]',
    '😀',
  ]);
  return atom + quantifier;
}

function randomText(random: SeededRandom): string {
  return `/${Array.from({ length: random.below(9) }, () => random.pick(['a', 'a', 'b', 'c', '/', '1', '2', '.', '-', 'é', '😀', '\n'])).join('')}`;
}
