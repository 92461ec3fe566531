import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { FileChanged, removeLeftovers, replaceFile } from '../../src/runtime/replace-file.ts';
import { whyNotWritable } from '../../src/runtime/source-files.ts';
import { wholeText } from '../support/file-writer-child.ts';
import { SeededRandom } from '../support/random.ts';

const child = fileURLToPath(new URL('../support/file-writer-child.js', import.meta.url));
const replacer = fileURLToPath(new URL('../../src/runtime/replace-file.js', import.meta.url));

void t.test('a process killed at any moment leaves a whole file, the old or the new one', async (t) => {
  const random = new SeededRandom(7);
  const seen = new Set<string>();
  const folder = t.testdir({ a: { 'kong.yml': wholeText(0) }, b: { 'kong.yml': wholeText(0) } });
  const rounds = async (path: string): Promise<void> => {
    for (let round = 0; round < 50; round++) {
      await killWriter(path, 1 + random.below(12), random.below(200));
      const text = readFileSync(path, 'utf8');
      if (text !== wholeText(Number(text[0]))) t.fail(`round ${round} left a torn file of ${text.length} characters`);
      seen.add(text.slice(0, 1));
    }
    await removeLeftovers(path);
    t.strictSame(readdirSync(dirname(path)), ['kong.yml'], 'what was left beside it is cleared away');
  };
  await Promise.all(['a', 'b'].map((name) => rounds(join(folder, name, 'kong.yml'))));
  t.ok(seen.size > 4, 'it was killed at different moments');
});

/** Kills a process that replaces a file, after so many replacements and turns of the event loop. */
async function killWriter(path: string, replaced: number, turns: number): Promise<void> {
  const command = ['-u', 'NODE_OPTIONS', process.execPath, child, path];
  const writer = spawn('env', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(writer, 'exit');
  for (let count = 0; count < replaced; ) count += String((await once(writer.stdout, 'data'))[0]).length;
  for (let left = turns; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
  writer.kill('SIGKILL');
  await ended;
}

void t.test('keeps the mode, and the link that leads to the file', async (t) => {
  const folder = t.testdir({ real: { 'kong.yml': 'old' } });
  const real = join(folder, 'real', 'kong.yml');
  const link = join(folder, 'link.yml');
  chmodSync(real, 0o640);
  symlinkSync(join('real', 'kong.yml'), link);
  t.equal(await replaceFile(link, Buffer.from('new'), Buffer.from('old')), 'replaced');
  t.ok(lstatSync(link).isSymbolicLink());
  t.equal(readFileSync(real, 'utf8'), 'new');
  t.equal(statSync(real).mode & 0o777, 0o640);
  t.strictSame(readdirSync(join(folder, 'real')), ['kong.yml']);
});

void t.test('leaves alone what somebody else has changed', async (t) => {
  const path = join(t.testdir({ 'kong.yml': 'by hand' }), 'kong.yml');
  await t.rejects(replaceFile(path, Buffer.from('new'), Buffer.from('old')), FileChanged);
  t.equal(readFileSync(path, 'utf8'), 'by hand');
});

/** Runs a command, and then a script with `replaceFile`, where mounts are allowed; `null` where that cannot be had. */
function runWithMounts(t: Test, folder: string, mount: string, script: string): string | null {
  writeFileSync(
    join(folder, 'replace.mjs'),
    `import { readFileSync } from 'node:fs';\nimport { replaceFile } from ${JSON.stringify(replacer)};\n${script}`,
  );
  const command = `${mount} && exec "${process.execPath}" replace.mjs`;
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } } as const;
  const { status, stdout, stderr } = spawnSync('unshare', ['--mount', '--map-root-user', 'sh', '-c', command], options);
  if (status === 0) return stdout.trim();
  if (!/unshare|mount/.test(stderr)) t.fail(stderr);
  else t.comment(`SKIPPED: no mount namespaces here (${stderr.trim()})`);
  return null;
}

void t.test('a file that is a mount of its own is written in place, the old content kept beside it', (t) => {
  const folder = t.testdir({ 'host.yml': 'old', 'kong.yml': '' });
  const script = "console.log(await replaceFile('kong.yml', Buffer.from('newer'), Buffer.from('old')));";
  const said = runWithMounts(t, folder, 'mount --bind host.yml kong.yml', script);
  if (said !== null) {
    t.equal(said, 'in place');
    t.equal(readFileSync(join(folder, 'host.yml'), 'utf8'), 'newer');
    t.equal(readFileSync(join(folder, 'kong.yml.bak'), 'utf8'), 'old');
  }
  t.end();
});

void t.test('what is written in place to a disk that becomes full is taken back', (t) => {
  const folder = t.testdir({ small: {}, 'kong.yml': '' });
  // Two pages: one for the file, one for the other; a part of what is added fits in.
  const mount = [
    'mount -t tmpfs -o size=8k tmpfs small',
    "head -c 4000 /dev/zero | tr '\\0' a > small/kong.yml",
    'head -c 4096 /dev/zero > small/other',
    'mount --bind small/kong.yml kong.yml',
  ].join(' && ');
  const script = `
    const [old, next] = [Buffer.alloc(4000, 'a'), Buffer.alloc(5000, 'b')];
    const code = await replaceFile('kong.yml', next, old).then(() => 'none', (error) => error.code);
    console.log(code, readFileSync('kong.yml').equals(old));`;
  const said = runWithMounts(t, folder, mount, script);
  if (said !== null) t.equal(said, 'ENOSPC true');
  t.end();
});

void t.test('says at start why a file cannot take changes', async (t) => {
  const folder = t.testdir({ 'kong.yml': 'x', '..2024': { 'kong.yml': 'x' }, link: t.fixture('symlink', 'nowhere') });
  symlinkSync('..2024', join(folder, '..data'));
  mkdirSync(join(folder, 'mounted'));
  symlinkSync('../..data/kong.yml', join(folder, 'mounted', 'kong.yml'));
  t.equal(await whyNotWritable(join(folder, 'kong.yml')), null);
  t.match(await whyNotWritable('-'), /standard input/);
  t.match(await whyNotWritable(join(folder, 'mounted', 'kong.yml')), /ConfigMap/);
  t.match(await whyNotWritable(join(folder, 'link')), /no such file/);
  t.match(await whyNotWritable(folder), /not a regular file/);
  t.notOk(existsSync(join(folder, '.kong.yml.gw-0')));
});
