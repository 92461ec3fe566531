import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-info.ts';
import { senseless } from '../support/sane-load.ts';
import { sampleCatalog } from './sample-plugin.ts';

const folder = join(packageRoot, 'fixtures');
const fixtures = readdirSync(folder)
  .map((name) => readFileSync(join(folder, name, 'kong.yml'), 'utf8'))
  .filter((text) => text.length < 5000);

function isSane(text: string): boolean {
  return senseless(text, sampleCatalog) === null;
}

t.test('any text is loaded without a throw, with positions inside it and nothing raw in the output', (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(...Array.from('-: \n\t[]{}&*!|>"\'#%@`,?<a1\r\u001b\ufeff')), maxLength: 60 }),
    fc
      .json()
      .map(
        (json) => `_format_version: "3.0"\nservices: [${json}]\nplugins: [${json}, {name: sample, config: ${json}}]`,
      ),
  );
  fc.assert(fc.property(text, isSane), { numRuns: 400 });
  t.end();
});

t.test('the same holds for fixtures with characters removed, put in or moved', (t) => {
  const mutation = fc.record({
    text: fc.constantFrom(...fixtures),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.nat(12),
    added: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.constantFrom('*a', '&a ', '- ', ': ', '\n', '<<: ', 'null'),
    ),
  });
  const mutated = mutation.map(({ text, at, removed, added }) => {
    const offset = Math.floor(at * text.length);
    return text.slice(0, offset) + added + text.slice(offset + removed);
  });
  fc.assert(fc.property(mutated, isSane), { numRuns: 600 });
  t.end();
});
