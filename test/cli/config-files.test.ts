import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { findConfigFiles, findStartFiles } from '../../src/cli/config-files.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

function folderWith(...files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'gw-files-'));
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

t.test('a folder stands for the config files in and below it, in order, hidden ones left out', (t) => {
  const folder = folderWith('b.yaml', 'a.yml', 'sub/c.json', 'readme.md', '.git/x.yml', 'node_modules/p/y.yml');
  t.same(
    findConfigFiles([folder], null),
    ['a.yml', 'b.yaml', 'sub/c.json'].map((name) => join(folder, name)),
  );
  t.end();
});

t.test('a pattern that the shell did not expand is expanded', (t) => {
  const folder = folderWith('one.yml', 'two.yml', 'three.yaml', 'deep/er/four.yml', '.hidden.yml');
  t.same(findConfigFiles([join(folder, '*.yml')], null), [join(folder, 'one.yml'), join(folder, 'two.yml')]);
  t.same(findConfigFiles([join(folder, 'deep/**/f?ur.yml')], null), [join(folder, 'deep/er/four.yml')]);
  t.throws(() => findConfigFiles([join(folder, '*.json')], null), { message: /no file matches/ });
  t.end();
});

t.test('a file named twice is read once, stdin and missing files stay as they are', (t) => {
  t.same(findConfigFiles(['x.yml', '-', 'x.yml'], null), ['x.yml', '-']);
  t.end();
});

t.test('a folder without config files is wrong usage', (t) => {
  t.throws(() => findConfigFiles([folderWith('readme.md')], null), UsageError);
  t.end();
});

t.test('without arguments the setting is used when there is no ./kong.yml', (t) => {
  const folder = folderWith();
  const back = process.cwd();
  process.chdir(folder);
  t.teardown(() => process.chdir(back));
  t.same(findConfigFiles([], '/etc/x.yml'), ['/etc/x.yml']);
  t.throws(() => findConfigFiles([], null), { message: /no config file: neither/ });
  t.same(findStartFiles([], null), [], 'a start without a file begins empty');
  writeFileSync('kong.yaml', '');
  t.same(findConfigFiles([], '/etc/x.yml'), ['kong.yaml']);
  t.same(findStartFiles([], '/etc/x.yml'), ['/etc/x.yml'], 'for a start, a setting is more deliberate');
  t.same(findStartFiles([], null), ['kong.yaml']);
  t.end();
});
