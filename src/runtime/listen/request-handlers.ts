import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

/** Who takes the requests of a listener. Facts about the connection are in `connectionFacts(socket)`. */
export interface RequestHandlers {
  /**
   * An HTTP/1.1 or 1.0 request. One that {@link expectsContinue} has not been told to go on: `writeContinue()` when
   * its body is wanted.
   */
  request(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /**
   * A request that asks to go on in another protocol. Node has let go of the connection: the socket is all there is,
   * unless `server.emit('connection', socket)` gives it back, to read what was put into its buffer as HTTP/1.1 again.
   * Without this handler such a request is an ordinary one, as RFC 9110 §7.8 allows.
   */
  upgrade?(incoming: IncomingMessage, socket: Socket, head: Buffer, server: EventEmitter): void;
  /** An HTTP/2 request; `rawHeaders` begins with the pseudo headers. Without this handler no HTTP/2 is offered. */
  stream?(stream: ServerHttp2Stream, rawHeaders: readonly string[]): void;
}

const expecting = new WeakSet<IncomingMessage>();

/** Whether a caller waits for `100 Continue` (or answers another `Expect`) before it sends its body. */
export function expectsContinue(incoming: IncomingMessage): boolean {
  return expecting.has(incoming);
}

/** Said by a listener before it hands the request on. */
export function noteExpectation(incoming: IncomingMessage): void {
  expecting.add(incoming);
}
