import type { LoadResult } from '../config/load-config.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Source } from '../config/source.ts';
import { readSource, SourceError } from '../config/source.ts';
import { pluginCatalog } from '../plugins/registry.ts';
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
  return loadConfig(await readSources(files, options.stdinName), {
    catalog: pluginCatalog,
    now: Date.now(),
    env: process.env,
    mockEnv: options.mockEnv ?? false,
    allowPlugins: options.allowPlugins ?? [],
  });
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

/** How many findings there are of a severity. */
export function countFindings(result: Pick<LoadResult, 'diagnostics'>, severity: 'error' | 'warning'): number {
  return result.diagnostics.filter((finding) => finding.severity === severity).length;
}
