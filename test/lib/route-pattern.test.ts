import t from 'tap';
import { compileRoutePattern, type RoutePattern } from '../../src/lib/route-pattern.ts';

function compile(source: string): RoutePattern {
  const compiled = compileRoutePattern(source);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.pattern;
}

function whyNot(source: string): string {
  const compiled = compileRoutePattern(source);
  return compiled.ok ? 'it compiles' : compiled.message;
}

t.test('a path pattern matches from the start and need not reach the end', (t) => {
  const pattern = compile('/users/\\d+');
  t.equal(pattern.matchPrefix('/users/12/orders')?.matched, '/users/12');
  t.equal(pattern.matchPrefix('/x/users/12'), null);
  t.end();
});

t.test('groups are found by number and by name, in both spellings', (t) => {
  for (const source of ['/(?<kind>[a-z]+)/(\\d+)?', '/(?P<kind>[a-z]+)/(\\d+)?']) {
    const match = compile(source).matchPrefix('/users/7');
    t.same(
      [...(match?.groups ?? [])],
      [
        ['1', 'users'],
        ['2', '7'],
        ['kind', 'users'],
      ],
    );
  }
  t.same([...(compile('/a(b)?').matchPrefix('/a')?.groups ?? [])], [], 'a group that took no part is missing');
  t.end();
});

t.test('only the first alternative is anchored, as in Kong', (t) => {
  t.equal(compile('/a|/b').matchPrefix('/x/b')?.matched, '/b');
  t.equal(compile('/a|/b').matchPrefix('/x/a'), null);
  t.end();
});

t.test('a header pattern matches anywhere', (t) => {
  t.ok(compile('v[12]').test('version v2'));
  t.notOk(compile('^v[12]$').test('version v2'));
  t.end();
});

t.test('a pattern that does not compile says why', (t) => {
  t.equal(whyNot('/a('), 'missing closing ): "/a("');
  t.equal(whyNot('/a(?=b)'), 'look-around and atomic groups are not supported');
  t.equal(whyNot('(a)\\1'), 'back-references are not supported');
  t.end();
});
