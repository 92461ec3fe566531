import { type Inspection, inspectConfig } from '../config/load-config.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import type { RouterFlavor } from '../router/router.ts';
import { formatStylish } from './formats/stylish.ts';
import type { ColorChoice } from './terminal.ts';
import { printNote, wantsColor } from './terminal.ts';
import { readSources } from './validate-config.ts';

/** How {@link inspectFiles} reads. */
export interface InspectOptions {
  /** Fill in `${{ env … }}` from the environment; else placeholders stand there. */
  readonly env: boolean;
  readonly allowPlugins: readonly string[];
  readonly color: ColorChoice;
  /** The flavor that is stated; `null`: whatever the routes need. Default: `null`. */
  readonly routerFlavor?: RouterFlavor | null;
}

/**
 * Reads files as one config without errors. What stops that is told on stderr as `gw validate` tells it; then the
 * answer is `null`. Placeholders for values of the environment are mentioned there, too.
 * @throws {UsageError} when a file cannot be read
 */
export async function inspectFiles(files: readonly string[], options: InspectOptions): Promise<Inspection | null> {
  const sources = await readSources(files);
  const inspection = inspectConfig(sources, {
    catalog: pluginCatalog,
    now: Date.now(),
    env: options.env ? process.env : {},
    mockEnv: !options.env,
    allowPlugins: options.allowPlugins,
    routerFlavor: options.routerFlavor ?? null,
  });
  if (inspection.entities === null) {
    printNote(formatStylish(inspection, { color: wantsColor(options.color, process.stderr, process.env) }));
    return null;
  }
  if (!options.env && sources.some(({ text }) => text.includes('${{'))) {
    printNote('gw: placeholders stand for values of environment variables; --env fills them in');
  }
  return inspection;
}
