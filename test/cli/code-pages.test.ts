import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseDocument } from 'yaml';
import { knownCodes } from '../../src/cli/known-codes.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { codePages } from './code-pages.ts';

t.test('docs/codes has the page of every code and no other, as the tables say', (t) => {
  const folder = join(packageRoot, 'docs/codes');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const found = Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const wanted = Object.fromEntries([...codePages()].sort(([a], [b]) => (a < b ? -1 : 1)));
  t.strictSame(found, wanted, 'write the pages anew with: node dist/test/cli/write-code-pages.js');
  t.end();
});

t.test('codes have the form group/name, and their texts the form of a page', (t) => {
  for (const [code, { title, explanation, bad, good }] of Object.entries(knownCodes)) {
    t.match(code, /^[a-z-]+\/[a-z0-9-]+$/);
    t.match(title, /^[^A-Z].*[^.]$/, `${code}: a title is part of a sentence`);
    t.match(explanation, /^.+\.$/, `${code}: an explanation is a sentence`);
    t.not(bad, good, `${code}: the examples differ`);
  }
  t.end();
});

t.test('good examples are valid YAML', (t) => {
  for (const [code, { good }] of Object.entries(knownCodes)) {
    const text = good.replaceAll(/\$\{\{.*?\}\}/g, 'value');
    t.strictSame(parseDocument(text, { uniqueKeys: false }).errors, [], code);
  }
  t.end();
});
