import type { Diagnostic, Range, Severity } from '../config/diagnostic.ts';
import type { JsonPath } from '../lib/json.ts';
import type { LoadResult } from '../config/load-config.ts';

/**
 * What a format prints. `counts`, how many entities there are, is for the line of a clean run; `tests` is there when
 * tests were run.
 */
export type Report = Pick<LoadResult, 'diagnostics' | 'sources'> &
  Partial<Pick<LoadResult, 'counts'>> & { readonly tests?: TestRun };

/** Tests that were run, whatever came of them. */
export interface TestRun {
  /** In the order of the files. */
  readonly cases: readonly TestCase[];
  /** `null` when nobody asked. */
  readonly coverage: TestCoverage | null;
}

/** One test of a test file. */
export interface TestCase {
  readonly name: string;
  readonly file: string;
  /** Findings below this path of the file are about the test. */
  readonly path: JsonPath;
  readonly range: Range;
  /** False when its config has errors. */
  readonly isRun: boolean;
}

/** How many routes there are, and how many of them tests reach. */
export interface TestCoverage {
  readonly routes: number;
  readonly reached: number;
}

/** A test with what was found about it. */
export interface TestOutcome {
  readonly test: TestCase;
  readonly findings: readonly Diagnostic[];
  readonly status: 'passed' | 'failed' | 'skipped';
}

/** What came of each test: it failed if it has an error. Empty when no tests were run. */
export function testOutcomes({ tests, diagnostics }: Report): readonly TestOutcome[] {
  const byTest = new Map<string, Diagnostic[]>();
  for (const finding of diagnostics) {
    const key = testKey(finding);
    const list = byTest.get(key);
    if (list === undefined) byTest.set(key, [finding]);
    else list.push(finding);
  }
  return (tests?.cases ?? []).map((test) => {
    const findings = byTest.get(testKey(test)) ?? [];
    const isFailed = findings.some(({ severity }) => severity === 'error');
    return { test, findings, status: isFailed ? 'failed' : test.isRun ? 'passed' : 'skipped' };
  });
}

/** File and test, the first two steps of the path; findings outside of tests get keys that no test has. */
function testKey({ file, path }: Pick<Diagnostic, 'file' | 'path'>): string {
  return JSON.stringify([file, ...path.slice(0, 2)]);
}

/** How a report is printed, whatever the format. */
export interface ReportOptions {
  readonly color: boolean;
  /** Absolute path of the folder that paths in reports for other tools are relative to: the root of the repository. */
  readonly root: string;
  /** Severities that make the command fail. */
  readonly failing: ReadonlySet<Severity>;
}

/** When findings make the exit code 1. */
export interface FailPolicy {
  /** The least severity that does; `never`: none does. */
  readonly failOn: 'error' | 'warning' | 'never';
  /** More warnings than this do, unless `failOn` is `never`. */
  readonly maxWarnings?: number;
}

/** One report of several, each file or group checked for itself. */
export function joinReports(reports: readonly Report[]): Report {
  const counts = { services: 0, routes: 0, consumers: 0, plugins: 0 };
  for (const report of reports) {
    for (const kind of Object.keys(counts) as (keyof typeof counts)[]) counts[kind] += report.counts?.[kind] ?? 0;
  }
  return {
    diagnostics: reports.flatMap(({ diagnostics }) => diagnostics),
    sources: reports.flatMap(({ sources }) => sources),
    counts,
  };
}

/** How many findings there are of a severity. */
export function countFindings({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }, of: Severity): number {
  return diagnostics.filter(({ severity }) => severity === of).length;
}

/** Whether the findings make the command fail. */
export function isFailure(report: Report, { failOn, maxWarnings }: FailPolicy): boolean {
  if (failOn === 'never') return false;
  const warnings = countFindings(report, 'warning');
  if (countFindings(report, 'error') > 0 || warnings > (maxWarnings ?? Infinity)) return true;
  return failOn === 'warning' && warnings > 0;
}

/** The severities of which a single finding makes the command fail. */
export function failingSeverities({ failOn, maxWarnings }: FailPolicy): ReadonlySet<Severity> {
  if (failOn === 'never') return new Set();
  return new Set(failOn === 'warning' || maxWarnings === 0 ? ['error', 'warning'] : ['error']);
}
