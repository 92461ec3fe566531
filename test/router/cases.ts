import type { RouterFlavor } from '../../src/router/router.ts';
import type { RouterCase } from '../support/router-cases.ts';

const all: readonly RouterFlavor[] = ['traditional_compatible', 'traditional', 'expressions'];
const compatible: readonly RouterFlavor[] = ['traditional_compatible', 'expressions'];
const traditional: readonly RouterFlavor[] = ['traditional'];
const expressions: readonly RouterFlavor[] = ['expressions'];

type Routes = RouterCase['routes'];
type Request = RouterCase['request'];
type Expected = RouterCase['expect'];

function rule(
  name: string,
  flavors: readonly RouterFlavor[],
  routes: Routes,
  request: Request,
  expect: Expected,
): RouterCase {
  // Ids rise with the index, so that the last of several that tie wins where ids decide.
  const withIds = routes.map((fields, index) => ({
    id: `00000000-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`,
    strip_path: false,
    ...fields,
  }));
  return { name, flavors, entry: 'exec', routes: withIds, request, expect };
}

/** What the page on routing says, one case a rule. */
export const ownCases: readonly RouterCase[] = [
  rule('a prefix knows no segments', all, [{ paths: ['/route'] }], { path: '/routereq' }, { route: 0 }),
  rule('methods are case-sensitive', all, [{ methods: ['GET'] }], { method: 'get' }, { route: null }),
  rule('hosts are case-sensitive', all, [{ hosts: ['x.org'] }], { host: 'X.org' }, { route: null }),
  rule('a wildcard stands for any depth', all, [{ hosts: ['*.x.org'] }], { host: 'a.b.x.org' }, { route: 0 }),
  rule(
    'nothing in place of a leading wildcard',
    compatible,
    [{ hosts: ['*.x.org'] }],
    { host: '.x.org' },
    { route: 0 },
  ),
  rule('something in place of a wildcard', traditional, [{ hosts: ['*.x.org'] }], { host: '.x.org' }, { route: null }),
  rule('no Host fits no host', all, [{ hosts: ['*'] }], { host: '' }, { route: null }),
  rule('a host with a port needs that port', all, [{ hosts: ['x.org:81'] }], { host: 'x.org:82' }, { route: null }),
  rule(
    'the port of the listener fills in',
    compatible,
    [{ hosts: ['x.org:81'] }],
    { host: 'x.org', dst_port: 81 },
    { route: 0 },
  ),
  rule(
    'the default port fills in',
    traditional,
    [{ hosts: ['x.*:443'] }],
    { host: 'x.org', scheme: 'https' },
    { route: 0 },
  ),
  rule(
    'a host with a port goes first',
    traditional,
    [{ hosts: ['x.org:81'] }, { hosts: ['x.org'] }],
    { host: 'x.org:81' },
    { route: 0 },
  ),
  rule(
    'a host with a port ranks no better',
    compatible,
    [{ hosts: ['x.org:81'] }, { hosts: ['x.org'] }],
    { host: 'x.org:81' },
    { route: 1 },
  ),
  rule('brackets stay', compatible, [{ hosts: ['[::1]'] }], { host: '[::1]:81' }, { route: null }),
  rule('brackets go', traditional, [{ hosts: ['::1'] }], { host: '[::1]:81' }, { route: 0 }),
  rule('only the first alternative is anchored', compatible, [{ paths: ['~/a|/b'] }], { path: '/x/b' }, { route: 0 }),
  rule('all alternatives are anchored', traditional, [{ paths: ['~/a|/b'] }], { path: '/x/b' }, { route: null }),
  rule('a regular expression need not reach the end', all, [{ paths: ['~/a/\\d'] }], { path: '/a/12' }, { route: 0 }),
  rule(
    'it meets the decoded path',
    all,
    [{ paths: ['~/users/\\w+ \\w+$'] }],
    { path: '/users/john%20doe' },
    { route: 0 },
  ),
  rule('a slash that is escaped stays so', all, [{ paths: ['/a%2Fb'] }], { path: '/a%2fb' }, { route: 0 }),
  rule('names of headers: _ is -', all, [{ headers: { x_a: ['1'] } }], { headers: { 'X-A': '1' } }, { route: 0 }),
  rule(
    'values of headers ignore case',
    all,
    [{ headers: { 'x-a': ['One'] } }],
    { headers: { 'x-a': 'oNE' } },
    { route: 0 },
  ),
  rule(
    'any occurrence will do',
    all,
    [{ headers: { 'x-a': ['2'] } }],
    { headers: { 'x-a': ['1', '2'] } },
    { route: 0 },
  ),
  rule('a comma makes no list', all, [{ headers: { 'x-a': ['1'] } }], { headers: { 'x-a': '1, 2' } }, { route: null }),
  rule('all names must match', all, [{ headers: { a: ['1'], b: ['1'] } }], { headers: { a: '1' } }, { route: null }),
  rule(
    'the pattern is lower-cased too',
    compatible,
    [{ headers: { a: ['~*^\\D$'] } }],
    { headers: { a: '1' } },
    { route: 0 },
  ),
  rule(
    'the pattern is as it is',
    traditional,
    [{ headers: { a: ['~*^\\D$'] } }],
    { headers: { a: '1' } },
    { route: null },
  ),
  rule(
    '~* counts among others',
    compatible,
    [{ headers: { a: ['~*^x', 'b'] } }],
    { headers: { a: 'xy' } },
    { route: 0 },
  ),
  rule('~* counts alone', traditional, [{ headers: { a: ['~*^x', 'b'] } }], { headers: { a: 'xy' } }, { route: null }),
  rule('snis wait for https', compatible, [{ snis: ['x.org'] }], { scheme: 'http' }, { route: 0 }),
  rule('snis count on https', all, [{ snis: ['x.org'] }], { scheme: 'https', sni: 'y.org' }, { route: null }),
  rule('snis have wildcards', compatible, [{ snis: ['*.x.org.'] }], { scheme: 'https', sni: 'a.x.org' }, { route: 0 }),
  rule(
    'snis have no wildcards',
    traditional,
    [{ snis: ['*.x.org'] }],
    { scheme: 'https', sni: 'a.x.org' },
    { route: null },
  ),
  rule(
    'a source in a range',
    compatible,
    [{ sources: [{ ip: '10.1.2.3/8', port: null }] }],
    { src_ip: '10.9.9.9' },
    { route: 0 },
  ),
  rule(
    'address and port of one entry',
    compatible,
    [{ destinations: [{ ip: '10.0.0.1', port: 81 }] }],
    { dst_ip: '10.0.0.1', dst_port: 82 },
    { route: null },
  ),
  rule(
    'more attributes first',
    all,
    [{ paths: ['/a'], methods: ['GET'] }, { paths: ['/a/b/c'] }],
    { path: '/a/b/c' },
    { route: 0 },
  ),
  rule(
    'plain hosts first',
    all,
    [{ hosts: ['x.org'] }, { hosts: ['*.org', 'x.org'] }],
    { host: 'x.org' },
    { route: 0 },
  ),
  rule(
    'more headers first',
    all,
    [{ headers: { a: ['1'], b: ['1'] } }, { headers: { a: ['1'] } }],
    { headers: { a: '1', b: '1' } },
    { route: 0 },
  ),
  rule(
    'a regular expression before a longer prefix',
    all,
    [{ paths: ['~/a'] }, { paths: ['/a/b'] }],
    { path: '/a/b' },
    { route: 0 },
  ),
  rule(
    'regex_priority decides',
    all,
    [
      { paths: ['~/a'], regex_priority: 2 },
      { paths: ['~/a/b'], regex_priority: 1 },
    ],
    { path: '/a/b' },
    { route: 0 },
  ),
  rule(
    'regex_priority of a prefix is nothing',
    all,
    [{ paths: ['/a'], regex_priority: 9 }, { paths: ['/a/b'] }],
    { path: '/a/b' },
    { route: 1 },
  ),
  rule('the longer prefix first', all, [{ paths: ['/a/b'] }, { paths: ['/a'] }], { path: '/a/b' }, { route: 0 }),
  rule(
    'paths of one route rank apart',
    all,
    [{ paths: ['/a', '/a/b/c'] }, { paths: ['/a/b'] }],
    { path: '/a/b/c' },
    { route: 0 },
  ),
  rule('the greater id wins', compatible, [{ paths: ['/a'] }, { paths: ['/a'] }], { path: '/a' }, { route: 1 }),
  rule(
    'the older wins',
    traditional,
    [
      { paths: ['/a'], created_at: 2 },
      { paths: ['/a'], created_at: 1 },
    ],
    { path: '/a' },
    { route: 1 },
  ),
  rule(
    'host before path',
    traditional,
    [{ paths: ['/a'] }, { hosts: ['x.org'] }],
    { host: 'x.org', path: '/a' },
    { route: 1 },
  ),
  rule(
    'captures by number and name',
    all,
    [{ paths: ['~/(?<a>\\w+)/(\\d+)?'] }],
    { path: '/x/' },
    { route: 0, captures: { 0: '/x/', 1: 'x', a: 'x', 2: null } },
  ),
  rule('a whole match is no capture', all, [{ paths: ['~/a.c'] }], { path: '/abc' }, { route: 0, captures: null }),
  rule(
    'groups of headers are captures',
    compatible,
    [{ headers: { a: ['~*v(?<n>\\d)'] } }],
    { headers: { a: 'V7' } },
    { route: 0, captures: { 0: 'v7', 1: '7', n: '7' } },
  ),
  rule(
    'what matched is stripped',
    all,
    [{ paths: ['~/a/\\d+'], strip_path: true, service: { path: '/s' } }],
    { path: '/a/12/b' },
    { prefix: '/a/12', upstream_uri: '/s/b' },
  ),
  rule(
    'v1 joins as it is',
    traditional,
    [{ paths: ['/a'], strip_path: true, path_handling: 'v1', service: { path: '/s' } }],
    { path: '/ab' },
    { upstream_uri: '/sb' },
  ),
  rule(
    'v1 is v0',
    compatible,
    [{ paths: ['/a'], strip_path: true, path_handling: 'v1', service: { path: '/s' } }],
    { path: '/ab' },
    { upstream_uri: '/s/b' },
  ),
  rule(
    'the higher priority first',
    expressions,
    [
      { expression: 'http.path ^= "/a"', priority: 2 },
      { expression: 'http.path ^= "/"', priority: 1 },
    ],
    { path: '/a' },
    { route: 0 },
  ),
  rule(
    'expressions before attributes',
    expressions,
    [
      { expression: 'http.path ^= "/"', priority: 0 },
      { paths: ['/a'], methods: ['GET'], hosts: ['x.org'] },
    ],
    { host: 'x.org', path: '/a' },
    { route: 0 },
  ),
  rule(
    'protocols take part',
    expressions,
    [{ paths: ['/a'], protocols: ['http'] }],
    { scheme: 'https', path: '/a' },
    { route: null },
  ),
  rule(
    'https alone leaves room for a redirect',
    expressions,
    [{ paths: ['/a'], protocols: ['https'] }],
    { scheme: 'http', path: '/a' },
    { route: 0 },
  ),
  rule(
    'protocols restrict all of an expression, as || binds tighter than &&',
    expressions,
    [{ expression: 'http.path == "/a" || http.path == "/b"', protocols: ['http'] }],
    { scheme: 'https', path: '/a' },
    { route: null },
  ),
  rule(
    'a prefix of an expression is stripped',
    expressions,
    [{ expression: 'http.path ^= "/a" && http.method == "GET"', strip_path: true }],
    { path: '/a/b' },
    { prefix: '/a' },
  ),
  rule(
    'an expression that does not compile is left out',
    expressions,
    [{ expression: 'http.path ^ "/"' }],
    { path: '/a' },
    { route: null },
  ),
  rule('a pattern that does not compile is left out', all, [{ paths: ['~/a('] }], { path: '/a' }, { route: null }),
  rule('a route that says nothing is left out', all, [{}], { path: '/a' }, { route: null }),
];
