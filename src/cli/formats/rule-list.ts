import type { LintRule } from '../../lint/rule.ts';
import { defaultsOf, type RuleSetting } from '../../lint/rule-settings.ts';
import { lintGroup } from '../../lint/run-rules.ts';
import type { ChosenRules } from '../lint-rules.ts';
import { printable } from '../terminal.ts';

/** `gw lint --list-rules` for people: name, severity now, title. */
export function formatRuleList({ rules, settings }: ChosenRules): string {
  const width = Math.max(...rules.map(({ name }) => name.length));
  const lines = rules.map((rule) => {
    const severity = severityNow(rule, settings);
    return `${rule.name.padEnd(width)}  ${severity.padEnd('warning'.length)}  ${printable(rule.title)}`;
  });
  return lines.join('\n');
}

/** The same for programs, with options and texts. */
export function formatRuleListJson({ rules, settings }: ChosenRules): string {
  const list = rules.map((rule) => {
    const { name, title, explanation, bad, good } = rule;
    const options = { ...defaultsOf(rule), ...settings.get(name)?.options };
    const severities = { severity: severityNow(rule, settings), defaultSeverity: rule.severity };
    return { name, code: `${lintGroup}${name}`, ...severities, title, explanation, options, bad, good };
  });
  return JSON.stringify({ version: 1, rules: list }, null, 2);
}

function severityNow(rule: LintRule, settings: ReadonlyMap<string, RuleSetting>): string {
  return settings.get(rule.name)?.severity ?? rule.severity;
}
