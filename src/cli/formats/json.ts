import type { Diagnostic, Range } from '../../config/diagnostic.ts';
import { countFindings, type Report } from '../report.ts';

/** For machines: what `schemas/findings.schema.json` describes. Ends without a line break. */
export function formatJson(report: Report): string {
  const { diagnostics, sources, counts } = report;
  const summary = {
    errors: countFindings(report, 'error'),
    warnings: countFindings(report, 'warning'),
    infos: countFindings(report, 'info'),
    files: sources.map(({ name }) => name),
    ...(counts === undefined ? {} : { entities: counts }),
  };
  return JSON.stringify({ version: 1, summary, findings: diagnostics.map(toFinding) }, null, 2);
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
