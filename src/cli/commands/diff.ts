import { Command } from 'commander';
import type { ConfigDiff } from '../../config/diff/compare-configs.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import type { ColorChoice } from '../terminal.ts';
import { printResult, wantsColor } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { collect, colorOption, formatOption } from './common-options.ts';

interface DiffFlags {
  readonly format: 'text' | 'json' | 'markdown';
  readonly exitZero?: true;
  readonly env?: true;
  readonly allowPlugin?: readonly string[];
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw diff old.yml new.yml                       what changes for the gateway, not in the text
  gw diff main/ branch/ --format markdown       two folders, for a comment in a pull request
  gw diff <(git show HEAD:kong.yml) kong.yml    the last commit and now
  gw diff a.yml b.yml --format json             for a machine

Exit codes: 0 no differences, 1 differences (0 with --exit-zero), 2 wrong usage or a config with errors.`;

/** Declares `gw diff`. */
export function diffCommand(done: (code: ExitCode) => void): Command {
  return new Command('diff')
    .description('compare what two configs amount to: entities and fields, not lines; secrets masked')
    .argument('<config>', 'a file, a folder or a pattern')
    .argument('[other]', 'what to compare it with')
    .addOption(formatOption('text', 'json', 'markdown'))
    .option('--exit-zero', 'exit 0 also when there are differences')
    .option('--env', 'fill in environment variables; without it placeholders stand for them')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (config: string, other: string | undefined, flags: DiffFlags) => {
      if (other === undefined) throw new UsageError('there is nothing to compare with', 'name a second file or folder');
      if (config === '-' && other === '-') throw new UsageError('only one of the two can be stdin');
      done(await diff(config, other, flags));
    });
}

async function diff(before: string, after: string, flags: DiffFlags): Promise<ExitCode> {
  const { findConfigFiles } = await import('../config-files.ts');
  const { inspectFiles } = await import('../inspect-files.ts');
  const { color, allowPlugin: allowPlugins = [] } = flags;
  const options = { env: flags.env === true, allowPlugins, color };
  const left = await inspectFiles(findConfigFiles([before], null), options);
  const right = await inspectFiles(findConfigFiles([after], null), options);
  if (left === null || right === null) return exitCode.usage;
  const { compareConfigs, isSameConfig } = await import('../../config/diff/compare-configs.ts');
  const { pluginCatalog } = await import('../../plugins/registry.ts');
  const result = compareConfigs(left, right, pluginCatalog);
  printResult(await format(result, flags));
  return isSameConfig(result) || flags.exitZero === true ? exitCode.fine : exitCode.findings;
}

async function format(result: ConfigDiff, flags: DiffFlags): Promise<string> {
  const { formatDiffJson, formatDiffMarkdown, formatDiffText } = await import('../formats/diff-text.ts');
  if (flags.format === 'json') return formatDiffJson(result);
  if (flags.format === 'markdown') return formatDiffMarkdown(result);
  return formatDiffText(result, { color: wantsColor(flags.color, process.stdout, process.env) });
}
