import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { type ConnectionFacts, connectionFacts } from '../connection-facts.ts';
import type { Caller } from './caller.ts';
import { headersForHttp2 } from './http2-headers.ts';
import type { Http2Request } from './http2-request.ts';

const NO_FIELDS: readonly string[] = [];

/** A caller that speaks HTTP/2: one stream of its connection. */
export class Http2Caller implements Caller {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: string[];
  readonly httpVersion = '2.0';
  readonly hasBody: boolean;
  readonly upgrade = null;
  readonly body: ServerHttp2Stream;
  /** Read at once: a stream forgets its session when it ends. */
  readonly connection: ConnectionFacts;
  #rawTrailers = NO_FIELDS;
  /** The answer's head, until it is known whether anything follows: then one frame can say both. */
  #head: { readonly status: number; readonly rawHeaders: readonly string[] } | null = null;
  #trailers = NO_FIELDS;
  #headersSent = false;
  #isEnded = false;
  #hasContinued = false;

  constructor(stream: ServerHttp2Stream, request: Http2Request) {
    this.body = stream;
    this.method = request.method;
    this.url = request.path;
    this.rawHeaders = request.rawHeaders;
    this.hasBody = !stream.endAfterHeaders;
    this.connection = stream.session === undefined ? GONE : connectionFacts(stream.session.socket);
    // What happens to a stream shows in its 'close' as well; an 'error' nobody listens to would end the process.
    stream.on('error', () => undefined);
    stream.on('trailers', (_trailers: unknown, _flags: number, rawTrailers: string[]) => {
      this.#rawTrailers = rawTrailers;
    });
    stream.on('wantTrailers', () => this.#sendTrailers());
  }

  get rawTrailers(): readonly string[] {
    return this.#rawTrailers;
  }

  get headersSent(): boolean {
    return this.#headersSent;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isFinished(): boolean {
    // Node finishes a stream that its caller reset, too.
    return this.#isEnded && this.body.writableFinished && !this.body.writableAborted;
  }

  writeContinue(): void {
    if (this.#hasContinued) return;
    this.#hasContinued = true;
    this.writeInformation(constants.HTTP_STATUS_CONTINUE, NO_FIELDS);
  }

  writeInformation(status: number, rawHeaders: readonly string[]): void {
    if (this.#headersSent || this.body.destroyed) return;
    this.body.additionalHeaders({ ...headersForHttp2(rawHeaders), ':status': status });
  }

  writeHead(status: number, _statusText: string, rawHeaders: string[]): void {
    this.#headersSent = true;
    this.#head = { status, rawHeaders };
    process.nextTick(() => this.#flushHead(false));
  }

  write(chunk: Buffer): boolean {
    this.#flushHead(false);
    return !this.body.writable || this.body.write(chunk);
  }

  addTrailers(rawTrailers: readonly string[]): void {
    this.#trailers = rawTrailers;
  }

  end(chunk?: Buffer): void {
    this.#isEnded = true;
    const isEmpty = chunk === undefined || chunk.length === 0;
    this.#flushHead(isEmpty && this.#trailers.length === 0);
    if (!this.body.writable) return;
    if (isEmpty) this.body.end();
    else this.body.end(chunk);
  }

  breakOff(): void {
    this.#isEnded = true;
    this.#head = null;
    this.body.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  closeAfterwards(): void {
    // One refused stream says nothing about the others of the connection.
  }

  refuseBody(): void {
    // The stream is closed with its answer; the connection goes on.
  }

  switchProtocols(): Socket {
    throw new TypeError('HTTP/2 has no upgrades');
  }

  onDrain(listener: () => void): void {
    this.body.once('drain', listener);
  }

  onClose(listener: () => void): void {
    this.body.once('close', listener);
  }

  #flushHead(isAll: boolean): void {
    const head = this.#head;
    if (head === null || this.body.destroyed || this.body.closed) return;
    this.#head = null;
    try {
      const headers = { ...headersForHttp2(head.rawHeaders), ':status': head.status };
      this.body.respond(headers, { endStream: isAll, waitForTrailers: !isAll });
    } catch {
      // Fields that HTTP/1.1 lets through and HTTP/2 does not: there is no honest way to pass this answer on.
      this.breakOff();
      return;
    }
    if (isAll) this.#stopBody();
  }

  /**
   * RFC 9113 §8.1: a caller still busy with its body is told that the rest is not needed. At once the reset would overtake
   * the end of the answer.
   */
  #stopBody(): void {
    if (this.hasBody && !this.body.readableEnded) setImmediate(() => this.body.close(constants.NGHTTP2_NO_ERROR));
  }

  #sendTrailers(): void {
    try {
      this.body.sendTrailers(headersForHttp2(this.#trailers));
    } catch {
      this.breakOff();
      return;
    }
    this.#stopBody();
  }
}

/** Of a connection that is gone; nobody will see an answer that depends on it. */
const GONE: ConnectionFacts = {
  remoteAddress: '',
  remotePort: 0,
  localAddress: '',
  localPort: 0,
  isTls: false,
  sni: null,
  peerAddress: '',
};
