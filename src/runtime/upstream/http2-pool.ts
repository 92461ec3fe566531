import { type ClientHttp2Session, connect } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Dispatcher, errors } from 'undici';
import type { UpstreamDispatcher } from './balancer.ts';
import type { ExtendedDispatchOptions } from './dispatch-run.ts';
import { Http2Run } from './http2-run.ts';
import { type ConnectionSettings, openConnection } from './open-connection.ts';

/** Streams on one connection before the peer has said how many it takes. */
const ASSUMED_STREAMS = 100;
/** A connection without streams is closed after this. */
const IDLE_TIMEOUT_MS = 60_000;

/** One HTTP/2 connection and what is under way on it. */
interface Connection {
  session: ClientHttp2Session | null;
  /** Requests that wait for the connection. */
  readonly waiting: Http2Run[];
  streams: number;
  isClosing: boolean;
  giveUp: () => void;
}

/**
 * HTTP/2 connections to one peer, over TLS (by ALPN) or plain with prior knowledge. Requests share a connection as far
 * as the peer allows; when all are full another is opened. A connection that the peer wants to end (GOAWAY) takes no new
 * requests and those under way end on it.
 */
export class Http2Pool implements UpstreamDispatcher {
  readonly #origin: string;
  readonly #settings: ConnectionSettings;
  readonly #connections: Connection[] = [];
  #isClosed = false;

  /** @param origin `http://host:port` or `https://host:port` */
  constructor(origin: string, settings: ConnectionSettings) {
    this.#origin = origin;
    this.#settings = settings;
  }

  dispatch(options: ExtendedDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const run = new Http2Run(this.#origin, options, handler);
    if (this.#isClosed) {
      run.fail(new errors.ClientClosedError());
      return true;
    }
    const connection = this.#connections.find(hasRoom) ?? this.#open();
    connection.streams++;
    run.onOver = () => this.#leave(connection);
    if (connection.session === null) connection.waiting.push(run);
    else run.start(connection.session);
    return true;
  }

  /** Lets requests under way end, then closes the connections. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#connections].map(closeConnection));
  }

  #open(): Connection {
    const connection: Connection = {
      session: null,
      waiting: [],
      streams: 0,
      isClosing: false,
      giveUp: () => undefined,
    };
    this.#connections.push(connection);
    connection.giveUp = openConnection(this.#origin, this.#settings, ['h2'], (error, socket) => {
      if (error !== null) this.#fail(connection, error);
      else if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
        socket.destroy();
        this.#fail(connection, new errors.SocketError(`${this.#origin} does not speak HTTP/2`));
      } else this.#begin(connection, socket);
    });
    return connection;
  }

  #begin(connection: Connection, socket: Socket): void {
    const session = connect(this.#origin, { createConnection: () => socket });
    connection.session = session;
    session.on('goaway', () => this.#forget(connection));
    session.on('error', (error: Error) => this.#fail(connection, error));
    session.on('close', () => this.#forget(connection));
    session.setTimeout(IDLE_TIMEOUT_MS, () => {
      if (connection.streams > 0) return;
      this.#forget(connection);
      session.close();
    });
    for (const run of connection.waiting.splice(0)) run.start(session);
  }

  /** The connection takes no more requests. */
  #forget(connection: Connection): void {
    connection.isClosing = true;
    const index = this.#connections.indexOf(connection);
    if (index >= 0) this.#connections.splice(index, 1);
  }

  #fail(connection: Connection, error: Error): void {
    this.#forget(connection);
    for (const run of connection.waiting.splice(0)) run.fail(error);
  }

  #leave(connection: Connection): void {
    connection.streams--;
    if (connection.streams === 0 && connection.isClosing) connection.session?.close();
  }
}

function hasRoom({ session, streams, isClosing }: Connection): boolean {
  if (isClosing || session?.closed === true || session?.destroyed === true) return false;
  return streams < (session?.remoteSettings.maxConcurrentStreams ?? ASSUMED_STREAMS);
}

function closeConnection({ session, giveUp, waiting }: Connection): Promise<void> {
  if (session === null) {
    giveUp();
    for (const run of waiting.splice(0)) run.fail(new errors.ClientClosedError());
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    if (session.destroyed) resolve();
    else session.close(() => resolve());
  });
}
