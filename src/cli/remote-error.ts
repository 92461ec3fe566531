/** A gateway or provider did not answer, or not as it should. Ends a command with status 3 and one line. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
}
