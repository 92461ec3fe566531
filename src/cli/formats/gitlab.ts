import type { Severity } from '../../config/diagnostic.ts';
import type { Report, ReportOptions } from '../report.ts';
import { findingAdvice } from './finding-text.ts';
import { fingerprints } from './fingerprint.ts';
import { reportPath } from './report-path.ts';

const severities: Readonly<Record<Severity, string>> = { error: 'major', warning: 'minor', info: 'info' };

/** GitLab's code quality report: a JSON list, empty for a clean run. */
export function formatGitlab({ diagnostics }: Report, { root }: Pick<ReportOptions, 'root'>): string {
  const prints = fingerprints(diagnostics);
  const issues = diagnostics.map((finding, index) => ({
    description: findingAdvice(finding),
    check_name: finding.code,
    fingerprint: prints[index],
    severity: severities[finding.severity],
    location: {
      path: reportPath(finding.file, root),
      lines: { begin: finding.range.start.line, end: finding.range.end.line },
    },
  }));
  return JSON.stringify(issues, null, 2);
}
