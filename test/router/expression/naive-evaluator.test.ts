import fc from 'fast-check';
import t from 'tap';
import { compileExpression } from '../../../src/router/expression/compile-expression.ts';
import { ExpressionFacts } from '../../../src/router/expression/expression-facts.ts';
import type { RouterRequest } from '../../../src/router/router.ts';
import { expressionText } from './arbitrary-expression.ts';
import { evaluate } from './naive-evaluator.ts';
import { parsed, requestOf } from './requests.ts';

const header = fc.tuple(fc.constantFrom('X-Tag', 'x_tag', 'X-Other'), fc.constantFrom('a', 'A', 'b', '', '/a'));

const request: fc.Arbitrary<RouterRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'a'),
    scheme: fc.constantFrom('http' as const, 'https' as const),
    host: fc.constantFrom('', 'a', 'a.example', 'a.example:80', 'A'),
    port: fc.constantFrom(80, 8000),
    path: fc.constantFrom('/', '/a', '/a/b', '/A', '/a/b/', '/b/a/b'),
    query: fc.constantFrom('', 'v', 'v=a', 'v=a&v=b', 'v=A&w=1', 'v=%61b'),
    rawHeaders: fc.array(header, { maxLength: 3 }).map((pairs) => pairs.flat()),
    sni: fc.constantFrom(null, 'a', 'a.example'),
    sourceIp: fc.constantFrom(null, '10.0.0.1', '10.7.0.1', '192.168.0.1', 'fd00::1'),
    sourcePort: fc.constantFrom(null, 1, 80),
    destinationIp: fc.constantFrom(null, '10.0.0.1', 'fd00::1'),
  })
  .map(requestOf);

t.test('an expression matches exactly the requests that it says', async (t) => {
  let matched = 0;
  fc.assert(
    fc.property(expressionText, fc.array(request, { minLength: 3, maxLength: 6 }), (text, requests) => {
      const node = parsed(text);
      const expression = compileExpression(node);
      for (const each of requests) {
        const found = expression.match(ExpressionFacts.ofRequest(each)) !== null;
        if (found) matched++;
        if (found !== evaluate(node, each)) throw new Error(`${text} on ${JSON.stringify(each)}: ${found}`);
        if (found) checkRequirements(text, each);
      }
    }),
    { numRuns: 5_000 },
  );
  t.ok(matched > 3_000, `${matched} matches`);
});

/** What an expression requires holds for each request that it matches. */
function checkRequirements(text: string, { method, host, path }: RouterRequest): void {
  const { methods, hosts, pathPrefixes } = compileExpression(parsed(text)).requirements;
  const name = host.replace(/:\d+$/, '');
  const isMet =
    methods?.includes(method) !== false &&
    hosts?.includes(name) !== false &&
    pathPrefixes?.some((prefix) => path.startsWith(prefix)) !== false;
  if (!isMet) throw new Error(`${text} matches ${method} ${host} ${path} against its requirements`);
}
