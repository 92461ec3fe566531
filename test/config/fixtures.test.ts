import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { diagnosticCodes } from '../../src/config/diagnostic-codes.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { sampleCatalog } from './sample-plugin.ts';

const folder = join(packageRoot, 'fixtures');
const env = { DECK_HOST: 'env.example', DECK_PORT: '8080', DECK_SECRET: 's3cr3t value!' };

/** Findings as `expected.json` has them. */
function findingsOf(name: string): readonly object[] {
  const text = readFileSync(join(folder, name, 'kong.yml'), 'utf8');
  const { diagnostics } = loadConfig([{ name: 'kong.yml', text }], { catalog: sampleCatalog, now: 0, env });
  return diagnostics.map(({ code, severity, range, message, hint, related }) => ({
    code,
    severity,
    line: range.start.line,
    column: range.start.column,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined
      ? {}
      : { related: related.map((other) => `${other.range.start.line}:${other.range.start.column} ${other.message}`) }),
  }));
}

const reported = new Set<string>();

for (const name of readdirSync(folder).sort()) {
  t.test(`fixture ${name} gets exactly its expected findings`, (t) => {
    const expected = JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as { code: string }[];
    for (const { code } of expected) reported.add(code);
    t.strictSame(findingsOf(name), expected);
    if (name.startsWith('valid-')) t.strictSame(expected, [], 'a valid file has no findings');
    t.end();
  });
}

t.test('there is a fixture for every code', (t) => {
  // Needs two files, see load-config.test.ts.
  const elsewhere = new Set(['format/workspace']);
  const missing = Object.keys(diagnosticCodes).filter((code) => !reported.has(code) && !elsewhere.has(code));
  t.strictSame(missing, []);
  t.end();
});
