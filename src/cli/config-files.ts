import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expandGlob, isGlob } from './glob.ts';
import { UsageError } from './usage-error.ts';

const defaultNames = ['kong.yml', 'kong.yaml'];
const configEnding = /\.(?:ya?ml|json)$/i;
const testEnding = /\.test\.(?:ya?ml|json)$/i;

/** Whether a file holds expectations for `gw test`, by its name: it lies beside configs and is none. */
export function isTestFile(path: string): boolean {
  return testEnding.test(path);
}

function isConfigFile(path: string): boolean {
  return configEnding.test(path) && !isTestFile(path);
}

/**
 * The files a command works on, in order, each once. Arguments may be files, folders (read recursively), glob
 * patterns and `-` for stdin, test files being left out of folders and patterns; without any: `./kong.yml`, `./kong.yaml`, then `fallback` (the `declarative_config`
 * setting). Files that do not exist are returned as they are: reading them tells why.
 * @throws {UsageError} when a folder or pattern holds no config file, or nothing is left to read
 */
export function findConfigFiles(args: readonly string[], fallback: string | null): readonly string[] {
  if (args.length > 0) return listFiles(args, isConfigFile, '.yml, .yaml or .json files');
  const name = defaultNames.find((candidate) => existsSync(candidate));
  if (name !== undefined) return [name];
  if (fallback !== null && fallback !== '') return findConfigFiles([fallback], null);
  throw new UsageError(
    'no config file: neither ./kong.yml nor ./kong.yaml exists',
    'name a file, a folder or "-" for stdin, or set KONG_DECLARATIVE_CONFIG',
  );
}

/**
 * The files that `gw start` runs: those named, else `setting` (`declarative_config`), else `./kong.yml` or
 * `./kong.yaml`, else none. A setting is more deliberate than a file that happens to lie there.
 * @throws {UsageError} as {@link findConfigFiles}
 */
export function findStartFiles(args: readonly string[], setting: string | null): readonly string[] {
  if (args.length > 0) return findConfigFiles(args, null);
  if (setting !== null) return findConfigFiles([setting], null);
  return hasDefault() ? findConfigFiles([], null) : [];
}

function hasDefault(): boolean {
  return defaultNames.some((name) => existsSync(name));
}

/**
 * The files that arguments stand for, each once: themselves, or those in folders and behind patterns that `isWanted`
 * takes. `wanted` says what these are.
 * @throws {UsageError} when a folder or pattern has none
 */
export function listFiles(
  args: readonly string[],
  isWanted: (path: string) => boolean,
  wanted: string,
): readonly string[] {
  return [...new Set(args.flatMap((argument) => expandArgument(argument, isWanted, wanted)))];
}

function expandArgument(argument: string, isWanted: (path: string) => boolean, wanted: string): readonly string[] {
  if (argument === '-') return ['-'];
  if (argument === '') throw new UsageError('an empty file name was given');
  if (statSync(argument, { throwIfNoEntry: false })?.isDirectory() === true) {
    return readFolder(argument, isWanted, wanted);
  }
  if (!isGlob(argument) || existsSync(argument)) return [argument];
  const files = expandGlob(argument).filter((path) => isWanted(path) || !configEnding.test(path));
  if (files.length === 0) throw new UsageError(`no file matches "${argument}"`);
  return files;
}

function readFolder(folder: string, isWanted: (path: string) => boolean, wanted: string): readonly string[] {
  const files = filesBelow(folder, isWanted);
  if (files.length > 0) return files;
  throw new UsageError(`"${folder}" is a folder without ${wanted}`, 'name a file in it');
}

/** Folders that begin with a dot, and `node_modules`, are not looked into. */
function filesBelow(folder: string, isWanted: (path: string) => boolean): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...filesBelow(path, isWanted));
    else if (isWanted(entry.name)) files.push(path);
  }
  return files;
}
