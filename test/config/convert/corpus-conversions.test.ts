import t from 'tap';
import { convertText } from '../../../src/config/convert/convert-text.ts';
import { corpusEntries, corpusText, loadText } from '../../support/corpus.ts';

const entries = corpusEntries();

void t.test('files of formats 1.1 and 2.1 mean the same after the conversion', async (t) => {
  if (entries === null) {
    t.comment('skipped: ../shared/corpus is not on this machine');
    return;
  }
  let count = 0;
  for (const { file, label } of entries) {
    const text = corpusText(file);
    if (label !== 'valid' || !/_format_version"?:\s*["']?[12]\.1/.test(text)) continue;
    const expected = loadText(file, text);
    const { text: converted } = convertText({ name: file, text }, '3.0');
    const result = loadText(file, converted ?? '');
    t.equal(result.hash, expected.hash, file);
    const changed = (converted ?? '').split('\n').filter((line, index) => line !== text.split('\n')[index]);
    for (const line of changed) t.match(line, /_format_version|~\/|%|\//, `${file}: ${line}`);
    count++;
  }
  t.comment(`${count} files`);
  t.ok(count > 60);
});

void t.test(
  'files of the corpus load after a conversion to either dialect, when nothing is left to do by hand',
  async (t) => {
    let count = 0;
    for (const { file, label } of entries ?? []) {
      const text = corpusText(file);
      if (label !== 'valid' || loadText(file, text).hash === null) continue;
      for (const target of ['deck', 'dbless'] as const) {
        const { text: converted, diagnostics } = convertText({ name: file, text }, target);
        if (diagnostics.length > 0 || converted === text) continue;
        const result = loadText(file, converted ?? '');
        const errors = result.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
        t.same(errors, [], `${file} for ${target}`);
        count++;
      }
    }
    t.comment(`${count} conversions`);
  },
);
