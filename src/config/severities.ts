import type { Diagnostic, Severity } from './diagnostic.ts';

/** What a code, or a whole group (`yaml/*`), is to be reported as. `off`: not at all. */
export interface SeverityOverride {
  readonly pattern: string;
  readonly severity: Severity | 'off';
}

const severities: readonly string[] = ['off', 'info', 'warning', 'error'];

/** Reads `CODE=off|info|warning|error`; `null` when it has another form. */
export function parseSeverityOverride(text: string): SeverityOverride | null {
  const [, pattern, severity] = /^([^=\s]+)=([a-z]+)$/.exec(text) ?? [];
  if (pattern === undefined || severity === undefined || !severities.includes(severity)) return null;
  return { pattern, severity: severity as SeverityOverride['severity'] };
}

/** Whether a pattern means a code: itself, its group (`yaml/*`), or all (`*`). */
export function matchesCode(pattern: string, code: string): boolean {
  if (pattern === '*' || pattern === code) return true;
  return pattern.endsWith('/*') && code.startsWith(pattern.slice(0, -1));
}

/** Whether a code is of a check that only runs with `--online`. */
export function isOnlineCode(code: string): boolean {
  return /^[^/]+\/online-/.test(code);
}

/**
 * The findings with the severities that a caller wants in the report; a later override wins over an earlier one. Only
 * the report changes: whether gw starts is decided by the severities the checks gave.
 */
export function applySeverities(
  diagnostics: readonly Diagnostic[],
  overrides: readonly SeverityOverride[],
): readonly Diagnostic[] {
  if (overrides.length === 0) return diagnostics;
  const last = [...overrides].reverse();
  return diagnostics.flatMap((finding) => {
    const severity = last.find(({ pattern }) => matchesCode(pattern, finding.code))?.severity ?? finding.severity;
    return severity === 'off' ? [] : [{ ...finding, severity }];
  });
}
