/** Why a connection is not served. Its message is for the log; a connection that is not HTTP can be told nothing. */
export class StreamRefusal extends Error {
  override readonly name = 'StreamRefusal';
  /** Whose doing it is: a caller's is no reason to wake anybody up. */
  readonly fault: 'caller' | 'config' | 'upstream';

  constructor(fault: StreamRefusal['fault'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}
