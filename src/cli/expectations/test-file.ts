import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Diagnostic } from '../../config/diagnostic.ts';
import { ConfigDocument } from '../../config/document.ts';
import { listOf } from '../../config/draft.ts';
import type { EnvOptions } from '../../config/env-template.ts';
import { Findings } from '../../config/findings.ts';
import { topLevel } from '../../config/format.ts';
import { explainSchemaErrors } from '../../config/schema-errors.ts';
import type { Source } from '../../config/source.ts';
import type { JsonObject, JsonPath, JsonSchema, JsonValue } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { once } from '../../lib/once.ts';
import { packageRoot } from '../../lib/package-info.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { routerFlavors } from '../../router/router-flavor.ts';
import type { Question } from '../routing/question.ts';
import { readQuestion } from '../routing/read-question.ts';

/** One test of a file. */
export interface RequestTest {
  readonly name: string;
  /** Where it stands: `tests`, position. */
  readonly path: JsonPath;
  /** `null` when it has mistakes, which have findings. */
  readonly content: { readonly question: Question; readonly expect: JsonObject } | null;
}

/** A test file. */
export interface TestFile {
  readonly document: ConfigDocument;
  /** Collects what is wrong with the file, and later what its tests find. */
  readonly findings: Findings;
  /** As written; empty when the file does not say. */
  readonly configs: readonly string[];
  readonly routerFlavor: RouterFlavor | null;
  readonly tests: readonly RequestTest[];
}

/** Reads a test file; mistakes in it become findings, and tests without mistakes can be run all the same. */
export function readTestFile(source: Source, env: EnvOptions): TestFile {
  const document = new ConfigDocument(source, env);
  const findings = new Findings([document]);
  const top = topLevel(document.value);
  if (document.isReadable) checkShape(document, findings);
  const broken = new Set(findings.errors().map(({ path }) => testOf(path)));
  const tests = listOf(top.tests).map((value, index): RequestTest => {
    const path = ['tests', index];
    const given = topLevel(value);
    const content = broken.has(index) ? null : readTest(given, path, document, findings);
    return { name: nameOf(given, index), path, content };
  });
  return {
    document,
    findings,
    configs: configsOf(top.config ?? null),
    routerFlavor: routerFlavors.find((flavor) => flavor === top.router_flavor) ?? null,
    tests,
  };
}

/** What was found in a file, in the order of its text, each finding with the test it belongs to. */
export function fileDiagnostics({ findings, tests }: TestFile): readonly Diagnostic[] {
  return findings.sorted().map((finding) => {
    const test = tests[testOf(finding.path) ?? -1];
    const entity = test === undefined ? null : { kind: 'test', name: test.name };
    return shapeCodes.has(finding.code) ? { ...finding, ...noMap, entity } : { ...finding, entity };
  });
}

/** Findings of the parser that speak of config files. */
const shapeCodes = new Set(['yaml/empty', 'yaml/not-a-map']);

const noMap = {
  code: 'test/file',
  message: 'expected a map with "tests"',
  hint: 'start with: tests:',
};

/** The position of the test that a path leads into. */
function testOf(path: JsonPath): number | null {
  const [list, index] = path;
  return list === 'tests' && typeof index === 'number' ? index : null;
}

const validator: () => ValidateFunction = once(() => {
  const schema = JSON.parse(readFileSync(join(packageRoot, 'schemas', 'test.schema.json'), 'utf8')) as JsonSchema;
  return new Ajv({ allErrors: true, verbose: true, strict: false, validateSchema: false }).compile(schema);
});

function checkShape(document: ConfigDocument, findings: Findings): void {
  const validate = validator();
  if (validate(document.value)) return;
  const view = { mayShow: () => true, written: (path: JsonPath) => document.written(path) };
  for (const { rule, path, part, message, hint } of explainSchemaErrors(validate.errors ?? [], view)) {
    const code = rule === 'unknown-key' ? 'test/unknown-key' : 'test/file';
    findings.add(code, document, path, message, { at: part, hint });
  }
}

function readTest(
  given: JsonObject,
  path: JsonPath,
  document: ConfigDocument,
  findings: Findings,
): RequestTest['content'] {
  const result = readQuestion(given.request ?? null);
  if ('question' in result) return { question: result.question, expect: topLevel(given.expect ?? null) };
  const { problem } = result;
  findings.add('test/request', document, [...path, 'request', ...problem.path], problem.message);
  return null;
}

function nameOf({ name, request = null }: JsonObject, index: number): string {
  if (typeof name === 'string' && name !== '') return name;
  if (typeof request === 'string') return request;
  return isJsonObject(request) ? requestName(request) : `#${index + 1}`;
}

function requestName({ method, url, scheme, protocol, host, path }: JsonObject): string {
  const text = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null);
  const place = text(url) ?? `${text(protocol) ?? text(scheme) ?? 'http'}://${text(host) ?? ''}${text(path) ?? '/'}`;
  return `${text(method) ?? 'GET'} ${place}`;
}

function configsOf(config: JsonValue): readonly string[] {
  const list = typeof config === 'string' ? [config] : listOf(config);
  return list.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
}
