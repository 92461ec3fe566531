import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import t from 'tap';
import { formatGithub } from '../../src/cli/formats/github.ts';
import { formatGitlab } from '../../src/cli/formats/gitlab.ts';
import { formatJunit } from '../../src/cli/formats/junit.ts';
import { formatSarif } from '../../src/cli/formats/sarif.ts';
import { formatUnix } from '../../src/cli/formats/unix.ts';
import { loadConfig, type LoadResult } from '../../src/config/load-config.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { sampleCatalog } from '../config/sample-plugin.ts';
import { openTags } from '../support/xml.ts';

const root = packageRoot;
const failing = new Set(['error'] as const);
const options = { root, failing, color: false };

function load(text: string, name = 'kong.yml'): LoadResult {
  return loadConfig([{ name, text }], { catalog: sampleCatalog, now: 0 });
}

const head = '_format_version: "3.0"\n';
const typo = `${head}services:\n- name: orders\n  hots: orders.example\n`;
const twice = `${head}consumers:\n- username: bob\n- username: bob\n  username: bob\n`;
/** A key with what each format has to escape: line ends, XML, workflow commands, URIs, an escape sequence. */
const nasty = `${head}services:\n- name: "a%b,c:d\\n::error::<&'\\"]]>\\e[31m"\n  host: a.example\n  hots: x\n`;

function fixtures(): readonly (readonly [string, LoadResult])[] {
  const folder = join(packageRoot, 'fixtures');
  return readdirSync(folder)
    .filter((name) => readdirSync(join(folder, name)).includes('kong.yml'))
    .map((name) => [name, load(readFileSync(join(folder, name, 'kong.yml'), 'utf8'), `fixtures/${name}/kong.yml`)]);
}

interface SarifRun {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
}

function sarifRun(result: LoadResult): SarifRun {
  const [run] = (JSON.parse(formatSarif(result, options)) as { runs: SarifRun[] }).runs;
  if (run === undefined) throw new Error('no run');
  return run;
}

/** The official schema, which is draft 4; ours reads draft 7, which it is too but for the name of its id. */
function sarifValidator(): ReturnType<Ajv['compile']> {
  const { resolve } = createRequire(import.meta.url);
  const file = join(resolve('@microsoft/jest-sarif'), '../schemas/sarif-2.1.0-rtm.5.json');
  const { id, $schema, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  t.match(String(id), 'sarif-2.1.0');
  t.match(String($schema), 'draft-04');
  const reference = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  ajv.addFormat('uri', (text: string) => reference.test(text) && URL.canParse(text));
  ajv.addFormat('uri-reference', (text: string) => reference.test(text) && URL.canParse(text, 'file:///root/'));
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
  return ajv.compile(schema);
}

t.test('sarif is what the official schema says, for every fixture', (t) => {
  const validate = sarifValidator();
  t.notOk(validate({ version: '2.1.0', runs: [{}] }), 'the schema refuses what is no SARIF');
  const cases = [...fixtures(), ['nasty', load(nasty, 'a b/100%:1#?.yml')], ['outside', load(typo, '/etc/kong.yml')]];
  for (const [name, result] of cases as [string, LoadResult][]) {
    t.ok(validate(JSON.parse(formatSarif(result, options))), `${name}: ${JSON.stringify(validate.errors)}`);
  }
  t.end();
});

t.test('sarif gives rule, level, message, place, entity and fingerprint of a finding', (t) => {
  const { results, tool } = sarifRun(load(typo));
  t.match(tool.driver.rules, [
    { id: 'schema/unknown-key', name: 'SchemaUnknownKey', defaultConfiguration: { level: 'error' } },
  ]);
  t.match(results, [
    {
      ruleId: 'schema/unknown-key',
      ruleIndex: 0,
      level: 'error',
      message: { text: 'unknown key "hots" (service "orders"); did you mean "host"?' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'kong.yml', uriBaseId: 'SRCROOT' },
            region: { startLine: 4, startColumn: 3, endLine: 4, endColumn: 7 },
          },
          logicalLocations: [{ fullyQualifiedName: 'service orders' }],
        },
      ],
      partialFingerprints: { 'gwFinding/v1': /^[0-9a-f]{32}$/ },
    },
  ]);
  t.end();
});

t.test('sarif names the other place of a finding, and encodes paths as URIs', (t) => {
  const { results } = sarifRun(load(twice));
  t.match(results[0]?.relatedLocations ?? results[1]?.relatedLocations, [
    { id: 1, physicalLocation: { artifactLocation: { uri: 'kong.yml' } }, message: { text: /first/ } },
  ]);
  const uriOf = (name: string): string | undefined => sarifRun(load(typo, name)).artifacts[0]?.location.uri;
  t.equal(uriOf('a b/100%:1#?.yml'), 'a%20b/100%25%3A1%23%3F.yml');
  t.equal(uriOf(join(root, 'x/kong.yml')), 'x/kong.yml', 'absolute, below the root');
  t.equal(uriOf('/etc/my kong.yml'), 'file:///etc/my%20kong.yml', 'outside of the root');
  t.equal(uriOf('<stdin>'), '%3Cstdin%3E');
  t.end();
});

t.test('fingerprints differ within a report and survive that lines move', (t) => {
  const text = `${head}services:\n- {name: a, host: h, x: 1}\n- {name: a2, host: h, x: 1}\n- {host: h, x: 1}\n- {host: h, x: 1}\n`;
  const prints = (source: string): unknown[] => sarifRun(load(source)).results.map((r) => r.partialFingerprints);
  const before = prints(text);
  t.ok(before.length >= 4);
  t.equal(new Set(before.map((print) => JSON.stringify(print))).size, before.length);
  t.strictSame(prints(`# moved\n\n${text}`), before);
  t.end();
});

t.test('github prints workflow commands in the documented syntax', (t) => {
  t.equal(
    formatGithub(load(typo), options),
    '::error file=kong.yml,line=4,endLine=4,col=3,endColumn=7,title=schema/unknown-key::' +
      'unknown key "hots" (service "orders"); did you mean "host"?',
  );
  t.equal(formatGithub(load(head), options), '', 'nothing when there is nothing');
  t.end();
});

t.test('github escapes data and properties, so that a name cannot give commands', (t) => {
  const output = formatGithub(load(nasty, 'a%,:b.yml'), options);
  for (const line of output.split('\n')) t.match(line, /^::(?:error|warning) file=a%25%2C%3Ab\.yml,line=\d/);
  t.match(output, 'a%25b,c:d\\n::error::<&');
  t.notMatch(output, /\u001b/);
  t.end();
});

t.test('gitlab has description, check name, fingerprint, severity and place of every finding', (t) => {
  const issues = JSON.parse(formatGitlab(load(typo), options)) as Record<string, unknown>[];
  t.match(issues, [
    {
      description: 'unknown key "hots" (service "orders"); did you mean "host"?',
      check_name: 'schema/unknown-key',
      fingerprint: /^[0-9a-f]{32}$/,
      severity: 'major',
      location: { path: 'kong.yml', lines: { begin: 4 } },
    },
  ]);
  t.equal(formatGitlab(load(head), options), '[]');
  t.end();
});

t.test('junit has a suite per file: failed tests for what fails, passed ones with output for the rest', (t) => {
  const output = formatJunit(load(twice), options);
  t.match(output, /<testsuite name="kong.yml" tests="2" failures="1" errors="0" skipped="0">/);
  t.match(output, /<failure message="[^"]+" type="error">kong.yml:\d+:\d+: error: /);
  t.match(output, /<system-out>kong.yml:5:3: warning: .*\[yaml\/duplicate-key\]<\/system-out>/);
  const strict = formatJunit(load(twice), { root, failing: new Set(['error', 'warning']) });
  t.match(strict, 'failures="2"');
  t.match(
    formatJunit(load(head), options),
    /tests="1" failures="0"[^]*<testcase name="no findings" classname="kong.yml"/,
  );
  t.end();
});

t.test('junit is well-formed whatever the names are', (t) => {
  const surrogate = load(typo, 'half\ud800.yml');
  for (const [name, result] of [...fixtures(), ['nasty', load(nasty)] as const, ['half', surrogate] as const]) {
    const xml = formatJunit(result, options);
    t.strictSame(openTags(xml), [], name);
    t.notMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u, name);
  }
  t.end();
});

t.test('unix prints one line per finding', (t) => {
  t.equal(
    formatUnix(load(typo)),
    'kong.yml:4:3: error: unknown key "hots" (service "orders"); did you mean "host"? [schema/unknown-key]',
  );
  t.equal(formatUnix(load(head)), '');
  const result = load(nasty);
  t.equal(formatUnix(result).split('\n').length, result.diagnostics.length);
  t.end();
});

t.test('no format shows a secret', (t) => {
  const secret = 'hunter2hunter2';
  const text = `${head}plugins:\n- name: sample\n  config: {pass: "${secret}", limit: 99, password: ["${secret}"], x: 1}\n`;
  const result = load(text);
  t.ok(result.diagnostics.length > 1);
  const formats = [formatSarif, formatGithub, formatGitlab, formatJunit, formatUnix];
  for (const format of formats) t.notMatch(format(result, options), secret, format.name);
  t.end();
});
