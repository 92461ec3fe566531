import type { Severity } from '../../config/diagnostic.ts';
import type { Report, ReportOptions } from '../report.ts';
import { findingAdvice } from './finding-text.ts';
import { reportPath } from './report-path.ts';

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/**
 * Workflow commands that GitHub Actions turns into annotations: `::error file=…,line=…::message`. Clean: nothing.
 * The end column is only given within one line, the only place where GitHub reads it.
 */
export function formatGithub({ diagnostics }: Report, { root }: Pick<ReportOptions, 'root'>): string {
  const lines = diagnostics.map((finding) => {
    const { start, end } = finding.range;
    const properties = {
      file: reportPath(finding.file, root),
      line: start.line,
      endLine: end.line,
      col: start.column,
      ...(start.line === end.line ? { endColumn: end.column } : {}),
      title: finding.code,
    };
    const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
    return `::${commands[finding.severity]} ${list.join(',')}::${escapeData(findingAdvice(finding))}`;
  });
  return lines.join('\n');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
