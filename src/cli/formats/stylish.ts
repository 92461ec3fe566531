import { Chalk, type ChalkInstance } from 'chalk';
import type { Diagnostic, Severity } from '../../config/diagnostic.ts';
import { countFindings, type Report, type TestCoverage, testOutcomes, type TestRun } from '../report.ts';
import { codeFrame } from './code-frame.ts';
import { findingText } from './finding-text.ts';
import { visible } from './visible-text.ts';

/** For people: each finding with its place, a code frame and what to do, then a summary. Ends without a line break. */
export function formatStylish(report: Report, options: { readonly color: boolean }): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 });
  if (report.diagnostics.length === 0) return cleanLine(report, paint);
  const texts = new Map(report.sources.map((source) => [source.name, source]));
  const blocks = foldRepeats(report.diagnostics).map(({ first, further }) => {
    const source = texts.get(first.file);
    const frame = source === undefined ? [] : codeFrame(source, first.range, paint);
    const lines = [headLine(first, paint), ...frame, ...relatedLines(first, paint), ...hintLines(first, paint)];
    return [...lines, ...furtherLines(further, paint)].join('\n');
  });
  return `${blocks.join('\n\n')}\n\n${summaryLine(report, paint)}`;
}

/** A finding, and how many others say the same of other places. */
interface Fold {
  readonly first: Diagnostic;
  readonly further: readonly Diagnostic[];
}

/** Warnings and notes with one text, such as "has no effect" of a plugin that is used everywhere, become one block. */
function foldRepeats(diagnostics: readonly Diagnostic[]): readonly Fold[] {
  const folds: { readonly first: Diagnostic; readonly further: Diagnostic[] }[] = [];
  const byText = new Map<string, Diagnostic[]>();
  for (const finding of diagnostics) {
    const key = `${finding.severity} ${finding.code} ${finding.message}`;
    const others = finding.severity === 'error' ? undefined : byText.get(key);
    if (others !== undefined) {
      others.push(finding);
      continue;
    }
    const further: Diagnostic[] = [];
    byText.set(key, further);
    folds.push({ first: finding, further });
  }
  return folds;
}

/** More places than these are counted. */
const MAX_FURTHER_PLACES = 5;

function furtherLines(further: readonly Diagnostic[], paint: ChalkInstance): readonly string[] {
  if (further.length === 0) return [];
  const places = further
    .slice(0, MAX_FURTHER_PLACES)
    .map(({ file, range }) => `${visible(file)}:${range.start.line}:${range.start.column}`);
  const rest = further.length - places.length;
  const more = rest === 0 ? '' : ` and ${count(rest, 'more place')} (--format unix shows all)`;
  return [`  ${paint.dim('also')} ${places.join(', ')}${more}`];
}

function headLine(finding: Diagnostic, paint: ChalkInstance): string {
  const { file, range, severity, code } = finding;
  const place = `${visible(file)}:${range.start.line}:${range.start.column}`;
  return [paint.underline(place), severityWord(severity, paint), findingText(finding), paint.dim(code)].join('  ');
}

function severityWord(severity: Severity, paint: ChalkInstance): string {
  if (severity === 'error') return paint.red(severity);
  return severity === 'warning' ? paint.yellow(severity) : paint.blue(severity);
}

function relatedLines({ related }: Diagnostic, paint: ChalkInstance): readonly string[] {
  return (related ?? []).map(({ file, range, message }) => {
    const place = `${visible(file)}:${range.start.line}:${range.start.column}`;
    return `  ${paint.dim('see')} ${place} ${paint.dim(visible(message))}`;
  });
}

function hintLines({ hint }: Diagnostic, paint: ChalkInstance): readonly string[] {
  return hint === undefined ? [] : [`  ${paint.cyan('→')} ${visible(hint)}`];
}

function summaryLine(report: Report, paint: ChalkInstance): string {
  if (report.tests !== undefined) return testLine(report, report.tests, paint);
  const { diagnostics } = report;
  const errors = countFindings(report, 'error');
  const warnings = countFindings(report, 'warning');
  const infos = countFindings(report, 'info');
  const parts = [count(errors, 'error'), count(warnings, 'warning'), ...(infos === 0 ? [] : [count(infos, 'note')])];
  const shown = parts.filter((part) => !part.startsWith('0 '));
  const files = new Set(diagnostics.map(({ file }) => file)).size;
  const text = `✖ ${count(diagnostics.length, 'problem')} (${shown.join(', ')}) in ${count(files, 'file')}`;
  return errors > 0 ? paint.red.bold(text) : paint.yellow.bold(text);
}

function cleanLine(report: Report, paint: ChalkInstance): string {
  const { sources, counts, tests } = report;
  if (tests !== undefined) return testLine(report, tests, paint);
  const files = sources.length === 1 ? visible(sources[0]?.name ?? '') : count(sources.length, 'file');
  if (counts === undefined) return paint.green(`✔ ${files}: no problems`);
  const { services, routes, plugins, consumers } = counts;
  const parts = [
    count(services, 'service'),
    count(routes, 'route'),
    count(plugins, 'plugin'),
    count(consumers, 'consumer'),
  ];
  return paint.green(`✔ ${files}: ${parts.join(', ')}`);
}

/** What came of the tests, in one line. */
function testLine(report: Report, { coverage }: TestRun, paint: ChalkInstance): string {
  const outcomes = testOutcomes(report);
  const failed = outcomes.filter(({ status }) => status === 'failed').length;
  const skipped = outcomes.filter(({ status }) => status === 'skipped').length;
  const ofTests = `of ${count(outcomes.length, 'test')}`;
  const ran = failed === 0 ? `${count(outcomes.length - skipped, 'test')} passed` : `${failed} ${ofTests} failed`;
  const parts = [
    ...(skipped === 0 || failed > 0 || skipped < outcomes.length ? [ran] : []),
    ...(skipped === 0 ? [] : [`${skipped} ${ofTests} not run: the config has errors`]),
    ...(coverage === null ? [] : [coverageText(coverage)]),
  ];
  const isFine = countFindings(report, 'error') === 0;
  return isFine ? paint.green(`✔ ${parts.join('; ')}`) : paint.red.bold(`✖ ${parts.join('; ')}`);
}

function coverageText({ routes, reached }: TestCoverage): string {
  return `${reached} of ${count(routes, 'route')} reached`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
