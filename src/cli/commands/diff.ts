import { Command } from 'commander';
import type { ConfigDiff } from '../../config/diff/compare-configs.ts';
import type { Inspection } from '../../config/load-config.ts';
import type { AdminFlags } from '../admin-flags.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import type { ColorChoice } from '../terminal.ts';
import { printResult, wantsColor } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { addAdminOptions } from './admin-options.ts';
import { collect, colorOption, formatOption } from './common-options.ts';

interface DiffFlags extends AdminFlags {
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
  gw diff kong.yml --admin http://gw.test:8001  what the file would change in a running gateway

Exit codes: 0 no differences, 1 differences (0 with --exit-zero), 2 wrong usage or a config
with errors, 3 no proper answer from the gateway.`;

/** Declares `gw diff`. */
export function diffCommand(done: (code: ExitCode) => void): Command {
  const command = new Command('diff').description(
    'compare what two configs amount to: entities and fields, not lines; secrets masked',
  );
  return addAdminOptions(command, 'compare a running gateway, by its Admin API, with the config')
    .argument('<config>', 'a file, a folder or a pattern')
    .argument('[other]', 'what to compare it with')
    .addOption(formatOption('text', 'json', 'markdown'))
    .option('--exit-zero', 'exit 0 also when there are differences')
    .option('--env', 'fill in environment variables; without it placeholders stand for them')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (config: string, other: string | undefined, flags: DiffFlags) => {
      if (flags.admin !== undefined) {
        if (other !== undefined) throw new UsageError('--admin stands for one of the two configs');
        done(await diffWithGateway(config, flags));
        return;
      }
      if (other === undefined) {
        throw new UsageError(
          'there is nothing to compare with',
          'name a second file or folder, or a gateway with --admin',
        );
      }
      if (config === '-' && other === '-') throw new UsageError('only one of the two can be stdin');
      done(await diff(config, other, flags));
    });
}

async function diff(before: string, after: string, flags: DiffFlags): Promise<ExitCode> {
  const left = await inspect(before, flags);
  const right = await inspect(after, flags);
  if (left === null || right === null) return exitCode.usage;
  const { compareConfigs } = await import('../../config/diff/compare-configs.ts');
  const { pluginCatalog } = await import('../../plugins/registry.ts');
  return await show(compareConfigs(left, right, pluginCatalog), flags);
}

async function diffWithGateway(config: string, flags: DiffFlags): Promise<ExitCode> {
  const file = await inspect(config, flags);
  if (file === null) return exitCode.usage;
  const { compareWithGateway } = await import('../compare-with-gateway.ts');
  const result = await compareWithGateway(file, flags);
  return result === null ? exitCode.usage : await show(result, flags);
}

async function inspect(config: string, flags: DiffFlags): Promise<Inspection | null> {
  const { findConfigFiles } = await import('../config-files.ts');
  const { inspectFiles } = await import('../inspect-files.ts');
  const { color, allowPlugin: allowPlugins = [] } = flags;
  return await inspectFiles(findConfigFiles([config], null), { env: flags.env === true, allowPlugins, color });
}

async function show(result: ConfigDiff, flags: DiffFlags): Promise<ExitCode> {
  const { isSameConfig } = await import('../../config/diff/compare-configs.ts');
  printResult(await format(result, flags));
  return isSameConfig(result) || flags.exitZero === true ? exitCode.fine : exitCode.findings;
}

async function format(result: ConfigDiff, flags: DiffFlags): Promise<string> {
  const { formatDiffJson, formatDiffMarkdown, formatDiffText } = await import('../formats/diff-text.ts');
  if (flags.format === 'json') return formatDiffJson(result);
  if (flags.format === 'markdown') return formatDiffMarkdown(result);
  return formatDiffText(result, { color: wantsColor(flags.color, process.stdout, process.env) });
}
