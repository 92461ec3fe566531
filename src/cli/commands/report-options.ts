import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseSeverityOverride, type SeverityOverride } from '../../config/severities.ts';
import { type FormatName, formatNames } from '../formats/format-names.ts';
import type { FailPolicy } from '../report.ts';
import type { ColorChoice } from '../terminal.ts';
import { colorOption, parseCount } from './common-options.ts';

/** One `--format NAME[=FILE]`; `file` is `null` for stdout. */
export interface ReportOutput {
  readonly format: FormatName;
  readonly file: string | null;
}

/** What {@link addReportOptions} reads. */
export interface ReportFlags extends FailPolicy {
  readonly format?: readonly ReportOutput[];
  readonly outputFile?: string;
  readonly severity?: readonly SeverityOverride[];
  readonly quiet?: true;
  readonly color: ColorChoice;
}

/** Declares the flags about findings, the same for every command that has some. */
export function addReportOptions(command: Command): Command {
  return command
    .option(
      '--format <name[=file]>',
      `how findings are printed: ${formatNames.join(', ')}; may be repeated`,
      collectOutput,
    )
    .option('--output-file <file>', 'write the findings there instead of to stdout')
    .addOption(
      new Option('--fail-on <severity>', 'the least severity that makes the exit code 1')
        .choices(['error', 'warning', 'never'])
        .default('error'),
    )
    .option('--max-warnings <number>', 'exit 1 when there are more warnings', parseCount)
    .option(
      '--severity <code=level>',
      'report a code, or a group such as "yaml/*", as off, info, warning or error; may be repeated',
      collectSeverity,
    )
    .option('-q, --quiet', 'print nothing when there is nothing to report')
    .addOption(colorOption());
}

function collectOutput(text: string, earlier: readonly ReportOutput[] = []): readonly ReportOutput[] {
  const at = text.indexOf('=');
  const name = at === -1 ? text : text.slice(0, at);
  const format = formatNames.find((candidate) => candidate === name);
  if (format === undefined) throw new InvalidArgumentError(`Allowed choices are ${formatNames.join(', ')}.`);
  const file = at === -1 ? null : text.slice(at + 1);
  if (file === '') throw new InvalidArgumentError('a file name is expected after "="');
  return [...earlier, { format, file }];
}

function collectSeverity(text: string, earlier: readonly SeverityOverride[] = []): readonly SeverityOverride[] {
  const override = parseSeverityOverride(text);
  if (override === null) {
    throw new InvalidArgumentError('CODE=LEVEL is expected, with off, info, warning or error as the level');
  }
  return [...earlier, override];
}
