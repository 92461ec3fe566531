import type { Diagnostic } from '../../config/diagnostic.ts';
import type { Source } from '../../config/source.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Report, TestCase } from '../report.ts';
import { answerRecord } from '../routing/answer-record.ts';
import { whyNotRoute } from '../routing/explain-question.ts';
import type { Answer, RoutingModel } from '../routing/routing-model.ts';
import { readSources } from '../validate-config.ts';
import { compareAnswer, isNamed, type Mismatch } from './compare-answer.ts';
import { ConfigLoader, type ConfigOptions, type ConfigUnderTest } from './config-under-test.ts';
import { findUncovered } from './coverage.ts';
import { maskTestFile } from './test-secrets.ts';
import { fileDiagnostics, readTestFile, type RequestTest, type TestFile } from './test-file.ts';

/** How {@link runTestFiles} works. */
export interface TestOptions extends ConfigOptions {
  /** How to report routes that no test reaches; `null`: not at all. */
  readonly coverage: 'warning' | 'error' | null;
}

/**
 * Runs the tests of files against their configs, offline. A config with errors is reported, and its tests are not run.
 * @throws {UsageError} when a file cannot be read
 */
export async function runTestFiles(files: readonly string[], options: TestOptions): Promise<Report> {
  const loader = new ConfigLoader(options);
  const env = { env: options.env ? process.env : {}, mockEnv: !options.env };
  const configs = new Set<ConfigUnderTest>();
  const results: FileResult[] = [];
  for (const source of await readSources(files)) {
    const file = readTestFile(source, env);
    const name = source.name === '<stdin>' ? '-' : source.name;
    const config = await loader.load(name, file.configs, file.routerFlavor);
    configs.add(config);
    results.push(runFile(file, config));
  }
  const found = [...configs].flatMap(({ errors }) => errors);
  const uncovered = options.coverage === null ? null : findUncovered(configs, options.coverage);
  const diagnostics = [...found, ...results.flatMap((result) => result.diagnostics), ...(uncovered?.diagnostics ?? [])];
  return {
    diagnostics,
    sources: [...sourcesWith(configs, diagnostics), ...results.map(({ source }) => source)],
    tests: { cases: results.flatMap(({ cases }) => cases), coverage: uncovered?.coverage ?? null },
  };
}

interface FileResult {
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
  readonly cases: readonly TestCase[];
}

function runFile(file: TestFile, { model, reached }: ConfigUnderTest): FileResult {
  const { document, tests } = file;
  if (model !== null) {
    for (const test of tests) {
      const target = test.content === null ? null : runTest(test, test.content, file, model);
      if (target !== null) reached.add(target);
    }
  }
  const cases = tests.map(({ name, path }): TestCase => {
    const { range } = document.locate(path, 'value');
    return { name, path, range, file: document.source.name, isRun: model !== null };
  });
  return { source: maskTestFile(document), diagnostics: fileDiagnostics(file), cases };
}

/** @returns the id of the route that took the request */
function runTest(
  { path }: RequestTest,
  { question, expect }: NonNullable<RequestTest['content']>,
  { document, findings }: TestFile,
  model: RoutingModel,
): string | null {
  const answer = model.answer(question);
  const unknown = unknownNames(expect, model);
  const mismatches = unknown.length > 0 ? unknown : compareAnswer(expect, answerRecord(answer));
  for (const mismatch of mismatches) {
    const hint = mismatch.code === 'test/route' ? whyRoute(expect.route, model, question, answer) : mismatch.hint;
    findings.add(mismatch.code, document, [...path, 'expect', ...mismatch.path], mismatch.message, { hint });
  }
  return answer.target?.route.id ?? null;
}

/** Names of routes and services that do not exist: nothing that follows from them is worth comparing. */
function unknownNames(
  { route, service }: NonNullable<RequestTest['content']>['expect'],
  model: RoutingModel,
): readonly Mismatch[] {
  const of = (kind: 'route' | 'service', expected: unknown): readonly Mismatch[] => {
    const known = kind === 'route' ? model.allRoutes : model.services;
    if (typeof expected !== 'string' || known.some((entity) => isNamed(entity, expected))) return [];
    const names = known.map(({ name }) => name).filter((name) => name !== null);
    const near = nearest(expected, names);
    const hint = near === null ? 'compare the names with "gw routes"' : `did you mean "${near}"?`;
    const message = `the config has no ${kind} "${expected}"`;
    return [{ code: 'test/unknown-name', path: [kind], message, hint }];
  };
  return [...of('route', route), ...of('service', service)];
}

/** Why the expected route did not take a request. */
function whyRoute(
  expected: unknown,
  model: RoutingModel,
  question: Parameters<typeof whyNotRoute>[1],
  answer: Answer,
): string | null {
  if (typeof expected !== 'string') return null;
  const entity = model.allRoutes.find((candidate) => isNamed(candidate, expected));
  if (entity === undefined) return null;
  const why = model.whyIdle(entity.id) ?? whyNotRoute(model, question, answer, entity.id);
  return why === null ? null : `"${expected}": ${why}`;
}

/** Of the texts of configs, those that some finding is about. */
function sourcesWith(configs: Iterable<ConfigUnderTest>, diagnostics: readonly Diagnostic[]): readonly Source[] {
  const files = new Set(diagnostics.map(({ file }) => file));
  const sources = [...configs].flatMap((config) => config.sources).filter(({ name }) => files.has(name));
  return [...new Map(sources.map((source) => [source.name, source])).values()];
}
