import type { Severity } from '../config/diagnostic.ts';
import type { ConfigDocument, Part } from '../config/document.ts';
import type { JsonObject, JsonPath, JsonSchema } from '../lib/json.ts';
import type { LintContext } from './context.ts';

/** How loud a rule is; `off` keeps it from running. */
export type RuleSeverity = Severity | 'off';

/** All of {@link RuleSeverity}, for reading flags and files. */
export const ruleSeverities: readonly RuleSeverity[] = ['off', 'info', 'warning', 'error'];

/** Where something stands. Every draft of an entity is one. */
export interface Place {
  readonly document: ConfigDocument;
  readonly path: JsonPath;
}

/** What a rule has found. Secret values must not be in it. */
export interface LintFinding {
  readonly place: Place;
  /** Below {@link place}. Default: the place itself. */
  readonly path?: JsonPath;
  /** Default `value`. */
  readonly at?: Part;
  /** Lower-case start, quoted names, no final dot. */
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly RelatedPlace[];
}

/** Another place that explains a finding. */
export interface RelatedPlace {
  readonly place: Place;
  readonly path?: JsonPath;
  readonly at?: Part;
  readonly message: string;
}

/** Takes what a rule finds. */
export type Report = (finding: LintFinding) => void;

/** One piece of advice. The text fields make its documentation; its examples are its first test. */
export interface LintRule {
  /** Kebab-case; findings have the code `lint/<name>`. */
  readonly name: string;
  /** Unless the user says otherwise. `off` for what is a matter of taste. */
  readonly severity: RuleSeverity;
  /** What is reported, in a few words. */
  readonly title: string;
  /** Why it matters and what to do, in full sentences. */
  readonly explanation: string;
  /** YAML, without `_format_version`, that gets exactly this finding. */
  readonly bad: string;
  /** The same, put right. */
  readonly good: string;
  /** JSON Schema of an object whose properties have a `description` and a `default`. */
  readonly options?: JsonSchema;
  /** What the examples need to be turned on with, when the defaults do nothing. */
  readonly exampleOptions?: JsonObject;
  /** Codes of the config check that say the same: at the same place this rule's finding takes their stead. */
  readonly replaces?: readonly string[];
  /** `options` has every default filled in. Must take no more than n log n time. */
  check(context: LintContext, report: Report, options: JsonObject): void;
}
