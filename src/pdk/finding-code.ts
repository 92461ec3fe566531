/** What is known about a code of findings, for its page, for `gw help CODE` and for SARIF. */
export interface FindingCode {
  /** The severity it usually has. */
  readonly severity: 'error' | 'warning' | 'info';
  /** A few words. */
  readonly title: string;
  /** Why it is reported and what to do, in full sentences. */
  readonly explanation: string;
  /** A piece of YAML that gets this finding. */
  readonly bad: string;
  /** The same, put right. */
  readonly good: string;
}
