import type { Socket } from 'node:net';

/** What to do once more bytes have been looked at. */
export type Verdict<Result> =
  | { readonly kind: 'more' }
  /** Done: `taken` bytes belong to what was looked for, the rest goes back into the connection. */
  | { readonly kind: 'done'; readonly result: Result; readonly taken: number }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Looks at the first bytes of a connection before anybody else reads them. Ends in exactly one of `done`, with the
 * connection paused and the bytes not taken back in its buffer, or `refused`, with the connection destroyed: by the
 * verdict, because time is up, or because the other side closed it.
 */
export function readFirstBytes<Result>(
  socket: Socket,
  timeoutMs: number,
  judge: (bytes: Buffer) => Verdict<Result>,
  done: (result: Result) => void,
  refused: (reason: string) => void,
): void {
  let bytes: Buffer | null = null;
  const stop = (): void => {
    clearTimeout(timer);
    socket.off('data', onData);
    socket.off('end', onEnd);
    socket.off('error', ignore);
    socket.off('close', onEnd);
  };
  const refuse = (reason: string): void => {
    stop();
    socket.on('error', ignore);
    socket.destroy();
    refused(reason);
  };
  const onEnd = (): void => refuse('the connection ended in the middle of it');
  const onData = (chunk: Buffer): void => {
    bytes = bytes === null ? chunk : Buffer.concat([bytes, chunk]);
    const verdict = judge(bytes);
    if (verdict.kind === 'refused') refuse(verdict.reason);
    if (verdict.kind !== 'done') return;
    stop();
    socket.pause();
    if (verdict.taken < bytes.length) socket.unshift(bytes.subarray(verdict.taken));
    done(verdict.result);
  };
  // One timer per connection that is still silent; a socket's own timeout would start again with every byte.
  const timer = setTimeout(() => refuse('it took too long'), timeoutMs === 0 ? MAX_TIMER_MS : timeoutMs);
  timer.unref();
  socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('close', onEnd);
  socket.on('error', ignore);
  // It may be paused: by an earlier look at bytes that came before these.
  socket.resume();
}

const MAX_TIMER_MS = 2 ** 31 - 1;

function ignore(): void {
  // The 'close' that follows says all there is to say.
}
