import fc from 'fast-check';
import t from 'tap';
import type { ExpressionProblem, Subsystem } from '../../../src/router/expression/expression-node.ts';
import { parseExpression } from '../../../src/router/expression/parse-expression.ts';
import { printExpression } from '../../../src/router/expression/print-expression.ts';
import { expressionText } from './arbitrary-expression.ts';
import { parsed } from './requests.ts';

function problemsOf(text: string, subsystem: Subsystem = 'http'): readonly ExpressionProblem[] {
  const result = parseExpression(text, subsystem);
  return result.ok ? [] : result.problems;
}

/** Kind of each problem with the characters it points at. */
function pointed(text: string, subsystem: Subsystem = 'http'): readonly string[] {
  return problemsOf(text, subsystem).map(({ kind, start, end }) => `${kind} «${text.slice(start, end)}»`);
}

t.test('what cannot be read is pointed at', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['http.path', 'syntax «h»'],
    ['http.path = "/a"', 'syntax «=»'],
    ['http.path == "/a" and http.host == "b"', 'syntax «and»'],
    ['http.path == "/a" & http.host == "b"', 'syntax «&»'],
    ['(http.path == "/a"', 'syntax «(»'],
    ['http.path == "/a")', 'syntax «)»'],
    ['! http.path == "/a"', 'syntax «!»'],
    ["http.path == '/a'", "syntax «'»"],
    ['http.path == "/a', 'syntax «"/a»'],
    ['http.path == r#"/a"', 'syntax «r#"/a"»'],
    [String.raw`http.path ~ "^\d"`, String.raw`syntax «\d»`],
    ['http.headers.x-id == "a"', 'syntax «-»'],
    ['lwer(http.path) == "/a"', 'syntax «lwer»'],
    ['net.src.ip not  in 10.0.0.0/8', 'syntax «not  in»'],
    ['net.src.ip in 10.0.0.1/8', 'syntax «10.0.0.1/8»'],
    ['net.src.ip in 10.0.0.0/33', 'syntax «10.0.0.0/33»'],
    ['net.src.ip == 10.0.0.256', 'syntax «10.0.0.256»'],
    ['net.src.ip == 01.0.0.1', 'syntax «01.0.0.1»'],
    ['net.dst.port == 9223372036854775808', 'syntax «9223372036854775808»'],
    ['', 'syntax «»'],
  ];
  for (const [text, expected] of cases) {
    t.same(pointed(text), [expected], text);
  }
  t.same(pointed('net.dst.port == 018'), [], 'a number with an 8 is not octal');
});

t.test('every wrong predicate is told, each at the part that is wrong', async (t) => {
  const text = 'http.pth == "/a" && net.dst.port == "80" || http.path > 7 && lower(net.src.ip) == 10.0.0.1';
  t.same(pointed(text), ['unknown-field «http.pth»', 'type «"80"»', 'type «>»', 'type «lower(net.src.ip)»']);
});

t.test('types and regular expressions', async (t) => {
  t.same(pointed('net.src.ip == 10.0.0.0/8'), ['type «10.0.0.0/8»']);
  t.same(pointed('net.src.ip in 10.0.0.0'), ['type «10.0.0.0»']);
  t.same(pointed('http.path in "/a"'), ['type «in»']);
  t.same(pointed('net.dst.port ~ "80"'), ['type «~»']);
  t.same(pointed('http.path ~ "(a"'), ['regex «"(a"»']);
  t.same(pointed('http.path ~ "(?=a)"'), ['regex «"(?=a)"»']);
});

t.test('fields are those of the subsystem', async (t) => {
  t.same(pointed('http.path == "/"', 'stream'), ['unknown-field «http.path»']);
  t.same(pointed('tls.sni == "a" && net.protocol == "tls" && net.dst.ip == ::1', 'stream'), []);
  for (const name of ['segments.01', 'segments.x', 'segments.2_1', 'segments.1_1', 'segments.-1', 'segments.1_']) {
    t.not(pointed(`http.path.${name} == "a"`).length, 0, name);
  }
  t.same(pointed('http.path.segments.0_1 == "a" && http.path.segments.len > 1'), []);
  t.match(problemsOf('http.headres.x == "a"')[0]?.hint, 'http.headers.x');
  t.match(problemsOf('http.hots == "a"')[0]?.hint, 'http.host');
});

t.test('parentheses are read to a fixed depth, and long chains to any length', async (t) => {
  const deep = (depth: number): string => `${'('.repeat(depth)}net.dst.port == 1${')'.repeat(depth)}`;
  t.same(pointed(deep(100)), []);
  t.same(pointed(deep(101)), ['syntax «(»']);
  t.same(pointed(deep(100_000)), ['syntax «(»']);
  t.same(pointed(`${'lower('.repeat(20_000)}http.path${')'.repeat(20_000)} == "a"`), []);
  t.same(pointed(Array.from({ length: 20_000 }, () => 'net.dst.port == 1').join(' || ')), []);
});

t.test('reading never throws, and points inside the text', async () => {
  const pieces = fc.constantFrom(
    ...[
      'http.path',
      'net.src.ip',
      'lower(',
      'any(',
      '(',
      ')',
      '!',
      '&&',
      '||',
      '==',
      '~',
      ' in ',
      ' not in ',
      '"',
      '\\',
    ],
    ...['r#"', '"#', '10.0.0.0/8', 'fd00::1', '0x1f', '-7', ' ', '\n', 'é', '\u{1f600}', 'a', '.', '_'],
  );
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 20 }).map((list) => list.join('')),
  );
  fc.assert(
    fc.property(garbage, fc.constantFrom<Subsystem>('http', 'stream'), (text, subsystem) =>
      problemsOf(text, subsystem).every(
        ({ start, end, message }) => 0 <= start && start <= end && end <= text.length && message !== '',
      ),
    ),
    { numRuns: 5_000 },
  );
});

t.test('what is printed reads back as the same', async () => {
  fc.assert(
    fc.property(expressionText, (text) => {
      const printed = printExpression(parsed(text));
      return printExpression(parsed(printed)) === printed && shapeOf(printed) === shapeOf(text);
    }),
    { numRuns: 2_000 },
  );
});

/** The tree without positions and without the difference that needless parentheses make. */
function shapeOf(text: string): string {
  const skipped = ['start', 'end', 'nameSpan', 'operatorSpan', 'isGrouped'];
  return JSON.stringify(parsed(text), (key, value: unknown) =>
    skipped.includes(key) ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}
