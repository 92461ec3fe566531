import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { fileDiagnostics, readTestFile } from '../../src/cli/expectations/test-file.ts';
import { questionMembers } from '../../src/cli/routing/read-question.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { YamlLanguageServer } from '../support/language-server.ts';

const file = join(packageRoot, 'schemas/test.schema.json');

/** The first YAML block of the page about tests. */
function example(): string {
  const page = readFileSync(join(packageRoot, 'docs/test.md'), 'utf8');
  return /^```yaml\n([^]*?)^```/m.exec(page)?.[1] ?? '';
}

/** Lines with findings of gw. */
function linesOf(text: string): readonly number[] {
  const read = readTestFile({ name: 'kong.test.yml', text }, { env: {}, mockEnv: true });
  return [...new Set(fileDiagnostics(read).map(({ range }) => range.start.line))];
}

t.test(
  'an editor takes the documented test file and underlines the mistakes that gw finds, on the same lines',
  async (t) => {
    const server = new YamlLanguageServer(pathToFileURL(file).href);
    t.teardown(() => server.close());
    t.ok(example().includes('tests:'));
    t.strictSame(linesOf(example()), []);
    t.strictSame(await server.check('example.test.yml', example()), []);
    const mistakes = [
      'confg: kong.yml',
      'tests:',
      '- request: GET http://a.example/',
      '  expect:',
      '    rout: orders',
      '    status: soon',
      '- request:',
      '    url: http://a.example/',
      '    dst_port: 70000',
      '  expect:',
      '    plugins: openid-connect',
      '',
    ].join('\n');
    const underlined = new Set(
      (await server.check('mistakes.test.yml', mistakes)).map(({ range }) => range.start.line + 1),
    );
    t.strictSame(
      [...underlined].sort((a, b) => a - b),
      [...linesOf(mistakes)].sort((a, b) => a - b),
    );
    t.strictSame(linesOf(mistakes), [1, 5, 6, 9, 11]);
  },
);

t.test('the schema has every member that a request can have, and no other', (t) => {
  const schema = JSON.parse(readFileSync(file, 'utf8')) as { definitions: { request: { properties: object } } };
  t.strictSame(Object.keys(schema.definitions.request.properties).sort(), [...questionMembers].sort());
  t.end();
});
