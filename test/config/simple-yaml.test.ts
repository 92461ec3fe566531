import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair } from 'yaml';
import { hideTemplates } from '../../src/config/env-template.ts';
import { readSimpleYaml } from '../../src/config/simple-yaml/block-reader.ts';
import { parseFirstDocument } from '../../src/config/yaml-syntax.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { corpusEntries, corpusText } from '../support/corpus.ts';
import { mutate } from '../support/mutate-config.ts';
import { findTargets } from '../support/mutation-targets.ts';
import { SeededRandom } from '../support/random.ts';
import { SchemaFacts } from '../support/schema-facts.ts';

/** A test that can compare. */
interface TapTest {
  strictSame(found: unknown, wanted: unknown, message: string): boolean;
}

const runs = Number(process.env.SIMPLE_YAML_RUNS ?? 20_000);

/** A tree with all that anybody asks of its nodes. */
function describe(node: Node | null): unknown {
  if (isScalar(node)) {
    const { value, type, source, tag, anchor, range } = node;
    return { value, type, source, tag, anchor, start: range?.[0], end: range?.[1] };
  }
  if (isSeq(node)) return { list: node.items.map((item) => describe(item as Node)), ...placeOf(node) };
  if (!isMap(node)) return { other: String(node) };
  const pairs = (node.items as Pair<Node, Node | null>[]).map(({ key, value }) => [describe(key), describe(value)]);
  return { map: pairs, ...placeOf(node) };
}

function placeOf({ flow, range, anchor, tag }: Node & { flow?: boolean; anchor?: string; tag?: string }): object {
  const place = { flow: flow === true, start: range?.[0], anchor, tag };
  return flow === true ? { ...place, end: range?.[1] } : place;
}

/** What the whole parser makes of a text; `null` when it finds anything wrong. */
function parse(text: string): { readonly tree: unknown; readonly lines: readonly number[] } | null {
  const lines = new LineCounter();
  const { document, problems } = parseFirstDocument(text, lines);
  if (document === null || problems.length > 0 || document.warnings.length > 0) return null;
  return { tree: describe(document.contents), lines: lines.lineStarts };
}

function read(text: string): { readonly tree: unknown; readonly lines: readonly number[] } | null {
  const lines = new LineCounter();
  const root = readSimpleYaml(text, lines);
  if (root === null) {
    if (lines.lineStarts.length > 0) throw new Error('a text that is left to the parser must leave no trace');
    return null;
  }
  return { tree: describe(root), lines: lines.lineStarts };
}

/** Whether the text was read; fails when the parser reads it otherwise. */
function compare(t: TapTest, name: string, text: string): boolean {
  const simple = read(text);
  if (simple === null) return false;
  const parsed = parse(text);
  // Thousands of passing assertions would only fill the output.
  if (JSON.stringify(simple) !== JSON.stringify(parsed))
    t.strictSame(simple, parsed, `${name}: ${JSON.stringify(text)}`);
  return true;
}

const fixtures = readdirSync(join(packageRoot, 'fixtures'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'lint')
  .map(({ name }) => [name, readFileSync(join(packageRoot, 'fixtures', name, 'kong.yml'), 'utf8')] as const);
const corpus = (corpusEntries() ?? []).map(({ file }) => [file, corpusText(file)] as const);

/** The text as it is handed to the parser. */
function prepared(text: string): string {
  return hideTemplates(text.startsWith('\uFEFF') ? text.slice(1) : text).text;
}

t.test('what is read simply is what the whole parser reads: fixtures and corpus', (t) => {
  if (corpus.length === 0) t.comment('SKIPPED: the corpus ../shared/corpus is not here');
  const read = [...fixtures, ...corpus].filter(([name, text]) => compare(t, name, prepared(text)));
  t.comment(`${read.length} of ${fixtures.length + corpus.length} files are read simply`);
  t.ok(read.length > fixtures.length / 2, 'most files are');
  t.end();
});

t.test('the same for mutated files', (t) => {
  const random = new SeededRandom(3);
  const facts = new SchemaFacts();
  let made = 0;
  let simple = 0;
  for (const [name, text] of [...fixtures, ...corpus]) {
    const targets = findTargets(text, facts) ?? [];
    for (let turn = 0; turn < 8 && targets.length > 0; turn++) {
      const mutation = mutate(text, random.pick(targets), random);
      if (mutation === null) continue;
      made++;
      if (compare(t, name, prepared(mutation.text))) simple++;
    }
  }
  t.comment(`${simple} of ${made} mutations are read simply`);
  t.ok(simple > 100);
  t.end();
});

t.test('the same for files with characters struck out, doubled, replaced or moved', (t) => {
  const random = new SeededRandom(5);
  const marks = [
    ' ',
    '  ',
    '\n',
    ':',
    ': ',
    '- ',
    '-',
    '#',
    ' #',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '?',
    '%',
    '@',
    '`',
    '\t',
    '\r\n',
    '---',
    '...',
    '\\',
    '\0',
    'ü',
    '\u2028',
    '<<: ',
  ];
  const bases = [...fixtures, ...corpus].filter(([, text]) => text.length < 3000);
  let simple = 0;
  for (let run = 0; run < runs; run++) {
    const [name, text] = random.pick(bases);
    const at = random.below(text.length + 1);
    const cut = random.below(4);
    const mutated = text.slice(0, at) + (random.below(3) === 0 ? '' : random.pick(marks)) + text.slice(at + cut);
    if (compare(t, name, prepared(mutated))) simple++;
  }
  t.comment(`${simple} of ${runs} are read simply`);
  t.ok(simple > runs / 20);
  t.end();
});

t.test('the same for texts of random pieces', (t) => {
  const pieces = [
    'a',
    'b: ',
    'c:',
    '- ',
    '-',
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    ' ',
    '"',
    "'",
    "''",
    '\\n',
    '\\',
    ':',
    ': ',
    '#',
    ' # x',
    '[',
    ']',
    '{',
    '}',
    ', ',
    ',',
    '&a',
    '*a',
    '!!str ',
    '|',
    '>',
    '? ',
    '%',
    '@',
    '`',
    '\r\n',
    '---',
    '...',
    '~',
    'null',
    '1',
    'ü',
    '{a: b}',
    '[a, "b"]',
    'k: v',
    '\n? x',
  ];
  let simple = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
      if (compare(t, 'pieces', parts.join(''))) simple++;
    }),
    { seed: 11, numRuns: runs },
  );
  t.comment(`${simple} of ${runs} are read simply`);
  t.ok(simple > 100);
  t.end();
});

t.test('a block list that a finding points at as a whole is left to the whole parser', (t) => {
  for (const text of ['- a\n- b\n', 'a:\n- - b\n', 'a:\n-\n  - b\n', 'a:\n  <<:\n  - b\n'])
    t.equal(read(text), null, text);
  t.end();
});
