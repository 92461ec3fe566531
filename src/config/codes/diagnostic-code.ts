import type { Severity } from '../diagnostic.ts';

/** What is known about a code, for its page and for `gw help CODE`. */
export interface DiagnosticCode {
  readonly severity: Severity;
  /** A few words. */
  readonly title: string;
  /** Why it is reported and what to do, in full sentences. */
  readonly explanation: string;
  /** A piece of YAML that gets this finding. */
  readonly bad: string;
  /** The same, put right. */
  readonly good: string;
}
