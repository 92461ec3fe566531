import { type LoadResult, loadConfig } from '../config/load-config.ts';
import type { Source } from '../config/source.ts';
import { readSource, SourceError } from '../config/source.ts';
import { pluginDescriptions } from '../plugins/descriptions.ts';
import { UsageError } from './usage-error.ts';

/** How {@link checkFiles} reads. */
export interface CheckOptions {
  /** Put placeholders where `${{ env … }}` names a variable that is not set. */
  readonly mockEnv?: boolean;
  /** What to call stdin in findings. */
  readonly stdinName?: string;
  /** See `LoadOptions.allowPlugins`. */
  readonly allowPlugins?: readonly string[];
}

/**
 * Reads files as one config and checks it against the plugins this gw has. Offline.
 * @throws {UsageError} naming every file that cannot be read
 */
export async function checkFiles(files: readonly string[], options: CheckOptions = {}): Promise<LoadResult> {
  return load(await readSources(files, options.stdinName), options);
}

/**
 * Reads files and checks each for itself, in order; `onFile` is told before each.
 * @throws {UsageError} naming every file that cannot be read
 */
export async function checkEachFile(
  files: readonly string[],
  options: CheckOptions,
  onFile: (name: string) => void,
): Promise<readonly LoadResult[]> {
  const sources = await readSources(files, options.stdinName);
  return sources.map((source) => {
    onFile(source.name);
    return load([source], options);
  });
}

function load(sources: readonly Source[], { mockEnv = false, allowPlugins = [] }: CheckOptions): LoadResult {
  return loadConfig(sources, { catalog: pluginDescriptions, now: Date.now(), env: process.env, mockEnv, allowPlugins });
}

/**
 * Reads files, `-` being stdin.
 * @throws {UsageError} naming every file that cannot be read
 */
export async function readSources(files: readonly string[], stdinName?: string): Promise<readonly Source[]> {
  const sources: Source[] = [];
  const problems: string[] = [];
  for (const file of files) {
    try {
      sources.push(await readSource(file, stdinName === undefined ? {} : { stdinName }));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return sources;
}
