import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { formatJson } from '../../src/cli/formats/json.ts';
import { formatStylish } from '../../src/cli/formats/stylish.ts';
import { loadConfig, type LoadResult } from '../../src/config/load-config.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { sampleCatalog } from '../config/sample-plugin.ts';

function load(text: string, name = 'kong.yml'): LoadResult {
  return loadConfig([{ name, text }], { catalog: sampleCatalog, now: 0 });
}

function print(text: string): string {
  return formatStylish(load(text), { color: false });
}

const head = '_format_version: "3.0"\n';

t.test('stylish shows place, message, entity, code, the lines around, hint and a summary', (t) => {
  const output = print(`${head}services:
- name: orders
  hots: orders.example
  port: "80"
`);
  t.equal(
    output,
    `kong.yml:4:3  error  unknown key "hots" (service "orders")  schema/unknown-key
  2 | services:
  3 | - name: orders
> 4 |   hots: orders.example
    |   ^^^^
  5 |   port: "80"
  → did you mean "host"?

kong.yml:5:9  error  "port" must be an integer, not the text "80" (service "orders")  schema/type
  3 | - name: orders
  4 |   hots: orders.example
> 5 |   port: "80"
    |         ^^^^
  → remove the quotes

✖ 2 problems (2 errors) in 1 file`,
  );
  t.end();
});

t.test('stylish names the other place of a finding, and counts warnings', (t) => {
  const output = print(`${head}consumers:\n- {username: bob}\n- {username: bob, username: bob}\n`);
  t.match(output, 'see kong.yml:3:14 the first one is here');
  t.match(output, /✖ 2 problems \(1 error, 1 warning\) in 1 file$/);
  t.end();
});

t.test('stylish shows a warning that is repeated once, with the other places', (t) => {
  const plugin = '{name: udp-log, config: {host: a.example, port: 1}}';
  const text = print(
    `${head}plugins:\n- ${plugin}\nservices:\n- name: s\n  host: a.example\n  plugins:\n  - ${plugin}\n`,
  );
  t.equal(text.match(/plugin "udp-log" has no effect/g)?.length, 1);
  t.match(text, /^ {2}also kong\.yml:8:12$/m);
  t.match(text, /2 warnings/);
  t.end();
});

t.test('stylish says in one line that all is well', (t) => {
  const text = `${head}services: [{name: s, host: a.example, routes: [{paths: [/a]}, {paths: [/b]}]}]\n`;
  t.equal(print(text), '✔ kong.yml: 1 service, 2 routes, 0 plugins, 0 consumers');
  const two = ['a.yml', 'b.yml'].map((name) => ({ name, text: head }));
  const both = loadConfig(two, { catalog: sampleCatalog, now: 0 });
  t.equal(formatStylish(both, { color: false }), '✔ 2 files: 0 services, 0 routes, 0 plugins, 0 consumers');
  t.end();
});

t.test('colours come only when asked for', (t) => {
  const result = load(`${head}servces: []\n`);
  t.notMatch(formatStylish(result, { color: false }), /\u001b/);
  t.match(formatStylish(result, { color: true }), '\u001b[31merror');
  t.end();
});

t.test('secrets in the lines around a finding are masked, over several lines too', (t) => {
  const output = print(`${head}plugins:
- name: sample
  config:
    pass: hunter2
    limit: 99
    password: >-
      hunter3
      hunter4
`);
  t.match(output, '4 |   config:');
  t.match(output, '5 |     pass: •••');
  t.match(output, '7 |     password: •••');
  t.notMatch(output, /hunter/);
  t.end();
});

t.test('a secret with a finding of its own is masked below its caret', (t) => {
  const output = print(`${head}plugins:\n- {name: sample, config: {target: a, pass: 1234567, limit: 2}}\n`);
  t.match(output, '> 3 | - {name: sample, config: {target: a, pass: •••, limit: 2}}');
  t.match(output, `\n    | ${' '.repeat(43)}^^^\n`);
  t.notMatch(output, '1234567');
  t.end();
});

t.test('secrets are masked even in a text that is not YAML', (t) => {
  const output = print('plugins:\n- config:\n    client_secret: hunter2\n    x: [1\n  y: 2\n');
  t.match(output, 'yaml/syntax');
  t.notMatch(output, /hunter2/);
  t.end();
});

t.test('control characters, escapes and direction overrides are spelled out, carets stay in place', (t) => {
  const output = print(`${head}services:\n- {name: s, host: a.example, "\u001b[31m\u202e": 1, x: 2}\n`);
  t.match(output, 'unknown key "\\x1b[31m\\u202e"');
  t.match(output, '> 3 | - {name: s, host: a.example, "\\x1b[31m\\u202e": 1, x: 2}');
  t.match(output, `\n    | ${' '.repeat(29)}${'^'.repeat(16)}\n`);
  t.notMatch(output, /[\u001b\u202e]/);
  t.end();
});

t.test('long lines are cut around the caret', (t) => {
  const output = print(
    `${head}services: [{name: s, host: a.example, tags: [${'a, '.repeat(200)}z], prot: 1, retries: 2}]\n`,
  );
  const [, line = '', carets = ''] = /> 2 \| (.*)\n {4}\| (.*)/.exec(output) ?? [];
  t.ok(line.length <= 102, `${line.length} characters`);
  t.equal(line.slice(carets.indexOf('^'), carets.length), 'prot');
  t.match(line, /^….*/);
  t.end();
});

t.test('carets of a finding at the end of the text and in CRLF text are inside the line', (t) => {
  t.match(print('services: [\n'), /\n✖ 1 problem/);
  t.match(
    print('_format_version: 3.0\r\nservices: []\r\n'),
    '> 1 | _format_version: 3.0\n    |                  ^^^\n',
  );
  t.end();
});

t.test('json holds what its schema says, for every fixture', (t) => {
  const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(
    JSON.parse(read('schemas/findings.schema.json')) as object,
  );
  for (const name of readdirSync(join(packageRoot, 'fixtures'))) {
    const output: unknown = JSON.parse(formatJson(load(read(`fixtures/${name}/kong.yml`))));
    t.ok(validate(output), `${name}: ${JSON.stringify(validate.errors)}`);
  }
  t.end();
});

t.test('json gives places, path, entity and hint of a finding, and a summary', (t) => {
  const output: unknown = JSON.parse(formatJson(load(`${head}services:\n- {name: s, host: a.example, prot: 1}\n`)));
  t.strictSame(output, {
    version: 1,
    summary: {
      errors: 1,
      warnings: 0,
      infos: 0,
      files: ['kong.yml'],
      entities: { services: 1, routes: 0, consumers: 0, plugins: 0 },
    },
    findings: [
      {
        code: 'schema/unknown-key',
        severity: 'error',
        message: 'unknown key "prot"',
        file: 'kong.yml',
        line: 3,
        column: 30,
        endLine: 3,
        endColumn: 34,
        path: ['services', 0, 'prot'],
        entity: { kind: 'service', name: 's' },
        hint: 'did you mean "port"?',
        related: [],
      },
    ],
  });
  t.end();
});
