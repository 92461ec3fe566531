import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import type { Readable } from 'node:stream';
import { type Dispatcher, errors } from 'undici';
import { fieldOf } from '../../lib/flat-headers.ts';
import { headersForHttp2 } from '../client/http2-headers.ts';
import { DispatchRun, type ExtendedDispatchOptions, sendBody, timeoutsOf } from './dispatch-run.ts';

const NO_FIELDS: readonly string[] = [];

/** A stream that the peer ended before it was done. */
export class StreamResetError extends Error {
  readonly code: 'GW_REFUSED_STREAM' | 'GW_STREAM_RESET';
  /** RFC 9113 §7. */
  readonly streamCode: number;

  constructor(streamCode: number) {
    super(`the upstream reset the stream with code ${streamCode}`);
    // A refused stream was not looked at: it may be sent again whatever it asks for (RFC 9113 §8.7).
    this.code = streamCode === constants.NGHTTP2_REFUSED_STREAM ? 'GW_REFUSED_STREAM' : 'GW_STREAM_RESET';
    this.streamCode = streamCode;
  }
}

/** One request on a stream of an HTTP/2 connection. */
export class Http2Run {
  /** Called once when the request is over, however it ended. */
  onOver: () => void = () => undefined;
  readonly #origin: string;
  readonly #options: ExtendedDispatchOptions;
  readonly #run: DispatchRun;
  #stream: ClientHttp2Stream | null = null;
  #stopBody: (() => void) | null = null;
  #trailers = NO_FIELDS;

  constructor(origin: string, options: ExtendedDispatchOptions, handler: Dispatcher.DispatchHandler) {
    this.#origin = origin;
    this.#options = options;
    this.#run = new DispatchRun(handler, timeoutsOf(options), (error) => this.fail(error));
  }

  start(session: ClientHttp2Session): void {
    this.#run.connect((error) => this.fail(error ?? new errors.RequestAbortedError()));
    if (this.#run.isOver) return;
    const { body = null, trailers } = this.#options;
    try {
      this.#stream = session.request(this.#headers(), {
        endStream: body === null,
        waitForTrailers: trailers !== undefined,
      });
    } catch (error) {
      this.fail(error as Error);
      return;
    }
    this.#listen(this.#stream);
    if (body !== null) this.#send(this.#stream, body as Buffer | Readable);
  }

  /** Ends the request; the peer is told that nobody waits for it any more. */
  fail(error: Error): void {
    if (this.#run.isOver) return;
    this.#run.fail(error);
    this.#finish(constants.NGHTTP2_CANCEL);
  }

  #headers(): Record<string, string | string[]> {
    const raw = this.#options.headers as readonly string[];
    const headers = headersForHttp2(raw) as Record<string, string | string[]>;
    const { host, protocol } = new URL(this.#origin);
    headers[':method'] = this.#options.method;
    headers[':path'] = this.#options.path;
    headers[':scheme'] = protocol.slice(0, -1);
    headers[':authority'] = fieldOf(raw, 'host') ?? host;
    return headers;
  }

  #listen(stream: ClientHttp2Stream): void {
    stream.on('headers', (headers: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
      this.#run.informational(Number(headers[':status']), withoutPseudo(raw ?? []));
    });
    stream.on('response', (headers, flags, raw?: string[]) => {
      this.#run.headers(Number(headers[':status']), withoutPseudo(raw ?? []), () => stream.resume(), '');
      // Head and end in one frame: the caller gets them in one, too, which matters for gRPC's trailers-only answers.
      if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) this.#complete(NO_FIELDS);
    });
    stream.on('data', (chunk: Buffer) => {
      if (!this.#run.data(chunk)) stream.pause();
    });
    stream.on('trailers', (_trailers: unknown, _flags: number, raw?: string[]) => {
      this.#trailers = raw ?? NO_FIELDS;
    });
    stream.on('end', () => {
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted) this.#complete(this.#trailers);
    });
    stream.on('wantTrailers', () => stream.sendTrailers(headersForHttp2(this.#options.trailers?.() ?? NO_FIELDS)));
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.fail(error.code === 'ERR_HTTP2_STREAM_ERROR' ? new StreamResetError(stream.rstCode) : error);
    });
    stream.on('close', () => this.fail(new StreamResetError(stream.rstCode)));
  }

  #send(stream: ClientHttp2Stream, body: Buffer | Readable): void {
    this.#stopBody = sendBody(body, stream, {
      progress: () => this.#run.noteProgress(),
      finish: () => stream.end(),
      fail: (error) => this.fail(error),
    });
  }

  #complete(trailers: readonly string[]): void {
    this.#run.complete(trailers);
    this.#finish(constants.NGHTTP2_NO_ERROR);
  }

  #finish(code: number): void {
    this.#stopBody?.();
    const stream = this.#stream;
    if (stream !== null && !stream.closed && !(code === constants.NGHTTP2_NO_ERROR && stream.writableEnded)) {
      stream.close(code);
    }
    this.onOver();
    this.onOver = () => undefined;
  }
}

function withoutPseudo(rawHeaders: readonly string[]): readonly string[] {
  let first = 0;
  while (rawHeaders[first]?.startsWith(':') === true) first += 2;
  return first === 0 ? rawHeaders : rawHeaders.slice(first);
}
