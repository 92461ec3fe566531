import Nimma from 'nimma';
import type { ConfigDocument } from '../../config/document.ts';
import { isJsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import type { LintContext } from '../context.ts';
import type { LintRule, Report, RuleSeverity } from '../rule.ts';
import type { ValueCheck } from './functions.ts';

/** What to do with each value that `given` finds. */
export interface ThenStep {
  /** A member, `@key` for each key, or a JSONPath; `null` for the value itself. */
  readonly field: string | null;
  readonly check: ValueCheck;
}

/** A rule of a ruleset, read and checked. */
export interface UserRuleDefinition {
  readonly name: string;
  readonly severity: RuleSeverity;
  readonly description: string;
  /** Template of the message; `null` for the description, or else what the function says. */
  readonly message: string | null;
  /** JSONPath expressions, without aliases. */
  readonly given: readonly string[];
  readonly then: readonly ThenStep[];
}

/** A value that a rule looks at. */
interface Target {
  readonly path: JsonPath;
  readonly value: JsonValue | undefined;
  readonly isKey: boolean;
}

/** Makes a rule like those of gw from one of a ruleset. */
export function userRule(definition: UserRuleDefinition): LintRule {
  const { name, severity, description } = definition;
  const given = definition.given.map(compileQuery);
  const steps = definition.then.map(({ field, check }) => ({ check, targets: targetFinder(field) }));
  return {
    name,
    severity,
    title: description === '' ? name : description,
    explanation: description,
    bad: '',
    good: '',
    check: (context, report) => {
      for (const document of context.documents) {
        for (const find of given) {
          for (const found of find(document.value)) checkTarget(definition, steps, found, document, context, report);
        }
      }
    },
  };
}

/** What is wrong with a JSONPath expression; `null` when it can be used. */
export function whyNotJsonPath(expression: string): string | null {
  try {
    new Nimma([expression]);
    return null;
  } catch (error) {
    const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error];
    const cause = first instanceof Error && first.cause instanceof Error ? first.cause : first;
    return cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
  }
}

type Find = (root: JsonValue | undefined) => readonly Target[];

interface Step {
  readonly check: ValueCheck;
  readonly targets: Find;
}

function checkTarget(
  { message, description }: UserRuleDefinition,
  steps: readonly Step[],
  { path, value, isKey }: Target,
  document: ConfigDocument,
  context: LintContext,
  report: Report,
): void {
  for (const { check, targets } of steps) {
    for (const target of targets(value)) {
      const at = [...path, ...target.path];
      for (const finding of check(target.value)) {
        const place = realPath(document.value, [...at, ...(finding.path ?? [])]);
        const words = { ...wordsOf(document, context, place, at, target.value), description };
        const template = message ?? (description === '' ? finding.message : description);
        const text = fill(template, { ...words, error: fill(finding.message, words) });
        report({ place: { document, path: place }, at: isKey || target.isKey ? 'key' : 'value', message: text });
      }
    }
  }
}

/** With `~` at the end an expression finds keys. */
function compileQuery(expression: string): Find {
  const engine = new Nimma([expression]);
  const isKey = expression.endsWith('~');
  return (root) => {
    const found: Target[] = [];
    engine.query(root, {
      [expression]: ({ path, value }) => {
        found.push({ path: [...path], value: value as JsonValue, isKey });
      },
    });
    return found;
  };
}

/** As Spectral: a field of what is no map is the value itself; one that is not there is looked at all the same. */
function targetFinder(field: string | null): Find {
  const query = field?.startsWith('$') === true ? compileQuery(field) : null;
  return (value) => {
    if (field === null || typeof value !== 'object' || value === null) return [{ path: [], value, isKey: false }];
    if (query !== null) return orNothing(query(value));
    if (field === '@key') return orNothing(Object.keys(value).map((key) => ({ path: [key], value: key, isKey: true })));
    const path = isJsonObject(value) && Object.hasOwn(value, field) ? [field] : (field.match(/[^.[\]'"]+/g) ?? []);
    return [{ path, value: valueAt(value, path), isKey: false }];
  };
}

function orNothing(targets: readonly Target[]): readonly Target[] {
  return targets.length > 0 ? targets : [{ path: [], value: undefined, isKey: false }];
}

function valueAt(root: JsonValue, path: JsonPath): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(memberOf, root);
}

function memberOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (Array.isArray(value)) return (value as readonly JsonValue[])[Number(step)];
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

/** With numbers for positions in lists, whatever wrote the path. */
function realPath(root: JsonValue, path: JsonPath): JsonPath {
  let value: JsonValue | undefined = root;
  return path.map((step) => {
    const real = Array.isArray(value) && /^\d+$/.test(String(step)) ? Number(step) : step;
    value = memberOf(value, real);
    return real;
  });
}

function wordsOf(
  document: ConfigDocument,
  context: LintContext,
  place: JsonPath,
  at: JsonPath,
  value: JsonValue | undefined,
): Readonly<Record<string, string>> {
  const isSecret = context.isSecretPath(at) || document.isFromEnv(at);
  return { property: String(place.at(-1) ?? ''), path: place.join('.'), value: isSecret ? '•••' : printed(value) };
}

function printed(value: JsonValue | undefined): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a map';
  return String(value);
}

/** Puts `{{property}}`, `{{path}}`, `{{value}}`, `{{error}}` and `{{description}}` into a template. */
function fill(template: string, words: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => words[name] ?? whole);
}
