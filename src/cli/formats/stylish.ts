import { Chalk, type ChalkInstance } from 'chalk';
import type { Diagnostic, Severity } from '../../config/diagnostic.ts';
import { countFindings, type Report } from '../report.ts';
import { codeFrame } from './code-frame.ts';
import { findingText } from './finding-text.ts';
import { visible } from './visible-text.ts';

/** For people: each finding with its place, a code frame and what to do, then a summary. Ends without a line break. */
export function formatStylish(report: Report, options: { readonly color: boolean }): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 });
  if (report.diagnostics.length === 0) return cleanLine(report, paint);
  const texts = new Map(report.sources.map((source) => [source.name, source]));
  const blocks = report.diagnostics.map((finding) => {
    const source = texts.get(finding.file);
    const frame = source === undefined ? [] : codeFrame(source, finding.range, paint);
    return [headLine(finding, paint), ...frame, ...relatedLines(finding, paint), ...hintLines(finding, paint)].join(
      '\n',
    );
  });
  return `${blocks.join('\n\n')}\n\n${summaryLine(report, paint)}`;
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

function cleanLine({ sources, counts }: Report, paint: ChalkInstance): string {
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

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
