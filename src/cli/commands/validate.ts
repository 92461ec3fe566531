import { Command, Option } from 'commander';
import type { LoadResult } from '../../config/load-config.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import type { ColorChoice } from '../terminal.ts';
import { printResult, wantsColor } from '../terminal.ts';
import { collect, colorOption, formatOption, parseCount } from './common-options.ts';

interface ValidateFlags {
  readonly format: 'stylish' | 'json';
  readonly failOn: 'error' | 'warning' | 'never';
  readonly maxWarnings?: number;
  readonly quiet?: true;
  readonly color: ColorChoice;
  readonly mockEnv?: true;
  readonly stdinFilename?: string;
  readonly allowPlugin?: readonly string[];
}

const examples = `
Examples:
  gw validate                              check ./kong.yml
  gw validate kong.yml                     check one file
  gw validate services.yml routes.yml      check two files as one config
  gw validate config/ 'more/**/*.yaml'     folders and patterns
  kustomize build . | gw validate -        what a pipe brings
  gw validate --format json kong.yml       findings for a machine
  gw validate --fail-on warning kong.yml   exit 1 on warnings too

Exit codes: 0 nothing that fails, 1 findings, 2 wrong usage or a file that cannot be read.
Each code of a finding has a page: gw help plugin/unknown.`;

/** Declares `gw validate`; `name` lets the aliases say what was typed. */
export function validateCommand(name: string, done: (code: ExitCode) => void): Command {
  return new Command(name)
    .description('check config files: everything that would stop a start, offline, all findings in one run')
    .argument('[file...]', 'files, folders, patterns, or "-" for stdin; default ./kong.yml, ./kong.yaml')
    .addOption(formatOption('stylish', 'json'))
    .addOption(
      new Option('--fail-on <severity>', 'the least severity that makes the exit code 1')
        .choices(['error', 'warning', 'never'])
        .default('error'),
    )
    .option('--max-warnings <number>', 'exit 1 when there are more warnings', parseCount)
    .option('--mock-env', 'use placeholders for environment variables that are not set')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .option('--stdin-filename <name>', 'what to call stdin in findings')
    .option('-q, --quiet', 'print nothing when there is nothing to report')
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (files: readonly string[], flags: ValidateFlags) => done(await validate(files, flags)));
}

async function validate(args: readonly string[], flags: ValidateFlags): Promise<ExitCode> {
  const { findConfigFiles } = await import('../config-files.ts');
  const { checkFiles, countFindings } = await import('../validate-config.ts');
  const files = findConfigFiles(args, process.env.KONG_DECLARATIVE_CONFIG ?? null);
  const result = await checkFiles(files, {
    mockEnv: flags.mockEnv === true,
    allowPlugins: flags.allowPlugin ?? [],
    ...(flags.stdinFilename === undefined ? {} : { stdinName: flags.stdinFilename }),
  });
  if (result.diagnostics.length > 0 || flags.quiet !== true || flags.format !== 'stylish') {
    printResult(await render(result, flags));
  }
  if (flags.failOn === 'never') return exitCode.fine;
  const errors = countFindings(result, 'error');
  const warnings = countFindings(result, 'warning');
  const isTooMany = warnings > (flags.maxWarnings ?? Infinity) || (flags.failOn === 'warning' && warnings > 0);
  return errors > 0 || isTooMany ? exitCode.findings : exitCode.fine;
}

async function render(result: LoadResult, flags: ValidateFlags): Promise<string> {
  if (flags.format === 'json') return (await import('../formats/json.ts')).formatJson(result);
  const { formatStylish } = await import('../formats/stylish.ts');
  return formatStylish(result, { color: wantsColor(flags.color, process.stdout, process.env) });
}
