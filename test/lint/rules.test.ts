import t from 'tap';
import { type Inspection, inspectConfig } from '../../src/config/load-config.ts';
import { lintRules } from '../../src/lint/rules/index.ts';
import { activateRules, type RuleSetting } from '../../src/lint/rule-settings.ts';
import { runRules } from '../../src/lint/run-rules.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

const now = Date.UTC(2026, 5, 1);

function inspect(text: string): Inspection {
  const head = text.startsWith('_format_version') ? '' : '_format_version: "3.0"\n';
  return inspectConfig([{ name: 'kong.yml', text: `${head}${text}\n` }], { catalog: pluginCatalog, now });
}

/** Codes that the rules of the defaults, and `more`, report. */
function lint(text: string, more: Readonly<Record<string, RuleSetting>> = {}): readonly string[] {
  const inspection = inspect(text);
  const errors = inspection.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(`the example is broken: ${JSON.stringify(errors, null, 1)}`);
  const rules = activateRules(lintRules, new Map(Object.entries(more)));
  const { diagnostics } = runRules(inspection, rules, now);
  return diagnostics.filter(({ code }) => code.startsWith('lint/')).map(({ code }) => code);
}

for (const { name, severity, bad, good } of lintRules) {
  const on: Readonly<Record<string, RuleSetting>> = severity === 'off' ? { [name]: { severity: 'warning' } } : {};
  t.test(`rule ${name} reports its bad example, once, and nothing else does`, async (t) => {
    t.strictSame(lint(bad, on), [`lint/${name}`]);
  });
  t.test(`no rule reports the good example of ${name}`, async (t) => {
    t.strictSame(lint(good, on), []);
  });
}
