import type { Diagnostic } from '../../config/diagnostic.ts';
import { type Report, type ReportOptions, type TestOutcome, testOutcomes } from '../report.ts';
import { findingAdvice, findingText } from './finding-text.ts';
import { reportPath } from './report-path.ts';
import { visible } from './visible-text.ts';

/**
 * JUnit's XML, as Jenkins and GitLab read it: a suite per file. Each finding is a test case: one that failed if it makes
 * the command fail, else one that passed and has the text in its output. A file without findings is one that passed.
 * Tests of `gw test` are test cases themselves.
 */
export function formatJunit(report: Report, options: Pick<ReportOptions, 'root' | 'failing'>): string {
  const outcomes = testOutcomes(report);
  const suites = report.sources.map(({ name }) => {
    const own = outcomes.filter(({ test }) => test.file === name);
    const told = new Set(own.flatMap(({ findings }) => findings));
    const findings = report.diagnostics.filter((finding) => finding.file === name && !told.has(finding));
    return suiteOf(reportPath(name, options.root), { outcomes: own, findings }, options.failing);
  });
  const skipped = outcomes.filter(({ status }) => status === 'skipped').length;
  const tests = suites.reduce((sum, suite) => sum + suite.tests, 0);
  const failures = suites.reduce((sum, suite) => sum + suite.failures, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'gw', tests, failures, errors: 0, ...(skipped === 0 ? {} : { skipped }) })}>`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
  ].join('\n');
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly xml: string;
}

interface Contents {
  readonly outcomes: readonly TestOutcome[];
  readonly findings: readonly Diagnostic[];
}

function suiteOf(path: string, { outcomes, findings }: Contents, failing: ReportOptions['failing']): Suite {
  const file = visible(path);
  const tests = Math.max(1, outcomes.length + findings.length);
  const isFailure = ({ severity }: Diagnostic): boolean => failing.has(severity);
  const failures =
    outcomes.filter((outcome) => outcome.findings.some(isFailure)).length + findings.filter(isFailure).length;
  const skipped = outcomes.filter(({ status }) => status === 'skipped').length;
  const clean = `    <testcase${attributes({ name: 'no findings', classname: file })}/>`;
  const cases = [
    ...outcomes.map((outcome) => testCaseOf(file, outcome, failing)),
    ...findings.map((finding) => caseOf(file, finding, isFailure(finding))),
  ];
  const head = attributes({ name: file, tests, failures, errors: 0, skipped });
  const lines = cases.length === 0 ? [clean] : cases;
  return { tests, failures, xml: [`  <testsuite${head}>`, ...lines, '  </testsuite>'].join('\n') };
}

function testCaseOf(file: string, { test, findings, status }: TestOutcome, failing: ReportOptions['failing']): string {
  const head = attributes({ name: visible(test.name), classname: file });
  if (findings.length === 0) {
    return status === 'skipped'
      ? `    <testcase${head}><skipped message="the config has errors"/></testcase>`
      : `    <testcase${head}/>`;
  }
  const failed = findings.filter(({ severity }) => failing.has(severity));
  const text = escape(findings.map((finding) => lineOf(file, finding)).join('\n'));
  const [first] = failed;
  const body =
    first === undefined
      ? `<system-out>${text}</system-out>`
      : `<failure${attributes({ message: failed.map(({ message }) => visible(message)).join('; '), type: first.severity })}>${text}</failure>`;
  return [`    <testcase${head}>`, `      ${body}`, '    </testcase>'].join('\n');
}

function lineOf(file: string, finding: Diagnostic): string {
  const { line, column } = finding.range.start;
  return `${file}:${line}:${column}: ${finding.severity}: ${findingAdvice(finding)} [${finding.code}]`;
}

function caseOf(file: string, finding: Diagnostic, isFailing: boolean): string {
  const { line, column } = finding.range.start;
  const text = escape(lineOf(file, finding));
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
