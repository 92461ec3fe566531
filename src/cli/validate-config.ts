import { inspectConfig, type LoadResult } from '../config/load-config.ts';
import type { RouterFlavor } from '../router/router.ts';
import type { Source } from '../config/source.ts';
import { readSource, SourceError } from '../config/source.ts';
import { isLoopbackHost } from '../lib/loopback.ts';
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
  /** See `LoadOptions.routerFlavor`. */
  readonly routerFlavor?: RouterFlavor | null;
  /** Also ask the systems that plugins name, if there is no error otherwise. Default: false, no network. */
  readonly online?: boolean;
}

/**
 * Reads files as one config and checks it against the plugins this gw has.
 * @throws {UsageError} naming every file that cannot be read
 */
export async function checkFiles(files: readonly string[], options: CheckOptions = {}): Promise<LoadResult> {
  return await load(await readSources(files, options.stdinName), options);
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
  const results: LoadResult[] = [];
  for (const source of sources) {
    onFile(source.name);
    results.push(await load([source], options));
  }
  return results;
}

async function load(sources: readonly Source[], options: CheckOptions): Promise<LoadResult> {
  const { mockEnv = false, allowPlugins = [], routerFlavor = null, online = false } = options;
  const now = Date.now();
  const knowledge = { catalog: pluginDescriptions, now, env: process.env, mockEnv, allowPlugins, routerFlavor };
  const inspection = inspectConfig(sources, knowledge);
  if (!online) return inspection;
  // What speaks to the network takes long to load, and most runs do without.
  const { checkOnline } = await import('../config/online-check.ts');
  const { pluginCatalog } = await import('../plugins/registry.ts');
  return await checkOnline(inspection, pluginCatalog, { isAdminLocal: await isAdminLocal() });
}

/** Whether the settings found here let only this machine reach the Admin API. */
async function isAdminLocal(): Promise<boolean> {
  const { readKongConf } = await import('./kong-conf.ts');
  const { resolveSettings } = await import('./settings.ts');
  try {
    const { settings } = resolveSettings({ flags: {}, env: process.env, conf: readKongConf(null) });
    return settings.admin_listen.every(({ host }) => host.startsWith('unix:') || isLoopbackHost(host));
  } catch (error) {
    // Settings are none of the config's business, and may be those of another program.
    if (error instanceof UsageError) return false;
    throw error;
  }
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
