import t from 'tap';
import { type Inspection, inspectConfig } from '../../src/config/load-config.ts';
import { backtrackingPart } from '../../src/lint/regex-shape.ts';
import { kongPriority } from '../../src/router/kong-priority.ts';
import { headOfRegex } from '../../src/router/regex-head.ts';
import { activateRules } from '../../src/lint/rule-settings.ts';
import { lintRules } from '../../src/lint/rules/index.ts';
import { runRules } from '../../src/lint/run-rules.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

type Fields = Readonly<Record<string, unknown>>;

function inspect(routes: readonly Fields[]): Inspection {
  const config = { _format_version: '3.0', services: [{ name: 's', url: 'https://s.internal' }] };
  const text = JSON.stringify({
    ...config,
    routes: routes.map((route) => ({ service: 's', strip_path: false, ...route })),
  });
  return inspectConfig([{ name: 'kong.json', text }], { catalog: pluginCatalog, now: 0 });
}

/** `rule of route`, for the rules about the order of routes. */
function lint(...routes: readonly Fields[]): readonly string[] {
  const { diagnostics } = runRules(inspect(routes), activateRules(lintRules, new Map()), 0);
  const about = ['lint/unreachable-route', 'lint/tied-routes'];
  return diagnostics
    .filter(({ code }) => about.includes(code))
    .map(({ code, entity }) => `${code.slice(5)} of ${entity?.name ?? '?'}`);
}

const unreachable: Readonly<Record<string, readonly [Fields, Fields, boolean]>> = {
  'a regular expression that is a text covers longer prefixes': [{ paths: ['~/a'] }, { paths: ['/a/b'] }, true],
  'a regular expression with more to it covers nothing surely': [{ paths: ['~/a/\\d+'] }, { paths: ['/a/1'] }, false],
  'one with an end covers nothing surely': [{ paths: ['~/a$'] }, { paths: ['/a/1'] }, false],
  'a higher regex_priority with the same pattern': [
    { paths: ['~/a/\\d+'], regex_priority: 1 },
    { paths: ['~/a/\\d+'] },
    true,
  ],
  'every path must be covered': [{ paths: ['~/a'] }, { paths: ['/a/b', '/c'] }, false],
  'more conditions come first and match less': [{ paths: ['/a'], methods: ['GET'] }, { paths: ['/a'] }, false],
  'a wildcard host covers a plain one only behind it': [
    { hosts: ['*.x.org'], paths: ['/'] },
    { hosts: ['a.x.org'], paths: ['/'] },
    false,
  ],
  'every name of the handshake must be covered': [
    { hosts: ['a.org'], snis: ['*.org'], protocols: ['https'], paths: ['~/'] },
    { hosts: ['a.org'], snis: ['a.org.'], protocols: ['https'], paths: ['/x'] },
    true,
  ],
  'a name of the handshake that is not covered': [
    { hosts: ['a.org'], snis: ['b.org'], protocols: ['https'], methods: ['GET'] },
    { hosts: ['a.org'], protocols: ['https'] },
    false,
  ],
  'an expression is never taken for covered': [
    { expression: 'http.path ^= "/"', priority: 9 },
    { expression: 'http.path ^= "/a"', priority: 1 },
    false,
  ],
  'headers with the same and more values': [
    { headers: { a: ['1', '2'], b: ['1'] }, paths: ['~/'] },
    { headers: { A: ['1'], B: ['1'] }, paths: ['/x'] },
    true,
  ],
};

for (const [name, [first, second, isCovered]] of Object.entries(unreachable)) {
  t.test(`unreachable or not: ${name}`, async (t) => {
    const found = lint({ name: 'first', ...first }, { name: 'second', ...second });
    t.strictSame(found.includes('unreachable-route of second'), isCovered, found.join());
  });
}

t.test('beside an expression, protocols and addresses take part', async (t) => {
  const expression = { name: 'any', expression: 'http.path == "/other"' };
  const [wide, narrow] = [
    { name: 'wide', paths: ['~/a'] },
    { name: 'narrow', paths: ['/a/b'] },
  ];
  t.strictSame(lint(wide, narrow, expression), ['unreachable-route of narrow']);
  t.strictSame(lint({ ...wide, protocols: ['http'] }, narrow, expression), []);
  t.strictSame(lint(wide, { ...narrow, protocols: ['http'] }, expression), ['unreachable-route of narrow']);
  const from = (ip: string): Fields => ({ sources: [{ ip }] });
  const [all, some] = [from('10.0.0.0/8'), from('10.1.0.0/16')];
  t.strictSame(lint({ ...wide, ...all }, { ...narrow, ...some }, expression), ['unreachable-route of narrow']);
  t.strictSame(lint({ ...wide, ...some }, { ...narrow, ...all }, expression), []);
});

t.test('expressions that say the same are found, whatever way they are written', async (t) => {
  const [high, low] = [
    { name: 'high', priority: 9 },
    { name: 'low', priority: 1 },
  ];
  const [spaced, tight] = [{ expression: '(http.path  ==  r#"/a"#)' }, { expression: 'http.path=="/a"' }];
  t.strictSame(lint({ ...high, ...spaced }, { ...low, ...tight }), ['unreachable-route of low']);
  t.strictSame(lint({ ...low, ...spaced }, { ...high, ...tight }), ['unreachable-route of low']);
  t.strictSame(lint({ ...high, ...spaced, protocols: ['http'] }, { ...low, ...tight }), [], 'https is left');
  t.strictSame(lint({ ...high, ...spaced }, { ...low, expression: 'http.path == "/b"' }), []);
  t.match(lint({ ...high, ...spaced }, { ...low, ...tight, priority: 9 }), [/^tied-routes of /]);
});

t.test('routes that tie are reported once, for the one that loses; apart they are not', async (t) => {
  t.equal(lint({ name: 'a', paths: ['/x'] }, { name: 'b', paths: ['/x'] }).length, 1);
  t.equal(lint({ name: 'a', hosts: ['a.org', 'b.org'] }, { name: 'b', hosts: ['b.org', 'c.org'] }).length, 1);
  t.equal(
    lint({ name: 'a', paths: ['/x'], methods: ['GET'] }, { name: 'b', paths: ['/x'], methods: ['PUT'] }).length,
    0,
  );
  t.equal(
    lint({ name: 'a', hosts: ['a.org'], paths: ['/x'] }, { name: 'b', hosts: ['b.org'], paths: ['/x'] }).length,
    0,
  );
});

t.test('priorities are those that Kong computes on x86-64', async (t) => {
  const none = {
    attributes: 1,
    hasPlainHostsOnly: false,
    headerNames: 0,
    isRegex: false,
    regexPriority: 0,
    prefixLength: 0,
  };
  const hex = (rank: Partial<typeof none>): string =>
    kongPriority({ ...none, ...rank })
      .toString(16)
      .padStart(16, '0');
  t.equal(hex({ hasPlainHostsOnly: true }), '1000000020000000');
  t.equal(hex({ attributes: 2, prefixLength: 2 }), '0000000040000002');
  t.equal(hex({ attributes: 3, headerNames: 1, prefixLength: 2 }), '0000000060100002');
  t.equal(hex({ isRegex: true, regexPriority: 1 }), '0008000020080000');
  t.equal(hex({ attributes: 2, isRegex: true }), '0008000040000000');
  t.equal(hex({ attributes: 4, prefixLength: 9 }), '8000000000000000');
});

t.test('expressions that backtrack badly are told from those that do not', async (t) => {
  for (const bad of [
    '(a+)+',
    '(a*)*$',
    '([a-z]+)*x',
    '(?:\\w+-?)*',
    '(.*,)*',
    '((a+)b?)+',
    '.*.*x',
    '(a{2,})+',
    '\\d+\\d+',
  ]) {
    t.not(backtrackingPart(bad), null, bad);
  }
  for (const good of [
    '(a+)',
    '/users/\\d+',
    '(/[a-z]+)*',
    '(a+b)+',
    '([a-z]+,)*',
    '(?<id>\\d+)/x',
    '[(a+)+]',
    '\\(a+\\)+',
    'a{2}(b+){3}',
    '.*',
  ]) {
    t.equal(backtrackingPart(good), null, good);
  }
});

t.test('the fixed beginning of a regular expression is never too long', async (t) => {
  t.strictSame(headOfRegex('/a'), { head: '/a', pattern: null });
  t.strictSame(headOfRegex('/a/.*'), { head: '/a/', pattern: null });
  t.strictSame(headOfRegex('/a\\.b'), { head: '/a.b', pattern: null });
  t.equal(headOfRegex('/ab?c').head, '/a');
  t.equal(headOfRegex('/ab+').head, '/ab');
  t.equal(headOfRegex('/a|/b').head, '');
  t.equal(headOfRegex('/a(b|c)').head, '/a');
  t.equal(headOfRegex('/a$').pattern, '/a$');
});

/** Routes of every shape: many hosts, many paths, one path for all, regular expressions. */
function many(count: number): readonly Fields[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `r${index}`;
    if (index % 4 === 0) return { name, hosts: [`h${index}.example.com`], paths: ['/'] };
    if (index % 4 === 1) return { name, paths: [`/p/${index}`, `/q/${index}`] };
    if (index % 4 === 2) return { name, paths: [`~/r/${index}/\\d+$`] };
    return { name, paths: ['/same'], headers: { 'x-tenant': [`t${index}`] } };
  });
}

t.test('ten times the routes take about ten times as long, 10,000 no more than seconds', async (t) => {
  const rules = activateRules(lintRules, new Map());
  const cpuMs = (count: number): number => {
    const inspection = inspect(many(count));
    const before = process.cpuUsage();
    runRules(inspection, rules, 0);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  cpuMs(1000);
  const [small, large] = [cpuMs(1000), cpuMs(10_000)];
  t.comment(`1,000 routes ${small} ms, 10,000 routes ${large} ms of CPU`);
  t.ok(large < 10_000, `${large} ms`);
  t.ok(large < Math.max(1000, 30 * small), `${large} ms, against ${small} ms for a tenth`);
});
