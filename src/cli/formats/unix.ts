import type { Report } from '../report.ts';
import { findingAdvice } from './finding-text.ts';
import { visible } from './visible-text.ts';

/** One line per finding, as compilers print them: `file:line:column: severity: message [code]`. Clean: nothing. */
export function formatUnix({ diagnostics }: Report): string {
  const lines = diagnostics.map((finding) => {
    const { line, column } = finding.range.start;
    return `${visible(finding.file)}:${line}:${column}: ${finding.severity}: ${findingAdvice(finding)} [${finding.code}]`;
  });
  return lines.join('\n');
}
