import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { connectionFacts, noteConnectionFacts } from '../connection-facts.ts';
import type { ListenLimits } from './listen-limits.ts';
import type { RequestHandlers } from './request-handlers.ts';
import { sizeBody, statusOfSize } from './request-size.ts';
import { StreamPace } from './stream-pace.ts';
import { ResetBudget } from './reset-budget.ts';

/** Frames a peer may send that make no sense, before the session is ended. */
const MAX_INVALID_FRAMES = 32;

/** What is known about one session. */
interface SessionState {
  readonly session: ServerHttp2Session;
  readonly resets: ResetBudget;
  open: number;
  served: number;
}

/** HTTP/2 on connections that a listener hands over. Opens no port of its own. */
export class Http2Connections {
  readonly #server: Http2Server;
  readonly #limits: ListenLimits;
  readonly #handlers: RequestHandlers;
  readonly #pace: StreamPace;
  readonly #sessions = new Set<SessionState>();
  #isDraining = false;

  constructor(handlers: RequestHandlers, limits: ListenLimits) {
    this.#handlers = handlers;
    this.#limits = limits;
    this.#pace = new StreamPace(limits);
    this.#server = createServer({
      maxSessionInvalidFrames: MAX_INVALID_FRAMES,
      maxHeaderListPairs: limits.headerCount === 0 ? 0xffff : limits.headerCount + 8,
      settings: {
        enablePush: false,
        maxConcurrentStreams: limits.http2Streams === 0 ? 0x7fff_ffff : limits.http2Streams,
        maxHeaderListSize: limits.headerBytes,
      },
    });
    // A session ends by itself after an error; nothing else is wrong.
    this.#server.on('sessionError', () => undefined);
  }

  /** Speaks HTTP/2 on a connection from now on. Its preface may lie in the socket's buffer. */
  adopt(socket: Socket): void {
    const facts = connectionFacts(socket);
    this.#server.once('session', (session: ServerHttp2Session) => {
      noteConnectionFacts(session.socket, facts);
      this.#begin(session);
    });
    this.#server.emit('connection', socket);
  }

  /** Tells all clients to send no more requests (GOAWAY); sessions end with their last stream. */
  drain(): void {
    this.#isDraining = true;
    for (const { session } of this.#sessions) session.close();
  }

  #begin(session: ServerHttp2Session): void {
    const state: SessionState = { session, resets: new ResetBudget(), open: 0, served: 0 };
    this.#sessions.add(state);
    session.once('close', () => this.#sessions.delete(state));
    session.setTimeout(this.#limits.keepAliveTimeoutMs, () => {
      if (state.open === 0) session.close();
    });
    session.on('stream', (stream, headers, _flags, ...rest) => {
      // Node's types leave out the last argument.
      this.#onStream(state, stream, headers, (rest as unknown as [string[]])[0]);
    });
    if (this.#isDraining) session.close();
  }

  #onStream(
    state: SessionState,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: readonly string[],
  ): void {
    state.open++;
    state.served++;
    stream.once('close', () => this.#onStreamEnd(state, stream));
    if (this.#limits.keepAliveRequests > 0 && state.served === this.#limits.keepAliveRequests) state.session.close();
    this.#pace.watch(stream);
    const status = statusOfSize(headers[':path'] ?? '', rawHeaders, this.#limits);
    if (status === 0) this.#handlers.stream?.(stream, rawHeaders);
    else refuse(stream, status);
  }

  #onStreamEnd(state: SessionState, stream: ServerHttp2Stream): void {
    state.open--;
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR || !stream.aborted) return;
    if (state.resets.spend()) return;
    state.session.destroy(new Error('too many streams were reset'), constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }
}

function refuse(stream: ServerHttp2Stream, status: number): void {
  stream.on('error', () => undefined);
  stream.respond({ ':status': status, 'content-type': 'application/json; charset=utf-8' });
  stream.end(sizeBody(status));
}
