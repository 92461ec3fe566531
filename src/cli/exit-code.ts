/** What a command's exit status means; `gw help exit-codes` and `docs/validate.md` say the same. */
export const exitCode = {
  /** Done, nothing to complain about. */
  fine: 0,
  /** Findings, or a config or listener that cannot run. */
  findings: 1,
  /** Wrong usage, or input that cannot be read. */
  usage: 2,
  /** The other side failed: the network, a gateway or an identity provider that did not answer properly. */
  remote: 3,
  /** A bug in gw. */
  bug: 70,
  /** Ended by SIGINT before the work was done. */
  interrupted: 130,
  /** Ended by SIGTERM before the work was done. */
  terminated: 143,
} as const;

/** One of the statuses of {@link exitCode}. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
