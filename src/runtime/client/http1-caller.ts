import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { asPairs } from '../../lib/flat-headers.ts';
import { indexOfHeader } from '../../lib/header-list.ts';
import { type ConnectionFacts, connectionFacts } from '../connection-facts.ts';
import { stopReading } from '../refusal.ts';
import type { Caller } from './caller.ts';

/** Up to this size copying a body into the head's write is cheaper than a second buffer. */
const SMALL_BODY_BYTES = 16 * 1024;
/** How long a caller whose body is refused may go on sending. */
const LINGER_MS = 1_000;

/** What a reason phrase cannot hold (RFC 9112 §4). Node throws for it, and keeps it for the answer made instead. */
const NO_REASON = /[^\t\x20-\x7e\x80-\xff]/;

/** What an upgrade needs beside the request. */
interface Upgrading {
  readonly socket: Socket;
  /** The protocols asked for, as they go upstream. */
  readonly protocols: string;
}

/** A caller that speaks HTTP/1.1 or 1.0, over Node's own server. */
export class Http1Caller implements Caller {
  readonly body: IncomingMessage;
  readonly hasBody = null;
  readonly #outgoing: ServerResponse;
  readonly #upgrading: Upgrading | null;
  #isBodyRefused = false;
  #isSwitched = false;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, upgrading: Upgrading | null = null) {
    this.body = incoming;
    this.#outgoing = outgoing;
    this.#upgrading = upgrading;
  }

  /**
   * The caller behind a request that asks to go on in another protocol. Node has let go of the connection: whatever is
   * answered other than 101 goes out over it as its last response.
   * @param head bytes that came after the request
   */
  static upgrading(incoming: IncomingMessage, socket: Socket, head: Buffer, protocols: string): Http1Caller {
    if (head.length > 0) socket.unshift(head);
    socket.setTimeout(0);
    const outgoing = new ServerResponse(incoming);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(socket);
    socket.on('error', () => undefined);
    socket.on('drain', () => outgoing.emit('drain'));
    outgoing.once('finish', () => socket.end());
    return new Http1Caller(incoming, outgoing, { socket, protocols });
  }

  get method(): string {
    return this.body.method ?? 'GET';
  }

  get url(): string {
    return this.body.url ?? '/';
  }

  get rawHeaders(): string[] {
    return this.body.rawHeaders;
  }

  get httpVersion(): string {
    // In the request line of HTTP/1 this one is not true, and must not pass for a request of HTTP/2.
    return this.body.httpVersion === '2.0' ? '' : this.body.httpVersion;
  }

  get connection(): ConnectionFacts {
    return connectionFacts(this.body.socket);
  }

  get rawTrailers(): readonly string[] {
    return this.body.rawTrailers;
  }

  get upgrade(): string | null {
    return this.#upgrading?.protocols ?? null;
  }

  get headersSent(): boolean {
    return this.#outgoing.headersSent;
  }

  get isEnded(): boolean {
    return this.#outgoing.writableEnded;
  }

  get isFinished(): boolean {
    return this.#isSwitched || this.#outgoing.writableFinished;
  }

  writeContinue(): void {
    if (!this.#outgoing.headersSent && this.body.httpVersionMinor > 0) this.#outgoing.writeContinue();
  }

  writeInformation(status: number, rawHeaders: readonly string[]): void {
    // A response whose turn has not come yet has no socket; what is only a hint is not worth a queue.
    const { socket } = this.#outgoing;
    if (socket === null || this.#outgoing.headersSent || this.body.httpVersionMinor === 0) return;
    socket.write(headText(status, '', rawHeaders), 'latin1');
  }

  writeHead(status: number, statusText: string, rawHeaders: string[]): void {
    if (!this.#outgoing.shouldKeepAlive) closeToo(rawHeaders);
    if (statusText === '' || NO_REASON.test(statusText)) this.#outgoing.writeHead(status, rawHeaders);
    else this.#outgoing.writeHead(status, statusText, rawHeaders);
  }

  write(chunk: Buffer): boolean {
    return this.#outgoing.write(chunk);
  }

  addTrailers(rawTrailers: readonly string[]): void {
    this.#outgoing.addTrailers(asPairs(rawTrailers));
  }

  end(chunk?: Buffer): void {
    if (this.#isBodyRefused && !this.body.complete) {
      this.#endAndLinger(chunk);
      return;
    }
    // As text a body leaves in one write together with the head, which is cheaper than two buffers.
    if (chunk === undefined) this.#outgoing.end();
    else if (chunk.length <= SMALL_BODY_BYTES) this.#outgoing.end(chunk.toString('latin1'), 'latin1');
    else this.#outgoing.end(chunk);
  }

  breakOff(): void {
    this.#outgoing.destroy();
  }

  closeAfterwards(): void {
    if (this.#outgoing.headersSent) return;
    this.#outgoing.shouldKeepAlive = false;
    // Requests that are on their way already would be carried out and never answered.
    stopReading(this.body.socket);
  }

  refuseBody(): void {
    this.#isBodyRefused = true;
    this.closeAfterwards();
  }

  switchProtocols(statusText: string, rawHeaders: readonly string[]): Socket {
    if (this.#upgrading === null) throw new TypeError('no upgrade was asked for');
    const { socket } = this.#upgrading;
    this.#isSwitched = true;
    this.#outgoing.detachSocket(socket);
    socket.write(headText(101, statusText, rawHeaders), 'latin1');
    return socket;
  }

  onDrain(listener: () => void): void {
    this.#outgoing.once('drain', listener);
  }

  onClose(listener: () => void): void {
    if (this.#upgrading === null) this.#outgoing.once('close', listener);
    else this.#upgrading.socket.once('close', listener);
  }

  /**
   * Closing a connection with unread bytes resets it, and the answer may be lost with it: the rest of the body is read
   * away for a moment. The answer is complete before, by its Content-Length.
   */
  #endAndLinger(chunk?: Buffer): void {
    if (chunk === undefined) this.#outgoing.flushHeaders();
    else this.#outgoing.write(chunk);
    const finish = (): void => {
      clearTimeout(deadline);
      this.#outgoing.end();
    };
    const deadline = setTimeout(finish, LINGER_MS);
    this.body.once('end', finish).once('close', finish).resume();
  }
}

/** An own `Connection` field (`Upgrade`, say) would make Node keep a connection that is to be closed. */
function closeToo(rawHeaders: string[]): void {
  const at = indexOfHeader(rawHeaders, 'Connection', 0);
  if (at >= 0) rawHeaders[at + 1] = `close, ${rawHeaders[at + 1] ?? ''}`;
}

/** A status line and header fields as they go over the wire. */
function headText(status: number, statusText: string, rawHeaders: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${statusText === '' ? (STATUS_CODES[status] ?? '') : statusText}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) text += `${rawHeaders[at] ?? ''}: ${rawHeaders[at + 1] ?? ''}\r\n`;
  return `${text}\r\n`;
}
