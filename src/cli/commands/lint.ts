import { Command, InvalidArgumentError } from 'commander';
import type { ActiveRule } from '../../lint/rule-settings.ts';
import { isOnlineCode } from '../../config/severities.ts';
import type { RouterFlavor } from '../../router/router.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import type { ChosenRules, RuleFlag } from '../lint-rules.ts';
import type { LintReport } from '../lint-files.ts';
import { routerFlavorOption, statedFlavor } from '../router-flavor.ts';
import { printNote, printResult } from '../terminal.ts';
import { collect } from './common-options.ts';
import { addReportOptions, type ReportFlags } from './report-options.ts';

interface LintFlags extends ReportFlags {
  readonly each?: true;
  readonly mockEnv?: true;
  readonly routerFlavor?: RouterFlavor;
  readonly stdinFilename?: string;
  readonly allowPlugin?: readonly string[];
  readonly rule?: readonly RuleFlag[];
  readonly rulesFile?: string | false;
  readonly listRules?: true;
}

const examples = `
Examples:
  gw lint                                       check ./kong.yml, then run the rules
  gw lint --list-rules                          what the rules are, and how loud
  gw lint --rule literal-secret=error kong.yml  make a rule stricter; off turns one off
  gw lint --rules-file rules.yml kong.yml       severities, options and rules of your own
  gw lint --fail-on warning kong.yml            exit 1 on warnings too
  gw lint --format github config/               annotations in a pull request

Without --rules-file the file .gwlint.yml of the current folder is used, if there is one.
A comment "# gw-ignore lint/RULE" at or above a line hides a finding. Each rule has a page: gw help lint/tied-routes.

Exit codes: 0 nothing that fails, 1 findings, 2 wrong usage, a file that cannot be read or a ruleset with mistakes.`;

/** Declares `gw lint`. */
export function lintCommand(done: (code: ExitCode) => void): Command {
  const command = new Command('lint')
    .description('check config files and give advice: routing, security, what is unused, conventions')
    .argument('[file...]', 'files, folders, patterns, or "-" for stdin; default ./kong.yml, ./kong.yaml')
    .option('--rule <name=severity>', 'report a rule as off, info, warning or error; may be repeated', collectRule)
    .option('--rules-file <file>', 'a ruleset: severities, options and rules of your own')
    .option('--no-rules-file', 'do not use the ruleset of the current folder')
    .option('--list-rules', 'print the rules with their severities instead; --format json tells all about them')
    .option('--each', 'check each file for itself instead of all as one config')
    .option('--mock-env', 'use placeholders for environment variables that are not set')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .addOption(routerFlavorOption())
    .option('--stdin-filename <name>', 'what to call stdin in findings');
  return addReportOptions(command)
    .addHelpText('after', examples)
    .action(async (files: readonly string[], flags: LintFlags) => done(await lint(files, flags)));
}

function collectRule(text: string, earlier: readonly RuleFlag[] = []): readonly RuleFlag[] {
  const [, name, severity] =
    /^(?:lint\/)?([^=\s]+)=(off|info|warning|error)$/.exec(text.replace(/=warn$/, '=warning')) ?? [];
  if (name === undefined || severity === undefined) {
    throw new InvalidArgumentError('NAME=SEVERITY is expected, with off, info, warning or error as the severity');
  }
  return [...earlier, { name, severity: severity as RuleFlag['severity'] }];
}

async function lint(args: readonly string[], flags: LintFlags): Promise<ExitCode> {
  const { chooseRules } = await import('../lint-rules.ts');
  const chosen = await chooseRules(flags.rulesFile, flags.rule ?? []);
  if (flags.listRules === true) return await listRules(chosen, flags);
  const { findConfigFiles } = await import('../config-files.ts');
  const { activateRules } = await import('../../lint/rule-settings.ts');
  const { lintGroup } = await import('../../lint/run-rules.ts');
  const { concludeReport } = await import('../conclude-report.ts');
  const { joinReports } = await import('../report.ts');
  const rules = activateRules(chosen.rules, chosen.settings);
  const reports = await run(findConfigFiles(args, process.env.KONG_DECLARATIVE_CONFIG ?? null), rules, flags);
  const isBroken = reports.some((report) => report.isBroken);
  if (isBroken && flags.quiet !== true) printNote('gw: a config with errors is not looked at by the rules');
  const looked = new Set(rules.map(({ rule }) => `${lintGroup}${rule.name}`));
  return await concludeReport(joinReports(reports), {
    flags,
    isChecked: (code) =>
      code.startsWith(lintGroup) ? !isBroken && looked.has(code) : !isOnlineCode(code) && !code.startsWith('test/'),
    furtherCodes: chosen.rules.map(({ name }) => `${lintGroup}${name}`),
  });
}

async function listRules(chosen: ChosenRules, { format = [] }: LintFlags): Promise<ExitCode> {
  const { formatRuleList, formatRuleListJson } = await import('../formats/rule-list.ts');
  const isJson = format.some((output) => output.format === 'json');
  printResult(isJson ? formatRuleListJson(chosen) : formatRuleList(chosen));
  return exitCode.fine;
}

async function run(
  files: readonly string[],
  rules: readonly ActiveRule[],
  flags: LintFlags,
): Promise<readonly LintReport[]> {
  const { lintFiles } = await import('../lint-files.ts');
  const { systemClock } = await import('../../lib/clock.ts');
  const { Progress } = await import('../progress.ts');
  const stream = flags.quiet === true ? { write: () => true } : process.stderr;
  const progress = new Progress(stream, files.length, systemClock);
  try {
    return await lintFiles(files, {
      rules,
      mockEnv: flags.mockEnv === true,
      allowPlugins: flags.allowPlugin ?? [],
      routerFlavor: statedFlavor(flags.routerFlavor, process.env),
      onFile:
        flags.each === true
          ? (name) => {
              progress.step(name);
            }
          : null,
      ...(flags.stdinFilename === undefined ? {} : { stdinName: flags.stdinFilename }),
    });
  } finally {
    progress.clear();
  }
}
