import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readSource, SourceError } from '../../src/config/source.ts';

/** Why a file cannot be read, as `code: message` with the folder left out. */
async function whyNot(folder: string, name: string): Promise<string> {
  try {
    await readSource(join(folder, name));
    return 'it can be read';
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    t.equal(error.path, join(folder, name));
    return `${error.code}: ${error.message.replaceAll(folder, '')}`;
  }
}

t.test('reads a file and keeps its name, without the byte order mark', async (t) => {
  const folder = t.testdir({ 'kong.yml': '\ufeffa: 1\n' });
  t.strictSame(await readSource(join(folder, 'kong.yml')), { name: join(folder, 'kong.yml'), text: 'a: 1\n' });
});

t.test('each reason why a file cannot be read is one line that says what to do', async (t) => {
  const folder = t.testdir({ kong: {} });
  writeFileSync(join(folder, 'binary.yml'), Buffer.from([0x61, 0, 0x62]));
  writeFileSync(join(folder, 'latin1.yml'), Buffer.from([0x61, 0xe9, 0x62]));
  writeFileSync(join(folder, 'utf16.yml'), Buffer.from('\ufeffa: 1', 'utf16le'));
  t.equal(await whyNot(folder, 'none.yml'), 'missing: cannot read "/none.yml": no such file; check the name');
  t.equal(await whyNot(folder, 'kong'), 'directory: cannot read "/kong": it is a directory; name a file in it');
  t.equal(
    await whyNot(folder, 'binary.yml'),
    'not-text: cannot read "/binary.yml": it is a binary file; name a YAML or JSON file',
  );
  t.equal(
    await whyNot(folder, 'latin1.yml'),
    'not-text: cannot read "/latin1.yml": it is not UTF-8 text; save it as UTF-8',
  );
  t.equal(await whyNot(folder, 'utf16.yml'), 'not-text: cannot read "/utf16.yml": it is UTF-16 text; save it as UTF-8');
});

t.test('a file that may not be read says so', async (t) => {
  if (process.getuid?.() === 0) {
    t.comment('SKIPPED: root may read everything');
    return;
  }
  const folder = t.testdir({ 'kong.yml': 'a: 1' });
  chmodSync(join(folder, 'kong.yml'), 0);
  t.match(await whyNot(folder, 'kong.yml'), /^unreadable: .*permission denied/);
});

t.test('a file of unreasonable size is not read', async (t) => {
  const folder = t.testdir();
  mkdirSync(join(folder, 'big'), { recursive: true });
  writeFileSync(join(folder, 'big/kong.yml'), Buffer.alloc(64 * 1024 * 1024 + 1, 0x20));
  t.match(
    await whyNot(folder, 'big/kong.yml'),
    /^too-large: .* 65 MB is more than the 64 MB a config may have; split it$/,
  );
});
