import type { JsonValue } from '../../src/lib/json.ts';
import type { LintRule } from '../../src/lint/rule.ts';
import { optionsOf } from '../../src/lint/rule-settings.ts';
import { lintRules } from '../../src/lint/rules/index.ts';

const marker = '<!-- The rules below are written by test/lint/write-lint-page.ts. -->';

/** The page with the part about the rules made anew. */
export function withRules(page: string): string {
  const at = page.indexOf(marker);
  if (at < 0) throw new Error(`docs/lint.md has lost the line ${marker}`);
  return `${page.slice(0, at)}${marker}\n\n${[table(), ...lintRules.map(section)].join('\n\n')}\n`;
}

function table(): string {
  const rows = lintRules.map(({ name, severity, title }) => `| [${name}](#${name}) | ${severity} | ${title} |`);
  return ['| rule | default | what it reports |', '|---|---|---|', ...rows].join('\n');
}

function section(rule: LintRule): string {
  const yaml = (text: string): string => `\`\`\`yaml\n${text}\n\`\`\``;
  return [
    `### ${rule.name}`,
    `**${rule.severity}** — ${rule.title}.`,
    rule.explanation,
    ...optionLines(rule),
    `Reported:`,
    yaml(rule.bad),
    `Better:`,
    yaml(rule.good),
  ].join('\n\n');
}

function optionLines({ options }: LintRule): readonly string[] {
  const lines = optionsOf(options).map(([name, schema]) => {
    const choices = Array.isArray(schema.enum)
      ? ` (${(schema.enum as readonly JsonValue[]).map(print).join(', ')})`
      : '';
    const description = typeof schema.description === 'string' ? schema.description : '';
    return `- \`${name}\`: ${description}${choices}. Default: \`${print(schema.default ?? null)}\``;
  });
  return lines.length === 0 ? [] : [`Options:\n\n${lines.join('\n')}`];
}

function print(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
