import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Ajv from 'ajv';
import t from 'tap';
import { bundleEditorSchema } from '../../src/config/editor-schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { readSchemaFolder } from '../../src/config/schema-folder.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { corpusEntries, corpusText, documentOf } from '../support/corpus.ts';
import { YamlLanguageServer } from '../support/language-server.ts';
import { runCli } from '../support/run-cli.ts';

const file = join(packageRoot, 'schemas/kong.schema.json');
const whole = bundleEditorSchema(readSchemaFolder());

t.test('the published schema for editors is what the schemas of the package amount to', (t) => {
  const published = JSON.parse(readFileSync(file, 'utf8')) as unknown;
  t.strictSame(published, JSON.parse(JSON.stringify(whole)), 'else run: node dist/test/schemas/write-editor-schema.js');
  t.end();
});

t.test('the schema for editors is one file of draft-07 that stands alone', (t) => {
  t.equal(whole.$schema, 'http://json-schema.org/draft-07/schema#');
  const references = [...JSON.stringify(whole).matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference = '']) => reference);
  t.ok(references.length > 100);
  t.strictSame(
    references.filter((reference) => !reference.startsWith('#/definitions/')),
    [],
  );
  t.doesNotThrow(() => new Ajv.default({ strict: false, validateFormats: false }).compile(whole));
  t.end();
});

t.test('an editor takes the example config and underlines the mistakes that gw finds, on the same lines', async (t) => {
  const server = new YamlLanguageServer(pathToFileURL(file).href);
  t.teardown(() => server.close());
  const example = readFileSync(join(packageRoot, 'kong.yml.example'), 'utf8');
  t.strictSame(await server.check('example.yml', example), []);
  const text = [
    '_format_version: "3.0"',
    'services:',
    '- name: orders',
    '  host: orders.example',
    '  prot: 80',
    '  retries: many',
    '  connect_timeout: ${{ env "DECK_TIMEOUT" | toInt }}',
    '  plugins:',
    '  - name: openid-connect',
    '    config:',
    '      issuer: https://id.example',
    '      cient_id: [gw]',
    '  - name: rate-limiting',
    '    config: {minutes: 5, policy: locall}',
    'upstreams:',
    '- name: pool',
    '  slots: 5',
    '',
  ].join('\n');
  const underlined = new Set((await server.check('mistakes.yml', text)).map(({ range }) => range.start.line + 1));
  const { diagnostics } = loadConfig([{ name: 'mistakes.yml', text }], {
    catalog: pluginCatalog,
    now: 0,
    mockEnv: true,
  });
  const lines = diagnostics.filter(({ severity }) => severity === 'error').map(({ range }) => range.start.line);
  t.strictSame([...underlined].sort(), [...new Set(lines)].sort());
  t.ok(underlined.has(12), 'the misspelt client_id');
});

t.test('the schema for editors takes what gw takes', (t) => {
  const validate = new Ajv.default({ strict: false, validateFormats: false }).compile(whole);
  const valid = (corpusEntries() ?? []).filter(({ label }) => label === 'valid').map(({ file: name }) => name);
  if (valid.length === 0) t.comment('SKIPPED: the corpus ../shared/corpus is not here');
  const refused = valid.flatMap((name) =>
    validate(documentOf(name, corpusText(name)).value)
      ? []
      : [[name, validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)]],
  );
  t.strictSame(refused, []);
  t.comment(`${valid.length - refused.length} of ${valid.length} valid files are fine in an editor`);
  t.end();
});

t.test('gw schema prints the schema of the file, of an entity or of a plugin', async (t) => {
  const whole = await runCli(['schema']);
  t.strictSame(JSON.parse(whole.stdout), JSON.parse(readFileSync(file, 'utf8')));
  const route = JSON.parse((await runCli(['schema', 'route'])).stdout) as Record<string, unknown>;
  t.equal(route.$ref, '#/definitions/route');
  const plugin = JSON.parse((await runCli(['schema', 'openid-connect'])).stdout) as { properties: object };
  t.ok('client_id' in plugin.properties);
  t.match((await runCli(['schema', '--list'])).stdout, /^route$[^]*^rate-limiting$/m);
  const typo = await runCli(['schema', 'openid-conect']);
  t.equal(typo.code, 2);
  t.match(typo.stderr, /did you mean "openid-connect"\?/);
});
