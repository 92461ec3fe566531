import { dirname, join, isAbsolute } from 'node:path';
import { diagnosticCodes } from '../../config/diagnostic-codes.ts';
import { ConfigDocument } from '../../config/document.ts';
import { listOf, textOf } from '../../config/draft.ts';
import { topLevel } from '../../config/format.ts';
import { readSource, SourceError } from '../../config/source.ts';
import { isJsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import type { LintRule } from '../rule.ts';
import type { RuleSetting } from '../rule-settings.ts';
import { lintRules } from '../rules/index.ts';
import { RulesetProblems } from './problems.ts';
import { readRules, type RulesetPart } from './read-ruleset.ts';

/** All of gw's rules at once, by name. */
const ownRulesets: Readonly<Record<string, (rule: LintRule) => RuleSetting>> = {
  'gw:recommended': ({ severity }) => ({ severity }),
  'gw:all': ({ severity }) => ({ severity: severity === 'off' ? 'warning' : severity }),
  'gw:off': () => ({ severity: 'off' }),
};

const keys = new Set(['extends', 'rules', 'aliases']);
/** Keys of Spectral that change nothing here. */
const idleKeys = new Set(['description', 'documentationUrl', 'formats', 'parserOptions']);

/**
 * Reads a ruleset file, YAML or JSON, with all that it extends. What it says later wins over what it extends.
 * @throws {RulesetError} naming every mistake with its place
 * @throws {SourceError} when the file itself cannot be read
 */
export async function loadRuleset(file: string): Promise<RulesetPart> {
  const rules = new Map<string, LintRule>(lintRules.map((rule) => [rule.name, rule]));
  const settings = new Map<string, RuleSetting>();
  const problems = new RulesetProblems();
  await new RulesetLoader(rules, settings, problems).load(file, [], null);
  problems.assertNone();
  return { rules: [...rules.values()].filter((rule) => !lintRules.includes(rule)), settings };
}

class RulesetLoader {
  readonly #rules: Map<string, LintRule>;
  readonly #settings: Map<string, RuleSetting>;
  readonly #problems: RulesetProblems;

  constructor(rules: Map<string, LintRule>, settings: Map<string, RuleSetting>, problems: RulesetProblems) {
    this.#rules = rules;
    this.#settings = settings;
    this.#problems = problems;
  }

  /** `mode` is what the file that extends this one wants of its rules; `null` for what they say themselves. */
  async load(file: string, trail: readonly string[], mode: string | null): Promise<void> {
    const document = new ConfigDocument(await readSource(file), { env: {}, mockEnv: true });
    if (!this.#isReadable(document)) return;
    const top = topLevel(document.value);
    this.#checkKeys(document);
    const extended = Array.isArray(top.extends) ? listOf(top.extends) : [top.extends ?? null];
    for (const [index, entry] of extended.entries()) {
      const path = Array.isArray(top.extends) ? ['extends', index] : ['extends'];
      if (entry !== null) await this.#extend(entry, document, path, [...trail, file]);
    }
    const part = readRules(document, this.#rules, this.#problems);
    for (const rule of part.rules) {
      this.#rules.set(rule.name, rule);
      if (mode === 'off') this.#settings.set(rule.name, { severity: 'off' });
      if (mode === 'all' && rule.severity === 'off') this.#settings.set(rule.name, { severity: 'warning' });
    }
    for (const [name, setting] of part.settings) this.#settings.set(name, { ...this.#settings.get(name), ...setting });
  }

  async #extend(entry: JsonValue, document: ConfigDocument, path: JsonPath, trail: readonly string[]): Promise<void> {
    const [target, mode = null] = Array.isArray(entry) ? (entry as readonly JsonValue[]) : [entry];
    const name = textOf(target);
    const wanted = textOf(mode);
    if (name === null || (mode !== null && !['off', 'recommended', 'all'].includes(wanted ?? ''))) {
      const message = 'name a ruleset, or a list of its name and one of off, recommended, all';
      this.#problems.add(document, path, message);
      return;
    }
    const own = ownRulesets[name];
    if (own !== undefined) {
      for (const rule of lintRules) this.#settings.set(rule.name, own(rule));
      return;
    }
    if (/^[a-z]+:(?!\/\/)/.test(name) && !/^[a-z]:\\/i.test(name)) {
      const meant = nearest(name, Object.keys(ownRulesets));
      const hint = meant === null ? `there are ${Object.keys(ownRulesets).join(', ')}` : `did you mean "${meant}"?`;
      this.#problems.add(document, path, `there is no ruleset "${name}"; ${hint}`);
      return;
    }
    await this.#extendFile(name, document, path, trail, wanted);
  }

  async #extendFile(
    name: string,
    document: ConfigDocument,
    path: JsonPath,
    trail: readonly string[],
    mode: string | null,
  ): Promise<void> {
    if (/^https?:\/\//.test(name)) {
      this.#problems.add(document, path, 'a ruleset is not fetched from the network: keep a copy beside this file');
      return;
    }
    const file = isAbsolute(name) ? name : join(dirname(document.source.name), name);
    if (trail.includes(file)) {
      this.#problems.add(document, path, `"${name}" extends itself, by way of this file`);
      return;
    }
    try {
      await this.load(file, trail, mode);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#problems.add(document, path, error.message);
    }
  }

  #isReadable(document: ConfigDocument): boolean {
    for (const { code, message, range } of document.findings) {
      if ((diagnosticCodes[code]?.severity ?? 'error') !== 'error') continue;
      const isShape = code === 'yaml/empty' || code === 'yaml/not-a-map';
      const text = isShape ? 'expected a map with "extends" or "rules"' : message;
      this.#problems.addAt(document.source.name, range.start.line, range.start.column, text);
    }
    return document.isReadable;
  }

  #checkKeys(document: ConfigDocument): void {
    const top = topLevel(document.value);
    for (const key of Object.keys(top)) {
      if (keys.has(key) || idleKeys.has(key)) continue;
      const meant = nearest(key, keys);
      const hint = meant === null ? `there are ${[...keys].join(', ')}` : `did you mean "${meant}"?`;
      const isCode = key === 'functions' || key === 'functionsDir';
      const message = isCode
        ? `"${key}" is not supported: rules use the built-in functions`
        : `unknown key "${key}"; ${hint}`;
      this.#problems.add(document, [key], message, 'key');
    }
    for (const key of ['rules', 'aliases']) {
      const value = top[key] ?? null;
      if (value !== null && !isJsonObject(value)) this.#problems.add(document, [key], `"${key}" must be a map`, 'key');
    }
  }
}
