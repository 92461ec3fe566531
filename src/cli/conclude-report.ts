import { isAbsolute, relative } from 'node:path';
import { writeFileSync } from 'node:fs';
import { applyIgnores } from '../config/ignore-comments.ts';
import { applySeverities, matchesCode, type SeverityOverride } from '../config/severities.ts';
import { nearest } from '../lib/nearest.ts';
import type { ReportFlags, ReportOutput } from './commands/report-options.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { renderReport } from './formats/render-report.ts';
import { knownCodes } from './known-codes.ts';
import { failingSeverities, isFailure, type Report, type ReportOptions } from './report.ts';
import { printResult, wantsColor } from './terminal.ts';
import { fileProblem } from '../lib/file-problem.ts';
import { UsageError } from './usage-error.ts';

/** What {@link concludeReport} has to know besides the flags. */
export interface Conclusion {
  readonly flags: ReportFlags;
  /** Whether the command looked for findings of a code, see `IgnoreOptions.isChecked`. */
  readonly isChecked: (code: string) => boolean;
  /** Codes besides {@link knownCodes}, such as rules of the user's own. */
  readonly furtherCodes?: readonly string[];
}

/**
 * The last step of every command that has findings: obeys the comments in the files and `--severity`, prints or writes
 * the report in all formats asked for, and says how the command ends.
 * @throws {UsageError} for flags that do not go together, unknown codes, and files that cannot be written
 */
export async function concludeReport(found: Report, conclusion: Conclusion): Promise<ExitCode> {
  const { flags, isChecked, furtherCodes = [] } = conclusion;
  const codes = new Set([...Object.keys(knownCodes), ...furtherCodes]);
  const outputs = decideOutputs(flags);
  const overrides = flags.severity ?? [];
  for (const override of overrides) assertKnown(override, codes);
  const kept = applyIgnores(found.sources, found.diagnostics, { knownCodes: codes, isChecked });
  const report = { ...found, diagnostics: applySeverities(kept, overrides) };
  for (const output of outputs) await write(output, report, flags);
  return isFailure(report, flags) ? exitCode.findings : exitCode.fine;
}

/** @throws {UsageError} when two formats would be written to one place */
function decideOutputs({ format = [], outputFile }: ReportFlags): readonly ReportOutput[] {
  const wanted: readonly ReportOutput[] = format.length === 0 ? [{ format: 'stylish', file: null }] : format;
  const outputs = wanted.map(({ format: name, file }) => ({ format: name, file: file ?? outputFile ?? null }));
  const places = outputs.map(({ file }) => file);
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice === undefined) return outputs;
  const place = twice === null ? 'to stdout' : `to "${twice}"`;
  throw new UsageError(`two formats would be written ${place}`, 'name a file of its own: --format sarif=gw.sarif');
}

function assertKnown({ pattern }: SeverityOverride, codes: ReadonlySet<string>): void {
  if ([...codes].some((code) => matchesCode(pattern, code))) return;
  const near = nearest(pattern, codes);
  const hint = near === null ? '"gw help codes" lists the codes' : `did you mean "${near}"?`;
  throw new UsageError(`--severity: there is no code "${pattern}"`, hint);
}

async function write({ format, file }: ReportOutput, report: Report, flags: ReportFlags): Promise<void> {
  const { env } = process;
  const color = file === null ? wantsColor(flags.color, process.stdout, env) : flags.color === 'always';
  const options = { color, root: rootOf(env), failing: failingSeverities(flags) };
  if (file !== null) {
    writeFile(file, await renderReport(format, report, options));
    return;
  }
  const isClean = report.diagnostics.length === 0;
  if (format === 'stylish' && isClean && flags.quiet === true) return;
  printResult(await renderReport(format, report, options));
  if (format === 'stylish' && env.GITHUB_ACTIONS === 'true') printResult(await renderReport('github', report, options));
}

/** The root of the repository as the CI system tells, if the command runs inside it; else the current folder. */
function rootOf(env: NodeJS.ProcessEnv): ReportOptions['root'] {
  const cwd = process.cwd();
  const told = env.GITHUB_WORKSPACE ?? env.CI_PROJECT_DIR ?? '';
  if (told === '' || !isAbsolute(told)) return cwd;
  const path = relative(told, cwd);
  return path.startsWith('..') || isAbsolute(path) ? cwd : told;
}

function writeFile(file: string, text: string): void {
  try {
    writeFileSync(file, text === '' ? '' : `${text}\n`);
  } catch (error) {
    throw new UsageError(`cannot write "${file}": ${fileProblem(error)}`, 'name another --output-file');
  }
}
