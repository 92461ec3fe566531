import type { Diagnostic, Range } from '../../config/diagnostic.ts';
import { countFindings, type Report, testOutcomes } from '../report.ts';

/** For machines: what `schemas/findings.schema.json` describes. Ends without a line break. */
export function formatJson(report: Report): string {
  const { diagnostics, sources, counts } = report;
  const summary = {
    errors: countFindings(report, 'error'),
    warnings: countFindings(report, 'warning'),
    infos: countFindings(report, 'info'),
    files: sources.map(({ name }) => name),
    ...(counts === undefined ? {} : { entities: counts }),
    ...(report.tests === undefined ? {} : testSummary(report)),
  };
  const tests = report.tests === undefined ? {} : { tests: testList(report) };
  return JSON.stringify({ version: 1, summary, ...tests, findings: diagnostics.map(toFinding) }, null, 2);
}

function testSummary(report: Report): object {
  const outcomes = testOutcomes(report);
  const count = (wanted: string): number => outcomes.filter(({ status }) => status === wanted).length;
  const coverage = report.tests?.coverage ?? null;
  return {
    tests: { total: outcomes.length, passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
    ...(coverage === null ? {} : { coverage }),
  };
}

function testList(report: Report): readonly object[] {
  return testOutcomes(report).map(({ test: { name, file, range }, status }) => ({
    name,
    status,
    file,
    line: range.start.line,
    column: range.start.column,
  }));
}

function toFinding(finding: Diagnostic): object {
  const { code, severity, message, file, range, path, entity, hint, related } = finding;
  return {
    code,
    severity,
    message,
    file,
    ...toPlace(range),
    path,
    entity,
    hint: hint ?? null,
    related: (related ?? []).map((other) => ({ message: other.message, file: other.file, ...toPlace(other.range) })),
  };
}

function toPlace({ start, end }: Range): object {
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}
