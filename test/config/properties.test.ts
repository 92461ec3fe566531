import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { loadConfig } from '../../src/config/load-config.ts';
import { formatJson } from '../../src/cli/formats/json.ts';
import { formatStylish } from '../../src/cli/formats/stylish.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { sampleCatalog } from './sample-plugin.ts';

const folder = join(packageRoot, 'fixtures');
const fixtures = readdirSync(folder)
  .map((name) => readFileSync(join(folder, name, 'kong.yml'), 'utf8'))
  .filter((text) => text.length < 5000);

/** Loads a text and tells whether all it says about it makes sense. */
function isSane(text: string): boolean {
  const result = loadConfig([{ name: 'k', text }], { catalog: sampleCatalog, now: 0 });
  const source = result.sources[0]?.text ?? '';
  const lines = source.split('\n').length;
  const inside = result.diagnostics.every(({ range: { start, end } }) => {
    const isInText = start.offset >= 0 && start.offset <= end.offset && end.offset <= source.length;
    return isInText && start.line >= 1 && start.line <= lines && start.column >= 1;
  });
  const hasErrors = result.diagnostics.some(({ severity }) => severity === 'error');
  const output = formatStylish(result, { color: false }) + formatJson(result);
  return inside && hasErrors === (result.entities === null) && !/[\u0000-\u0009\u000b-\u001f\u007f]/.test(output);
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
