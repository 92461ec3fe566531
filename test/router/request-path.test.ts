import fc from 'fast-check';
import t from 'tap';
import { escapePath, normalizePath, parseRequestTarget, type RequestPath } from '../../src/router/request-path.ts';

function parse(target: string): RequestPath {
  const parsed = parseRequestTarget(target);
  if (typeof parsed === 'string') throw new Error(`${target}: ${parsed}`);
  return parsed;
}

const NORMAL: readonly (readonly [string, string])[] = [
  ['/plain/path', '/plain/path'],
  ['/a/./b/../c', '/a/c'],
  ['/../../x', '/x'],
  ['//a///b', '/a/b'],
  ['/a/..', '/'],
  ['/a/b/.', '/a/b/'],
  ['/a%2fb', '/a%2Fb'],
  ['/%61%62', '/ab'],
  ['/%2e%2e/x', '/x'],
  ['/a%20b', '/a b'],
  ['/caf%C3%A9', '/café'],
  ['/a%2525', '/a%2525'],
  ['/end/', '/end/'],
  ['/a..b/.c', '/a..b/.c'],
];

for (const [raw, expected] of NORMAL) {
  void t.test(`the normal form of ${raw} is ${expected}`, async (t) => {
    t.equal(normalizePath(raw), expected);
  });
}

void t.test('a path that is not UTF-8 has no normal form', async (t) => {
  t.equal(parseRequestTarget('/%ff%fe'), 'not UTF-8');
});

void t.test('broken escapes and NUL are refused, since an upstream may read them otherwise', async (t) => {
  for (const target of ['/100%', '/%zz', '/%%36%31', '/a%00b', '/%6'])
    t.equal(parseRequestTarget(target), 'bad escape', target);
  t.match(parseRequestTarget('/ok?100%'), { path: '/ok' }, 'the query is not ours to judge');
});

void t.test('the query is kept as it came, the lone question mark too', async (t) => {
  t.equal(parse('/x?').search, '?');
  t.equal(parse('/x?a=%20&b=/../').search, '?a=%20&b=/../');
});

void t.test('a plain path is recognised and left alone', async (t) => {
  t.match(parseRequestTarget('/anything/1.json'), { path: '/anything/1.json', isPlain: true });
  t.match(parseRequestTarget('/a/../b'), { path: '/b', isPlain: false });
});

void t.test('normalising twice changes nothing, and no dot segment or double slash is left', async () => {
  const segment = fc.stringMatching(/^[a-z.%0-9A-F/]{0,8}$/);
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
      const parsed = parseRequestTarget(`/${segments.join('/')}`);
      if (typeof parsed === 'string') return true;
      const again = normalizePath(escapePath(parsed.path));
      return again === parsed.path && !/\/\/|\/\.\.?(\/|$)/.test(parsed.path);
    }),
    { numRuns: 2000 },
  );
});
