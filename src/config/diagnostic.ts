import type { JsonPath } from '../lib/json.ts';

/** How bad a finding is. An error stops `gw start`; a warning does not. */
export type Severity = 'error' | 'warning' | 'info';

/** A place in a text. Lines and columns count from 1; offsets, in UTF-16 units, from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of text; `end` is exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Another place that explains a finding: the first of two duplicates, the anchor behind an alias. */
export interface RelatedLocation {
  readonly file: string;
  readonly range: Range;
  readonly message: string;
}

/** The entity a finding is about, for people: `service "orders"`. */
export interface DiagnosticEntity {
  /** Singular: `service`, `route`, `plugin`, `consumer`, … */
  readonly kind: string;
  /** Name, username or id as written; `null` when it has none. */
  readonly name: string | null;
}

/** One finding about a config. Data: collected, sorted and printed by a format, never thrown. */
export interface Diagnostic {
  /** Stable, `group/name`; the table is in `diagnostic-codes.ts`, the pages in `docs/codes/`. */
  readonly code: string;
  readonly severity: Severity;
  /** Lower-case start, quoted names, no trailing dot. Never holds a secret value. */
  readonly message: string;
  readonly file: string;
  readonly range: Range;
  /** Path in the document, list positions from 0. */
  readonly path: JsonPath;
  /** Innermost entity last; the formats print it. */
  readonly entity: DiagnosticEntity | null;
  /** What to do about it. */
  readonly hint?: string;
  readonly related?: readonly RelatedLocation[];
}
