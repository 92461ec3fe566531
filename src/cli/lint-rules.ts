import { existsSync } from 'node:fs';
import { SourceError } from '../config/source.ts';
import { nearest } from '../lib/nearest.ts';
import type { LintRule, RuleSeverity } from '../lint/rule.ts';
import type { RuleSetting } from '../lint/rule-settings.ts';
import { lintRules } from '../lint/rules/index.ts';
import { UsageError } from './usage-error.ts';

/** Looked for in the current folder when no ruleset is named. */
export const rulesFileNames = ['.gwlint.yml', '.gwlint.yaml', '.gwlint.json'];

/** One `--rule NAME=SEVERITY`. */
export interface RuleFlag {
  readonly name: string;
  readonly severity: RuleSeverity;
}

/** The rules there are, and what the ruleset and the flags say about them. */
export interface ChosenRules {
  readonly rules: readonly LintRule[];
  readonly settings: ReadonlyMap<string, RuleSetting>;
}

/**
 * Reads the ruleset, if there is one, and puts the flags on top. `rulesFile` is the file that was named; `undefined`
 * for whichever of {@link rulesFileNames} is in the current folder, `false` for none.
 * @throws {UsageError} for a ruleset with mistakes, each with its place, and for flags about rules that do not exist
 */
export async function chooseRules(
  rulesFile: string | false | undefined,
  flags: readonly RuleFlag[],
): Promise<ChosenRules> {
  const file = rulesFile ?? rulesFileNames.find((name) => existsSync(name)) ?? false;
  const ruleset = file === false ? { rules: [], settings: new Map() } : await read(file);
  const rules = [...lintRules, ...ruleset.rules];
  const settings = new Map<string, RuleSetting>(ruleset.settings);
  const names = rules.map(({ name }) => name);
  for (const { name, severity } of flags) {
    if (!names.includes(name)) throw unknownRule(name, names);
    settings.set(name, { ...settings.get(name), severity });
  }
  return { rules, settings };
}

async function read(file: string): Promise<ChosenRules> {
  const { loadRuleset } = await import('../lint/ruleset/load-ruleset.ts');
  const { RulesetError } = await import('../lint/ruleset/problems.ts');
  try {
    return await loadRuleset(file);
  } catch (error) {
    if (error instanceof SourceError) throw new UsageError(error.message, 'name another --rules-file');
    if (error instanceof RulesetError) throw new UsageError(`the ruleset has mistakes:\n${error.message}`);
    throw error;
  }
}

function unknownRule(name: string, names: readonly string[]): UsageError {
  const meant = nearest(name, names);
  const hint = meant === null ? '"gw lint --list-rules" lists the rules' : `did you mean "${meant}"?`;
  return new UsageError(`--rule: there is no rule "${name}"`, hint);
}
