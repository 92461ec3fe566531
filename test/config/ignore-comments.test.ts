import t from 'tap';
import { diagnosticCodes } from '../../src/config/diagnostic-codes.ts';
import { applyIgnores } from '../../src/config/ignore-comments.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { sampleCatalog } from './sample-plugin.ts';

const knownCodes = new Set([...Object.keys(diagnosticCodes), 'lint/no-tags']);

/** Codes with their lines, after the comments of the text were obeyed. */
function report(text: string, isChecked = (code: string): boolean => !code.startsWith('lint/')): readonly string[] {
  const { sources, diagnostics } = loadConfig([{ name: 'kong.yml', text }], { catalog: sampleCatalog, now: 0 });
  const kept = applyIgnores(sources, diagnostics, { knownCodes, isChecked });
  return kept.map(({ code, range }) => `${range.start.line} ${code}`);
}

const head = '_format_version: "3.0"\n';
const key = 'yaml/duplicate-key';
/** Two services, each with a key twice, and comments in five places. */
function services({ top = '', before = '', name = '', inner = '', last = '' }): string {
  const lines = [
    `services:${top}`,
    before,
    `- name: a${name}`,
    '  host: a.example',
    inner,
    `  host: a.example${last}`,
    '- name: b',
    '  host: b.example',
    '  host: b.example',
  ];
  return `${head}${lines.filter((line) => line !== '').join('\n')}\n`;
}

t.test('a comment behind something is about its line', (t) => {
  t.strictSame(report(services({})), [`5 ${key}`, `8 ${key}`], 'without a comment');
  t.strictSame(report(services({ last: ` # gw-ignore ${key}` })), [`8 ${key}`]);
  t.strictSame(report(services({ name: ` # gw-ignore ${key}` })), ['3 ignore/unused', `5 ${key}`, `8 ${key}`]);
  t.end();
});

t.test('a comment alone on a line is about the next line and what is nested below', (t) => {
  t.strictSame(report(services({ inner: `  # gw-ignore ${key}` })), [`9 ${key}`], 'one key');
  t.strictSame(report(services({ before: `# gw-ignore ${key}` })), [`9 ${key}`], 'an entity');
  const all = services({}).replace('services:', `# gw-ignore ${key}\n\n# why\nservices:`);
  t.strictSame(report(all), [], 'a whole list, over blank lines and comments');
  t.end();
});

t.test('gw-ignore-file is about the file, wherever it stands', (t) => {
  t.strictSame(report(`${services({})}# gw-ignore-file ${key}\n`), []);
  t.end();
});

t.test('several codes, groups and a reason may be given', (t) => {
  t.strictSame(report(services({ last: ` # gw-ignore yaml/empty,${key} -- see plugin/unknown` })), [
    '5 ignore/unused',
    `8 ${key}`,
  ]);
  t.strictSame(report(services({ last: ' # gw-ignore yaml/* -- both the same' })), [`8 ${key}`]);
  t.end();
});

t.test('an error stays, and the comment is told so', (t) => {
  const text = `${head}services:\n- name: a # gw-ignore schema/*\n  host: a.example\n  hots: b # gw-ignore schema/*\n`;
  t.strictSame(report(text), ['3 ignore/unused', '5 schema/unknown-key', '5 ignore/unused']);
  t.end();
});

t.test('a lint finding goes, whatever its severity', (t) => {
  const text = `${head}services: [] # gw-ignore lint/no-tags\n`;
  const { sources } = loadConfig([{ name: 'kong.yml', text }], { catalog: sampleCatalog, now: 0 });
  const start = { line: 2, column: 1, offset: head.length };
  const finding = {
    code: 'lint/no-tags',
    severity: 'error' as const,
    message: 'no tags',
    file: 'kong.yml',
    range: { start, end: { ...start, column: 9 } },
    path: ['services'],
    entity: null,
  };
  t.strictSame(applyIgnores(sources, [finding], { knownCodes, isChecked: () => true }), []);
  t.strictSame(report(text), [], 'a run that looks for no lint findings does not call the comment unused');
  t.strictSame(
    report(text, () => true),
    ['2 ignore/unused'],
  );
  t.end();
});

t.test('an unknown code and a missing one are reported, with the near one', (t) => {
  t.strictSame(report(`${head}services: [] # gw-ignore\n`), ['2 ignore/unknown-code']);
  const text = `${head}services: [] # gw-ignore yaml/duplicate-kee\n`;
  const { sources } = loadConfig([{ name: 'kong.yml', text }], { catalog: sampleCatalog, now: 0 });
  const [finding] = applyIgnores(sources, [], { knownCodes, isChecked: () => true });
  t.match(finding, { code: 'ignore/unknown-code', severity: 'warning', hint: 'did you mean "yaml/duplicate-key"?' });
  t.equal(text.slice(finding?.range.start.offset, finding?.range.end.offset), '# gw-ignore yaml/duplicate-kee');
  t.end();
});

t.test('only comments count: not quoted texts, block scalars, other words, or JSON', (t) => {
  const texts = [
    `${head}_comment: "# gw-ignore x/y"\n`,
    `${head}_comment: |\n  # gw-ignore x/y\n  a # gw-ignore x/y\n`,
    `${head}_comment: a#gw-ignore x/y\n`,
    `${head}# gw-ignored x/y\n# see gw-ignore x/y\n`,
    '{"_format_version": "3.0", "_comment": "# gw-ignore x/y"}',
  ];
  for (const text of texts) t.strictSame(report(text), [], text);
  t.end();
});

t.test('lines are counted through block scalars, flow lists, CRLF and templates', (t) => {
  const lines = [
    '_format_version: "3.0"',
    '_comment: |',
    '  one',
    '',
    '  two',
    'services: [',
    '  # gw-ignore yaml/duplicate-key',
    '  {name: a, host: "${{ env \\"DECK_X\\" # }}", host: b.example}]',
  ];
  for (const end of ['\n', '\r\n']) {
    t.notMatch(report(lines.join(end)).join(), /duplicate|ignore/, JSON.stringify(end));
  }
  t.end();
});
