import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { diagnosticCodes } from '../../src/config/diagnostic-codes.ts';
import { findingsOf, fixtureFolder as folder } from './fixture-findings.ts';

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
  // The first needs two files, see load-config.test.ts; the others are about reports, see ignore-comments.test.ts.
  const elsewhere = new Set([
    'format/workspace',
    'certificate/expired',
    'yaml/too-long',
    'ignore/unknown-code',
    'ignore/unused',
  ]);
  // Those of conversions and of gw test are reported by them, see convert-text.test.ts and test-command.test.ts.
  const missing = Object.keys(diagnosticCodes).filter(
    (code) => !reported.has(code) && !elsewhere.has(code) && !/^(?:convert|test)\//.test(code),
  );
  t.strictSame(missing, []);
  t.end();
});
