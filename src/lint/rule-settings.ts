import type { JsonObject, JsonSchema, JsonValue } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
import type { LintRule, RuleSeverity } from './rule.ts';

/** What a user says about a rule; what is left out stays as it is. */
export interface RuleSetting {
  readonly severity?: RuleSeverity;
  readonly options?: JsonObject;
}

/** A rule that is to run. */
export interface ActiveRule {
  readonly rule: LintRule;
  readonly severity: Exclude<RuleSeverity, 'off'>;
  /** With every default filled in. */
  readonly options: JsonObject;
}

/** Decides which rules run: their own severity, unless a setting says otherwise. */
export function activateRules(
  rules: readonly LintRule[],
  settings: ReadonlyMap<string, RuleSetting>,
): readonly ActiveRule[] {
  return rules.flatMap((rule) => {
    const setting = settings.get(rule.name) ?? {};
    const severity = setting.severity ?? rule.severity;
    return severity === 'off' ? [] : [{ rule, severity, options: { ...defaultsOf(rule), ...setting.options } }];
  });
}

/** What the options of a rule are when nobody sets them. */
export function defaultsOf({ options }: LintRule): JsonObject {
  return Object.fromEntries(optionsOf(options).map(([name, { default: value }]) => [name, value ?? null]));
}

/** The options of a rule by name, each with its schema. */
export function optionsOf(schema: JsonSchema | undefined): readonly (readonly [string, JsonSchema])[] {
  const properties: JsonValue = schema?.properties ?? {};
  return isJsonObject(properties)
    ? Object.entries(properties).flatMap(([name, option]) => (isJsonObject(option) ? [[name, option] as const] : []))
    : [];
}
