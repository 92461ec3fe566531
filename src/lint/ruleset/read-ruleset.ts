import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { listOf, textOf, textsOf } from '../../config/draft.ts';
import { topLevel } from '../../config/format.ts';
import { explainSchemaErrors } from '../../config/schema-errors.ts';
import type { ConfigDocument } from '../../config/document.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import { type LintRule, type RuleSeverity, ruleSeverities } from '../rule.ts';
import { expandGiven } from './aliases.ts';
import { rulesetFunctions } from './functions.ts';
import type { RulesetProblems } from './problems.ts';
import { type ThenStep, userRule, whyNotJsonPath } from './user-rule.ts';
import type { RuleSetting } from '../rule-settings.ts';

/** What one ruleset file says. */
export interface RulesetPart {
  readonly rules: readonly LintRule[];
  /** By the name of the rule. */
  readonly settings: ReadonlyMap<string, RuleSetting>;
}

/** Reads the rules of one file. Rules of `known` can be set; what is neither known nor defined is a problem. */
export function readRules(
  document: ConfigDocument,
  known: ReadonlyMap<string, LintRule>,
  problems: RulesetProblems,
): RulesetPart {
  const reader = new RulesReader(document, known, problems);
  const rules = topLevel(document.value).rules;
  if (isJsonObject(rules)) for (const [name, value] of Object.entries(rules)) reader.read(name, value);
  return reader;
}

const definitionSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['given', 'then'],
  properties: {
    description: { type: ['string', 'null'] },
    message: { type: ['string', 'null'] },
    severity: { type: ['string', 'integer', 'boolean'] },
    given: { type: ['string', 'array'], minLength: 1, minItems: 1, items: { type: 'string', minLength: 1 } },
    then: { type: ['object', 'array'], minItems: 1, items: { $ref: '#/$defs/step' }, $ref: '#/$defs/step' },
    recommended: { type: 'boolean' },
    // Known to Spectral and without meaning here.
    ...Object.fromEntries(
      ['documentationUrl', 'formats', 'tags', 'resolved', 'type', 'extensions'].map((key) => [key, {}]),
    ),
  },
  $defs: {
    step: {
      type: ['object', 'array'],
      required: ['function'],
      additionalProperties: false,
      properties: { field: { type: 'string', minLength: 1 }, function: { type: 'string' }, functionOptions: {} },
    },
  },
};

const validators = new WeakMap<JsonSchema, ValidateFunction>();

class RulesReader implements RulesetPart {
  readonly rules: LintRule[] = [];
  readonly settings = new Map<string, RuleSetting>();
  readonly #document: ConfigDocument;
  readonly #known: ReadonlyMap<string, LintRule>;
  readonly #problems: RulesetProblems;

  constructor(document: ConfigDocument, known: ReadonlyMap<string, LintRule>, problems: RulesetProblems) {
    this.#document = document;
    this.#known = known;
    this.#problems = problems;
  }

  read(name: string, value: JsonValue): void {
    const path = ['rules', name];
    if (isJsonObject(value)) this.#define(name, value, path);
    else this.#set(name, value, path);
  }

  #set(name: string, value: JsonValue, path: JsonPath): void {
    const rule = this.#known.get(name);
    if (rule === undefined) {
      const meant = nearest(name, this.#known.keys());
      const hint = meant === null ? 'a rule of your own needs "given" and "then"' : `did you mean "${meant}"?`;
      this.#fail(path, `there is no rule "${name}"; ${hint}`, 'key');
      return;
    }
    const [severity, options, ...more] = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
    const level = severityOf(severity ?? null, rule.severity);
    if (level === null || more.length > 0) {
      this.#fail(path, `rule "${name}" takes ${severityWords}, or a list of that and its options`);
      return;
    }
    const given = options === undefined ? {} : this.#optionsOf(rule, options, [...path, 1]);
    this.settings.set(name, { severity: level, ...(options === undefined ? {} : { options: given }) });
  }

  #optionsOf(rule: LintRule, options: JsonValue, path: JsonPath): JsonObject {
    if (rule.options === undefined) this.#fail(path, `rule "${rule.name}" has no options`);
    else this.#validate(rule.options, options, path);
    for (const pattern of patternsIn(options)) {
      const problem = whyNotRegex(pattern);
      if (problem !== null) this.#fail(path, `"${pattern}" is not a regular expression: ${problem}`);
    }
    return isJsonObject(options) ? options : {};
  }

  #define(name: string, value: JsonObject, path: JsonPath): void {
    if (!/^[a-z0-9]+(?:[-_][a-z0-9]+)*$/i.test(name)) {
      this.#fail(path, `"${name}" cannot name a rule: letters, digits, "-" and "_" only`, 'key');
    } else if (this.#known.has(name)) {
      this.#fail(path, `"${name}" is taken; a rule of your own needs a name of its own`, 'key');
    }
    if (!this.#validate(definitionSchema, value, path)) return;
    const severity = severityOf(value.severity ?? 'warn', 'warning');
    if (severity === null) {
      this.#fail([...path, 'severity'], `"severity" must be ${severityWords}`);
      return;
    }
    this.rules.push(
      userRule({
        name,
        severity: value.recommended === false ? 'off' : severity,
        description: textOf(value.description) ?? '',
        message: textOf(value.message),
        given: this.#given(value.given, [...path, 'given']),
        then: this.#steps(value.then, [...path, 'then']),
      }),
    );
  }

  #given(value: JsonValue | undefined, path: JsonPath): readonly string[] {
    const texts = typeof value === 'string' ? [[null, value] as const] : textsOf(value);
    return texts.flatMap(([index, text]) => {
      const at = index === null ? path : [...path, index];
      const expanded = expandGiven(text, topLevel(topLevel(this.#document.value).aliases ?? null));
      if (typeof expanded === 'string') {
        this.#fail(at, expanded);
        return [];
      }
      return expanded.filter((expression) => this.#isJsonPath(expression, at));
    });
  }

  #isJsonPath(expression: string, path: JsonPath): boolean {
    const problem = whyNotJsonPath(expression);
    if (problem !== null) this.#fail(path, `"${expression}" is not a JSONPath expression: ${problem}`);
    return problem === null;
  }

  #steps(value: JsonValue | undefined, path: JsonPath): readonly ThenStep[] {
    const steps = isJsonObject(value) ? [[null, value] as const] : [...listOf(value).entries()];
    return steps.flatMap(([index, step]) => {
      const found = isJsonObject(step) ? this.#step(step, index === null ? path : [...path, index]) : null;
      return found === null ? [] : [found];
    });
  }

  #step(step: JsonObject, path: JsonPath): ThenStep | null {
    const field = textOf(step.field);
    if (field?.startsWith('$') === true && !this.#isJsonPath(field, [...path, 'field'])) return null;
    const name = textOf(step.function) ?? '';
    const found = Object.hasOwn(rulesetFunctions, name) ? rulesetFunctions[name] : undefined;
    if (found === undefined) {
      const meant = nearest(name, Object.keys(rulesetFunctions));
      const hint =
        meant === null ? `there are ${Object.keys(rulesetFunctions).join(', ')}` : `did you mean "${meant}"?`;
      this.#fail([...path, 'function'], `there is no function "${name}"; ${hint}`);
      return null;
    }
    const at = [...path, 'functionOptions'];
    const options = step.functionOptions ?? null;
    if (options === null && !found.isOptional) this.#fail(path, `the function "${name}" needs "functionOptions"`);
    else if (options !== null && found.options === null)
      this.#fail(at, `the function "${name}" takes no options`, 'key');
    else if (options === null || this.#validate(found.options ?? {}, options, at)) {
      try {
        return { field, check: found.compile(topLevel(options)) };
      } catch (error) {
        this.#fail(at, error instanceof Error ? error.message : String(error));
      }
    }
    return null;
  }

  #validate(schema: JsonSchema, value: JsonValue, path: JsonPath): boolean {
    let validate = validators.get(schema);
    if (validate === undefined) {
      validate = new Ajv2020({ allErrors: true, verbose: true, strict: false, validateFormats: false }).compile(schema);
      validators.set(schema, validate);
    }
    if (validate(value)) return true;
    const view = { mayShow: () => true, written: (at: JsonPath) => this.#document.written([...path, ...at]) };
    for (const finding of explainSchemaErrors(validate.errors ?? [], view, String(path.at(-1)))) {
      const hint = finding.hint === null ? '' : `; ${finding.hint}`;
      this.#fail([...path, ...finding.path], `${finding.message}${hint}`, finding.part);
    }
    return false;
  }

  #fail(path: JsonPath, message: string, at: 'key' | 'value' = 'value'): void {
    this.#problems.add(this.#document, path, message, at);
  }
}

const severityWords = 'off, hint, info, warn or error';

const words: Readonly<Record<string, RuleSeverity>> = {
  ...Object.fromEntries(ruleSeverities.map((severity) => [severity, severity])),
  warn: 'warning',
  hint: 'info',
};

/** In Spectral's words or numbers, or ours; YAML reads a bare `off` as false. `true` is what the rule has by itself. */
function severityOf(value: JsonValue, own: RuleSeverity): RuleSeverity | null {
  if (value === true) return own === 'off' ? 'warning' : own;
  if (value === false) return 'off';
  if (typeof value === 'number')
    return (['error', 'warning', 'info', 'info'] as const)[value] ?? (value === -1 ? 'off' : null);
  return typeof value === 'string' && Object.hasOwn(words, value) ? (words[value] ?? null) : null;
}

/** Regular expressions in the options of a rule: all that stands below "patterns". */
function patternsIn(options: JsonValue): readonly string[] {
  const { patterns } = topLevel(options);
  const values = isJsonObject(patterns) ? Object.values(patterns) : listOf(patterns);
  return values.filter((value) => typeof value === 'string');
}

function whyNotRegex(source: string): string | null {
  try {
    new RegExp(source, 'u');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
