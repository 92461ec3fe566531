import type { JsonPath, JsonSchema } from '../lib/json.ts';
import type { Draft } from './draft.ts';
import type { Findings } from './findings.ts';
import { defaultRecord } from './plugin-defaults.ts';
import { findOldFields, moveOldFields, type OldFieldUse } from './plugin-deprecations.ts';
import type { GivenConfig } from './plugin-given.ts';
import { type Doubt, RecordView, type RuleFinding, runRules } from './plugin-rules/rule.ts';
import { rulesOf } from './plugin-rules/rule-table.ts';
import { checkPluginConfig, type PluginFacts } from './plugin-schemas.ts';
import { explainSchemaErrors, type SchemaFinding } from './schema-errors.ts';
import { viewOfConfig } from './plugin-view.ts';

/** Checks the config of a plugin that gw knows and does not run: schema, old fields, how settings go together. */
export function checkKnownPlugin(draft: Draft, config: GivenConfig, facts: PluginFacts, findings: Findings): void {
  const { schema } = facts;
  // What a partial brings is not in the file.
  const lent = hasPartials(draft) ? facts.partialPaths.map(stepsOf) : [];
  const explained = checkFields(schema, config, findings, { lent });
  const rules = rulesOf(facts.name);
  if (rules.length === 0) return;
  const value = moveOldFields(schema, config.value);
  const view = new RecordView(value, defaultRecord(schema), createDoubt(explained, lent));
  runRules(rules, view, (finding) => reportRule(finding, config, findings));
}

/** How {@link checkFields} judges. */
interface FieldOptions {
  /** What the codes begin with. Default: `plugin`. */
  readonly area?: 'plugin' | 'schema';
  /** Places at which nothing is missing. Default: none. */
  readonly lent?: readonly JsonPath[];
}

/** Checks a config against its schema and reports old fields. */
export function checkFields(
  schema: JsonSchema,
  config: GivenConfig,
  findings: Findings,
  { area = 'plugin', lent = [] }: FieldOptions = {},
): readonly SchemaFinding[] {
  const errors = checkPluginConfig(schema, config.value);
  const explained = explainSchemaErrors(errors, viewOfConfig(config, schema), 'config').filter(
    ({ rule, path }) => rule !== 'required' || !lent.some((steps) => startsWith(path, steps)),
  );
  for (const { rule, path, part, message, hint } of explained) {
    const place = config.placeOf(path);
    findings.add(`${area}/${rule}`, place.document, place.path, message, { at: part, hint });
  }
  for (const use of findOldFields(schema, config.value)) reportOldField(use, explained, config, findings);
  return explained;
}

/** Also when they are not written as a list: that is a mistake of its own. */
function hasPartials({ fields: { partials = null } }: Draft): boolean {
  return partials !== null && !(Array.isArray(partials) && partials.length === 0);
}

function reportRule({ rule, path, message, hint, atKey }: RuleFinding, config: GivenConfig, findings: Findings): void {
  const place = config.placeOf(path);
  const at = atKey === true ? 'key' : 'value';
  findings.add(`plugin/${rule}`, place.document, place.path, message, { at, hint: hint ?? null });
}

function reportOldField(
  { path, name, replacedBy, isRepeated, conflict }: OldFieldUse,
  explained: readonly SchemaFinding[],
  config: GivenConfig,
  findings: Findings,
): void {
  const place = config.placeOf(path);
  if (conflict !== null) {
    const now = [...path.slice(0, -1), ...conflict.split('.')];
    // One of them is wrong anyway, and that it differs from the other says nothing new.
    if (explained.some((finding) => startsWith(now, finding.path) || startsWith(path, finding.path))) return;
    const message = `"${name}" and "${conflict}" say different things, and the first is an old name of the second`;
    findings.add('plugin/conflict', place.document, place.path, message, { at: 'key', hint: `delete "${name}"` });
    return;
  }
  const places = replacedBy.map((field) => `"${field}"`).join(', ');
  const why = places === '' ? 'it has no effect any more' : `${places} says it already`;
  const hint = places === '' || isRepeated ? `delete it: ${why}` : `use ${places}`;
  findings.add('plugin/deprecated', place.document, place.path, `"${name}" is deprecated`, { at: 'key', hint });
}

/**
 * Nothing follows from a setting that has a mistake, in it or around it, from one that is missing where an unknown
 * key may have been meant for it, or from one that a partial brings.
 */
function createDoubt(findings: readonly SchemaFinding[], lent: readonly JsonPath[]): Doubt {
  if (findings.length === 0 && lent.length === 0) return () => false;
  const broken = findings.filter(({ rule }) => rule !== 'unknown-key').map(({ path }) => path);
  const unknown = findings
    .filter(({ rule }) => rule === 'unknown-key')
    .map(({ path, meant }) => (meant === undefined ? path.slice(0, -1) : (JSON.parse(meant) as JsonPath)));
  return (path, isWritten) =>
    broken.some((at) => startsWith(path, at) || (at.length === path.length + 1 && startsWith(at, path))) ||
    (!isWritten && [...unknown, ...lent].some((start) => startsWith(path, start)));
}

function startsWith(path: JsonPath, start: JsonPath): boolean {
  return start.every((step, index) => path[index] === step);
}

function stepsOf(dotted: string): JsonPath {
  return dotted === '' ? [] : dotted.split('.');
}
