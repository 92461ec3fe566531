import { type Inspection, inspectConfig } from '../config/load-config.ts';
import type { Source } from '../config/source.ts';
import type { ActiveRule } from '../lint/rule-settings.ts';
import { runRules } from '../lint/run-rules.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import type { Report } from './report.ts';
import { type CheckOptions, readSources } from './validate-config.ts';

/** How {@link lintFiles} reads and what it looks for. */
export interface LintOptions extends CheckOptions {
  readonly rules: readonly ActiveRule[];
  /** Check each file for itself; it is told before each. `null`: all files are one config. */
  readonly onFile: ((name: string) => void) | null;
}

/** The findings about one config. */
export interface LintReport extends Report {
  /** Whether the config had errors, so that no rule was run. */
  readonly isBroken: boolean;
}

/**
 * Checks configs and, where there is no error, runs the rules.
 * @throws {UsageError} naming every file that cannot be read
 */
export async function lintFiles(files: readonly string[], options: LintOptions): Promise<readonly LintReport[]> {
  const sources = await readSources(files, options.stdinName);
  const { onFile } = options;
  if (onFile === null) return [lint(sources, options)];
  return sources.map((source) => {
    onFile(source.name);
    return lint([source], options);
  });
}

function lint(sources: readonly Source[], options: LintOptions): LintReport {
  const { mockEnv = false, allowPlugins = [], routerFlavor = null, rules } = options;
  const now = Date.now();
  const given = { catalog: pluginCatalog, now, env: process.env, mockEnv, allowPlugins, routerFlavor };
  const inspection: Inspection = inspectConfig(sources, given);
  return { ...runRules(inspection, rules, now), counts: inspection.counts, isBroken: inspection.entities === null };
}
