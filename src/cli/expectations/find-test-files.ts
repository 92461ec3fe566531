import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isTestFile, listFiles } from '../config-files.ts';
import { UsageError } from '../usage-error.ts';

const endings = ['yml', 'yaml', 'json'] as const;

/**
 * The test files a command works on, in order, each once. Arguments may be files, folders (read recursively), glob
 * patterns and `-` for stdin; without any: `./kong.test.yml` (`.yaml`, `.json`), else all `./*.test.yml`.
 * @throws {UsageError} when there is none
 */
export function findTestFiles(args: readonly string[]): readonly string[] {
  if (args.length > 0) return listFiles(args, isTestFile, 'NAME.test.yml files');
  const name = endings.map((ending) => `kong.test.${ending}`).find((candidate) => existsSync(candidate));
  if (name !== undefined) return [name];
  const others = readdirSync('.').filter(isTestFile).sort();
  if (others.length > 0) return others;
  throw new UsageError('no test file: there is no ./kong.test.yml', 'name a file, a folder or "-" for stdin');
}

/**
 * The config that a test file is about when it does not say: `NAME.yml` for `NAME.test.yml`, else `kong.yml`, both in
 * its folder.
 * @throws {UsageError} when there is none
 */
export function configBeside(testFile: string): string {
  const folder = testFile === '-' ? '.' : dirname(testFile);
  const own = testFile.replace(/\.test\.[a-z]+$/i, '');
  const bases = own === testFile ? [join(folder, 'kong')] : [own, join(folder, 'kong')];
  const candidates = bases.flatMap((base) => endings.map((ending) => `${base}.${ending}`));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  const hint = 'say which it is: config: FILE in the test file, or --config FILE';
  throw new UsageError(`"${testFile}" has no config beside it, such as "${candidates[0] ?? ''}"`, hint);
}
