/**
 * The caller asked for something that cannot be done as asked: a wrong flag, setting or file. Ends the command with
 * status 2 and one line, without a stack trace.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to do instead; printed on its own line. */
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}
