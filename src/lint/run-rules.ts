import type { Diagnostic } from '../config/diagnostic.ts';
import { Findings } from '../config/findings.ts';
import type { Inspection } from '../config/load-config.ts';
import { secretRanges } from '../config/secrets.ts';
import type { Source } from '../config/source.ts';
import { LintContext } from './context.ts';
import type { LintFinding, RelatedPlace } from './rule.ts';
import type { ActiveRule } from './rule-settings.ts';

/** The group of the codes of all rules. */
export const lintGroup = 'lint/';

/** What linting adds to a load. */
export interface LintResult {
  /** Findings of the config check and of the rules, in the order of the sources and of their texts. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts, with the parts that must not be shown. */
  readonly sources: readonly Source[];
}

/**
 * Runs rules over a config. One that has errors is left alone, for advice about what is not understood is guesswork:
 * then the result holds the findings of the check only.
 */
export function runRules(inspection: Inspection, rules: readonly ActiveRule[], now: number): LintResult {
  const { documents, drafts, index, entities, routerFlavor, diagnostics, sources } = inspection;
  if (entities === null) return { diagnostics, sources };
  const context = new LintContext({ documents, drafts, index, entities, routerFlavor, now });
  const findings = new Findings(documents);
  for (const { rule, severity, options } of rules) {
    const code = `${lintGroup}${rule.name}`;
    const report = (finding: LintFinding): void => {
      const { place, path = [], at = 'value', message, hint = null, related = [] } = finding;
      const more = { severity, at, hint, related: related.map(locate) };
      findings.add(code, place.document, [...place.path, ...path], message, more);
    };
    rule.check(context, report, options);
  }
  const advice = findings.sorted().filter(({ code }) => code.startsWith(lintGroup));
  if (advice.length === 0) return { diagnostics, sources };
  const kept = withoutReplaced(diagnostics, advice, rules);
  return { diagnostics: inOrder([...kept, ...advice], sources), sources: mask(context, sources) };
}

function locate({ place, path = [], at = 'value', message }: RelatedPlace): {
  readonly file: string;
  readonly range: Diagnostic['range'];
  readonly message: string;
} {
  const { range } = place.document.locate([...place.path, ...path], at);
  return { file: place.document.source.name, range, message };
}

/** Where a rule says the same as the check, at the same place, the rule's finding stays: its severity can be chosen. */
function withoutReplaced(
  diagnostics: readonly Diagnostic[],
  advice: readonly Diagnostic[],
  rules: readonly ActiveRule[],
): readonly Diagnostic[] {
  const replaces = new Map(rules.map(({ rule }) => [`${lintGroup}${rule.name}`, rule.replaces ?? []]));
  const replaced = new Set(
    advice.flatMap((finding) => (replaces.get(finding.code) ?? []).map((code) => placeKey(finding, code))),
  );
  return diagnostics.filter((finding) => !replaced.has(placeKey(finding, finding.code)));
}

function placeKey({ file, range }: Diagnostic, code: string): string {
  return `${file} ${range.start.offset} ${code}`;
}

function inOrder(diagnostics: readonly Diagnostic[], sources: readonly Source[]): readonly Diagnostic[] {
  const order = new Map(sources.map(({ name }, index) => [name, index]));
  return [...diagnostics].sort(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.range.start.offset - b.range.start.offset,
  );
}

/** A load without findings has not looked for secrets, since nothing was to be shown. */
function mask({ documents, secretNames }: LintContext, sources: readonly Source[]): readonly Source[] {
  if (sources.some(({ secrets }) => secrets !== undefined)) return sources;
  return documents.map((document) => ({ ...document.source, secrets: secretRanges(document, secretNames) }));
}
