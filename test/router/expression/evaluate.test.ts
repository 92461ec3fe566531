import t from 'tap';
import { compileRoutePattern } from '../../../src/lib/route-pattern.ts';
import { compileExpression } from '../../../src/router/expression/compile-expression.ts';
import { ExpressionFacts } from '../../../src/router/expression/expression-facts.ts';
import { parseExpression } from '../../../src/router/expression/parse-expression.ts';
import type { RouterRequest } from '../../../src/router/router.ts';
import { tryExpression } from './requests.ts';

const holds = (text: string, parts: Partial<RouterRequest> = {}): boolean => tryExpression(text, parts) !== null;

t.test('texts compare with every operator, case by case', async (t) => {
  const path = '/Orders/7';
  t.ok(holds('http.path == "/Orders/7"', { path }));
  t.notOk(holds('http.path == "/orders/7"', { path }));
  t.ok(holds('lower(http.path) == "/orders/7"', { path }));
  t.ok(holds('http.path != "/orders/7"', { path }));
  t.ok(holds('http.path ^= "/Ord"', { path }));
  t.ok(holds('http.path =^ "/7"', { path }));
  t.ok(holds('http.path contains "ers"', { path }));
  t.ok(holds(String.raw`http.path ~ r#"\d$"#`, { path }), 'a regular expression matches anywhere');
  t.notOk(holds(String.raw`http.path ~ r#"^\d"#`, { path }));
});

t.test('"||" binds tighter than "&&", as in Kong', async (t) => {
  const text = 'http.method == "GET" && http.path ^= "/a" || http.path ^= "/b"';
  t.ok(holds(text, { path: '/b' }));
  t.notOk(holds(text, { path: '/b', method: 'POST' }), 'otherwise the last alternative alone would do');
});

t.test('all values of a repeated header or argument must match, or any if that is asked for', async (t) => {
  const rawHeaders = ['X-Tag', 'a', 'x_tag', 'b'];
  t.notOk(holds('http.headers.x_tag == "a"', { rawHeaders }));
  t.ok(holds('any(http.headers.x_tag) == "b"', { rawHeaders }));
  t.ok(holds('http.headers.X_Tag ~ "[ab]"', { rawHeaders }));
  t.ok(holds('http.headers.x_tag != "c"', { rawHeaders }));
  t.notOk(holds('any(http.queries.v) == "3"', { query: 'v=1&v=2' }));
  t.ok(holds('any(http.queries.v) == "2"', { query: 'v=1&v=2' }));
  t.notOk(holds('http.queries.v == "2"', { query: 'v=1&v=2' }));
});

t.test('what a request does not have fulfils no condition', async (t) => {
  for (const operator of ['==', '!=', '^=', '=^', 'contains', '~']) {
    t.notOk(holds(`http.headers.x_tag ${operator} ""`), `header ${operator}`);
    t.notOk(holds(`any(http.queries.v) ${operator} ""`), `argument ${operator}`);
    t.notOk(holds(`tls.sni ${operator} ""`), `sni ${operator}`);
  }
  t.notOk(holds('http.host != "x"', { host: '' }));
  t.notOk(holds('net.src.port >= 0', { sourcePort: null }));
  t.notOk(holds('net.src.ip not in 10.0.0.0/8', { sourceIp: null }));
  t.ok(holds('!(http.headers.x_tag == "a")'), 'and so its negation');
});

t.test('arguments are decoded, and one without value is empty', async (t) => {
  t.ok(holds('http.queries.q == "a b/c"', { query: 'q=a+b%2Fc' }));
  t.ok(holds('http.queries.q == ""', { query: 'q' }));
  t.ok(holds('http.queries.q == ""', { query: 'x=1&q=' }));
  t.ok(holds('http.queries.q == "a=b"', { query: 'q=a=b' }));
  t.ok(holds('http.queries.q == "%zz"', { query: 'q=%zz' }), 'a broken escape stays');
  t.ok(holds('http.queries.q == "é"', { query: 'q=%C3%A9' }));
  t.notOk(holds('http.queries.Q == "1"', { query: 'q=1' }));
});

t.test('a value that is not UTF-8 matches nothing, not even a negation', async (t) => {
  t.notOk(holds('http.queries.q != "a"', { query: 'q=%E9' }));
  t.notOk(holds('!(http.queries.q == "a")', { query: 'q=%E9' }));
  t.notOk(holds('!(http.headers.x == "a")', { rawHeaders: ['x', '\xe9'] }));
  t.ok(holds('http.headers.x == "é"', { rawHeaders: ['x', '\xc3\xa9'] }), 'bytes of a header are UTF-8');
});

t.test('segments of the path count from 0, without empty ones at the end', async (t) => {
  const path = '/a/b/c/';
  t.ok(holds('http.path.segments.0 == "a" && http.path.segments.2 == "c"', { path }));
  t.ok(holds('http.path.segments.1_2 == "b/c"', { path }));
  t.ok(holds('http.path.segments.len == 3', { path }));
  t.notOk(holds('http.path.segments.3 == ""', { path }));
  t.notOk(holds('http.path.segments.1_3 ^= "b"', { path }));
  t.ok(holds('http.path.segments.len == 0', { path: '/' }));
});

t.test('addresses and ports', async (t) => {
  t.ok(holds('net.src.ip in 10.0.0.0/8 && net.src.ip not in 10.2.0.0/16'));
  t.ok(holds('net.src.ip == 10.1.2.3 && net.dst.ip != 10.1.2.3'));
  t.ok(holds('net.src.ip in 2001:db8::/32', { sourceIp: '2001:db8::7' }));
  t.notOk(holds('net.src.ip in ::/0'));
  t.ok(holds('net.src.port > 39999 && net.src.port <= 0x9c40 && net.src.port >= 0116100'));
  t.ok(holds('net.dst.port == 8000'));
  t.ok(holds('net.port == 8000'), 'the older name');
  t.ok(holds('net.dst.port == 80 && http.host == "a.example"', { host: 'a.example:80' }), 'a port in Host counts');
});

t.test('protocol and server name', async (t) => {
  t.ok(holds('net.protocol == "https" && tls.sni =^ ".example"', { scheme: 'https', sni: 'a.example' }));
});

t.test('the last true condition on the path says what strip_path takes away', async (t) => {
  const path = '/a/7/b';
  const prefixOf = (text: string): string | null | undefined => tryExpression(text, { path })?.pathPrefix;
  t.equal(prefixOf('http.path ^= "/a"'), '/a');
  t.equal(prefixOf('http.path == "/a/7/b"'), '/a/7/b');
  t.equal(prefixOf('http.path =^ "/b"'), '/b');
  t.equal(prefixOf('http.path ^= "/a/7" && http.path ^= "/a"'), '/a');
  t.equal(prefixOf(String.raw`http.path ~ r#"^/a/\d"#`), '/a/7');
  t.equal(prefixOf('http.path contains "7" && http.path != "/"'), null);
  t.equal(prefixOf('http.method == "GET"'), null);
  t.equal(prefixOf('(http.path ^= "/a/7" && http.method == "PUT") || http.method == "GET"'), '/a/7');
});

t.test('groups of all regular expressions are captures; without groups there are none', async (t) => {
  const capturesOf = (text: string): Record<string, string> | null => {
    const { captures = null } = tryExpression(text, { path: '/u/7', rawHeaders: ['x-team', 'blue'] }) ?? {};
    return captures === null ? null : Object.fromEntries(captures);
  };
  t.equal(capturesOf('http.path ~ "^/u"'), null);
  t.same(capturesOf('http.path ~ "^/u/(?<id>[0-9])"'), { '0': '/u/7', '1': '7', id: '7' });
  t.same(capturesOf('http.path ~ "/(?P<id>[0-9])" && http.headers.x_team ~ "b(l)"'), {
    '0': 'bl',
    '1': 'l',
    id: '7',
  });
  t.same(capturesOf('http.path ~ "/u/(7)|(8)"'), { '0': '/u/7', '1': '7' }, 'a group that took no part is missing');
});

t.test('an expression of a stream is tried on a connection', async (t) => {
  const read = parseExpression('net.protocol == "tls" && tls.sni == "a.example" && net.dst.port == 9000', 'stream');
  if (!read.ok) throw new Error(read.problem.message);
  const expression = compileExpression(read.expression);
  const connection = { protocol: 'tls', sourceIp: null, sourcePort: null, destinationIp: null, destinationPort: 9000 };
  t.ok(expression.match(ExpressionFacts.ofConnection({ ...connection, sni: 'a.example' })));
  t.notOk(expression.match(ExpressionFacts.ofConnection({ ...connection, sni: null })));
});

t.test('what an expression requires is known where it is certain', async (t) => {
  const requires = (text: string): unknown => {
    const read = parseExpression(text, 'http');
    return read.ok ? compileExpression(read.expression).requirements : null;
  };
  t.same(requires('http.host == "a" && http.path ^= "/x" && http.method == "GET"'), {
    methods: ['GET'],
    hosts: ['a'],
    pathPrefixes: ['/x'],
  });
  t.same(requires('http.host == "a" || http.host == "b"'), { methods: null, hosts: ['a', 'b'], pathPrefixes: null });
  t.same(requires('http.host == "a" || http.path == "/"'), { methods: null, hosts: null, pathPrefixes: null });
  t.same(requires('http.host == "a" && http.host == "b"'), { methods: null, hosts: [], pathPrefixes: null });
  t.same(requires('http.path ^= "/" && http.path == "/x"'), { methods: null, hosts: null, pathPrefixes: ['/x'] });
  t.same(requires('http.path ~ "^/users?/x"'), { methods: null, hosts: null, pathPrefixes: ['/user'] });
  t.same(requires('http.path ~ "/users"'), { methods: null, hosts: null, pathPrefixes: null });
  t.same(requires('!(http.host == "a") && lower(http.method) == "get"'), {
    methods: null,
    hosts: null,
    pathPrefixes: null,
  });
});

t.test('an anchored regular expression finds what the general engine finds', async (t) => {
  const patterns = [
    '^/a',
    '^/a|b',
    '^/a/(?<id>[0-9]+)',
    '^(/a|/b)/',
    '^/a/?$',
    '^',
    '^^/a',
    '^/a/.*c$',
    '^*/a',
    '^+/a',
    '^?/b',
  ];
  for (const source of patterns) {
    const compiled = compileRoutePattern(source);
    if (!compiled.ok) continue;
    for (const path of ['/a', '/b', '/a/12', '/x/b', '/a/c', '/a/7/c', '/']) {
      const [found, expected] = [tryExpression(`http.path ~ r#"${source}"#`, { path }), compiled.pattern.find(path)];
      t.equal(found?.pathPrefix ?? null, expected?.matched ?? null, `${source} on ${path}`);
      t.same(
        [...(found?.captures ?? [])].filter(([name]) => name !== '0'),
        [...(expected?.groups ?? [])],
      );
    }
  }
});
