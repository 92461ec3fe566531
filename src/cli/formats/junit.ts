import type { Diagnostic } from '../../config/diagnostic.ts';
import type { Report, ReportOptions } from '../report.ts';
import { findingAdvice, findingText } from './finding-text.ts';
import { reportPath } from './report-path.ts';
import { visible } from './visible-text.ts';

/**
 * JUnit's XML, as Jenkins and GitLab read it: a suite per file. Each finding is a test case: one that failed if it makes
 * the command fail, else one that passed and has the text in its output. A file without findings is one that passed.
 */
export function formatJunit(report: Report, options: Pick<ReportOptions, 'root' | 'failing'>): string {
  const suites = report.sources.map(({ name }) => {
    const findings = report.diagnostics.filter(({ file }) => file === name);
    return suiteOf(reportPath(name, options.root), findings, options.failing);
  });
  const tests = suites.reduce((sum, suite) => sum + suite.tests, 0);
  const failures = suites.reduce((sum, suite) => sum + suite.failures, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'gw', tests, failures, errors: 0 })}>`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
  ].join('\n');
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly xml: string;
}

function suiteOf(path: string, findings: readonly Diagnostic[], failing: ReportOptions['failing']): Suite {
  const file = visible(path);
  const tests = Math.max(1, findings.length);
  const failures = findings.filter(({ severity }) => failing.has(severity)).length;
  const clean = `    <testcase${attributes({ name: 'no findings', classname: file })}/>`;
  const cases = findings.map((finding) => caseOf(file, finding, failing.has(finding.severity)));
  const head = attributes({ name: file, tests, failures, errors: 0, skipped: 0 });
  const lines = findings.length === 0 ? [clean] : cases;
  return { tests, failures, xml: [`  <testsuite${head}>`, ...lines, '  </testsuite>'].join('\n') };
}

function caseOf(file: string, finding: Diagnostic, isFailing: boolean): string {
  const { line, column } = finding.range.start;
  const text = escape(`${file}:${line}:${column}: ${finding.severity}: ${findingAdvice(finding)} [${finding.code}]`);
  const failure = attributes({ message: findingText(finding), type: finding.severity });
  return [
    `    <testcase${attributes({ name: `${finding.code} at ${line}:${column}`, classname: file })}>`,
    isFailing ? `      <failure${failure}>${text}</failure>` : `      <system-out>${text}</system-out>`,
    '    </testcase>',
  ].join('\n');
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 has no way to write half of a surrogate pair, U+FFFE or U+FFFF; controls are spelled out already. */
function escape(text: string): string {
  return text
    .replace(/[\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
