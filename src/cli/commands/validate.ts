import { Command } from 'commander';
import { isOnlineCode } from '../../config/severities.ts';
import type { RouterFlavor } from '../../router/router.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Report } from '../report.ts';
import { routerFlavorOption, statedFlavor } from '../router-flavor.ts';
import { collect } from './common-options.ts';
import { addReportOptions, type ReportFlags } from './report-options.ts';

interface ValidateFlags extends ReportFlags {
  readonly each?: true;
  readonly mockEnv?: true;
  readonly online?: true;
  readonly routerFlavor?: RouterFlavor;
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
  gw validate --each 'configs/*.yml'       check files that do not belong together
  gw validate --online kong.yml            also ask the identity providers it names
  gw validate --format json kong.yml       findings for a machine
  gw validate --format stylish --format sarif=gw.sarif kong.yml
  gw validate --fail-on warning kong.yml   exit 1 on warnings too

Exit codes: 0 nothing that fails, 1 findings, 2 wrong usage or a file that cannot be read.
Each code of a finding has a page: gw help plugin/unknown.`;

/** Declares `gw validate`; `name` lets the aliases say what was typed. */
export function validateCommand(name: string, done: (code: ExitCode) => void): Command {
  const command = new Command(name)
    .description(
      'check config files: everything that would stop a start, all findings in one run; offline, unless --online',
    )
    .argument('[file...]', 'files, folders, patterns, or "-" for stdin; default ./kong.yml, ./kong.yaml')
    .option('--each', 'check each file for itself instead of all as one config')
    .option('--mock-env', 'use placeholders for environment variables that are not set')
    .option('--online', 'when there is no error, also ask identity providers whether the config fits them')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .addOption(routerFlavorOption())
    .option('--stdin-filename <name>', 'what to call stdin in findings');
  return addReportOptions(command)
    .addHelpText('after', examples)
    .action(async (files: readonly string[], flags: ValidateFlags) => done(await validate(files, flags)));
}

async function validate(args: readonly string[], flags: ValidateFlags): Promise<ExitCode> {
  const { findConfigFiles } = await import('../config-files.ts');
  const { concludeReport } = await import('../conclude-report.ts');
  if (flags.online === true && flags.mockEnv === true) {
    const { UsageError } = await import('../usage-error.ts');
    throw new UsageError('--online and --mock-env exclude each other', 'set the variables that the files name');
  }
  const report = await check(findConfigFiles(args, process.env.KONG_DECLARATIVE_CONFIG ?? null), flags);
  const isChecked = (code: string): boolean =>
    !/^(?:lint|test)\//.test(code) && (flags.online === true || !isOnlineCode(code));
  return await concludeReport(report, { flags, isChecked });
}

async function check(files: readonly string[], flags: ValidateFlags): Promise<Report> {
  const { checkEachFile, checkFiles } = await import('../validate-config.ts');
  const options = {
    mockEnv: flags.mockEnv === true,
    online: flags.online === true,
    allowPlugins: flags.allowPlugin ?? [],
    routerFlavor: statedFlavor(flags.routerFlavor, process.env),
    ...(flags.stdinFilename === undefined ? {} : { stdinName: flags.stdinFilename }),
  };
  if (flags.each !== true) return await checkFiles(files, options);
  const { systemClock } = await import('../../lib/clock.ts');
  const { Progress } = await import('../progress.ts');
  const { joinReports } = await import('../report.ts');
  const stream = flags.quiet === true ? { write: () => true } : process.stderr;
  const progress = new Progress(stream, files.length, systemClock);
  try {
    return joinReports(await checkEachFile(files, options, (name) => progress.step(name)));
  } finally {
    progress.clear();
  }
}
