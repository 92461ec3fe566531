import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ConnectionFacts } from '../connection-facts.ts';

/**
 * The caller's side of an exchange, whatever HTTP it speaks: the request as it came, and the way back. Header lists are
 * flat: name, value, name, value …; a name may occur more than once.
 */
export interface Caller {
  readonly method: string;
  /** The request target as received; for HTTP/2 its `:path`. */
  readonly url: string;
  /** As received; HTTP/2 pseudo headers are left out, `:authority` stands as `host`. */
  readonly rawHeaders: string[];
  /** `1.0`, `1.1` or `2.0`. */
  readonly httpVersion: string;
  readonly connection: ConnectionFacts;
  /** The body as it comes. */
  readonly body: Readable;
  /** Whether a body follows; `null` where only the headers can tell, as in HTTP/1.1. */
  readonly hasBody: boolean | null;
  /** Fields that came after the body; empty before its end. */
  readonly rawTrailers: readonly string[];
  /** The protocols an `Upgrade` asks for, as sent; `null` for an ordinary request. */
  readonly upgrade: string | null;

  readonly headersSent: boolean;
  /** True once {@link Caller.end} was called. */
  readonly isEnded: boolean;
  /** True once all of the answer was handed to the connection. */
  readonly isFinished: boolean;

  /** Tells a caller that sent `Expect: 100-continue` to go on; nothing for one that is not waiting. */
  writeContinue(): void;
  /** Passes a 1xx answer on (RFC 9110 §15.2); nothing where the protocol knows none. */
  writeInformation(status: number, rawHeaders: readonly string[]): void;
  writeHead(status: number, statusText: string, rawHeaders: string[]): void;
  /** @returns false when the caller reads too slowly: wait for {@link Caller.onDrain} */
  write(chunk: Buffer): boolean;
  /** Fields after the body; call before {@link Caller.end}. Dropped where the protocol has no room for them. */
  addTrailers(rawTrailers: readonly string[]): void;
  end(chunk?: Buffer): void;
  /** Ends the answer so that nobody mistakes it for a whole one. */
  breakOff(): void;
  /** The connection takes no further request after this answer. Without effect once the head is out. */
  closeAfterwards(): void;
  /** The rest of the body will not be read: the answer that follows ends the connection, once the caller can have it. */
  refuseBody(): void;
  /** Answers 101 and hands over the connection. Only when {@link Caller.upgrade} is set. */
  switchProtocols(statusText: string, rawHeaders: readonly string[]): Socket;
  /** Calls back once when {@link Caller.write} may go on. */
  onDrain(listener: () => void): void;
  /** Calls back once when the answer is complete or the caller gone. */
  onClose(listener: () => void): void;
}
