import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { codesPage, diagnosticCodes } from '../../src/config/diagnostic-codes.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { sampleCatalog } from './sample-plugin.ts';

t.test('docs/codes.md is what the table says', (t) => {
  const page = readFileSync(join(packageRoot, 'docs/codes.md'), 'utf8');
  t.equal(page, codesPage(), 'write the page anew with: node dist/test/config/write-codes-page.js');
  t.end();
});

t.test('codes have the form group/name, and their texts the form of a page', (t) => {
  for (const [code, { title, explanation, bad, good }] of Object.entries(diagnosticCodes)) {
    t.match(code, /^[a-z]+\/[a-z-]+$/);
    t.match(title, /^[^A-Z].*[^.]$/, `${code}: a title is part of a sentence`);
    t.match(explanation, /^.+\.$/, `${code}: an explanation is a sentence`);
    t.not(bad, good, `${code}: the examples differ`);
  }
  t.end();
});

t.test('good examples are valid YAML', (t) => {
  for (const [code, { good }] of Object.entries(diagnosticCodes)) {
    const text = `_ignore:\n- ${good.replaceAll('\n', '\n  ')}\n`;
    const { diagnostics } = loadConfig([{ name: code, text }], { catalog: sampleCatalog, now: 0, mockEnv: true });
    const broken = diagnostics.filter((finding) => finding.code === 'yaml/syntax').map(({ message }) => message);
    t.strictSame(broken, [], code);
  }
  t.end();
});
