import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { noteConnectionFacts } from '../connection-facts.ts';
import { bindAddress } from './bind-address.ts';
import { readFirstBytes } from './first-bytes.ts';
import { http1Server, type Http1Server } from './http1-server.ts';
import { Http2Connections } from './http2-server.ts';
import { isHttp2Preface } from './http2-preface.ts';
import type { BoundAddress, ListenAddress } from './listen-address.ts';
import type { ListenerContext } from './listener-context.ts';
import { ProxiedConnections } from './proxied-connections.ts';
import type { RequestHandlers } from './request-handlers.ts';
import { TlsAcceptor } from './tls-acceptor.ts';

/** How often a closing listener looks for connections that have become idle. */
const IDLE_SWEEP_MS = 50;

/**
 * One address on which HTTP is spoken. A connection goes through up to three steps before its first request: the PROXY
 * protocol header is read, TLS is agreed on, and HTTP/1.1 or HTTP/2 is chosen. Where the address asks for none of them
 * Node's own server has the connection from the start.
 */
export class HttpListener {
  readonly #address: ListenAddress;
  readonly #context: ListenerContext;
  readonly #tls: TlsAcceptor | null;
  readonly #http1: Http1Server;
  readonly #http2: Http2Connections | null;
  readonly #proxied: ProxiedConnections | null;
  readonly #sockets = new Set<Socket>();
  #accepted = 0;

  constructor(address: ListenAddress, handlers: RequestHandlers, context: ListenerContext) {
    this.#address = address;
    this.#context = context;
    const { limits, tls } = context;
    const speaksHttp2 = address.isHttp2 === true && handlers.stream !== undefined;
    const protocols = speaksHttp2 ? ['h2', 'http/1.1'] : ['http/1.1'];
    const onSecure = (socket: TLSSocket): void => this.#onSecure(socket);
    this.#tls = address.isTls === true ? new TlsAcceptor(tls, protocols, limits.headerTimeoutMs, onSecure) : null;
    this.#http1 = http1Server(handlers, limits);
    this.#http2 = speaksHttp2 ? new Http2Connections(handlers, limits) : null;
    this.#proxied = address.isProxyProtocol === true ? new ProxiedConnections(context) : null;
    this.#http1.server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  /** Connections open now. */
  get active(): number {
    return this.#sockets.size;
  }

  /** Connections accepted since start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** @throws {ListenError} */
  listen(): Promise<BoundAddress> {
    return bindAddress(this.#http1.server, this.#address, this.#tls !== null ? 'https' : 'http');
  }

  /** Stops accepting, waits for requests under way, and cuts what is left, tunnels included, after `timeoutMs`. */
  close(timeoutMs: number): Promise<void> {
    const { server } = this.#http1;
    return new Promise((resolve) => {
      const deadline = setTimeout(() => this.#cut(), timeoutMs);
      // A connection whose answer was under way stays open for the client's next request; nobody else would close it.
      const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
      server.close(() => {
        clearTimeout(deadline);
        clearInterval(sweep);
        resolve();
      });
      this.#http2?.drain();
      // Who has sent nothing so far loses nothing.
      for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    });
  }

  #accept(socket: Socket): void {
    this.#accepted++;
    if (!this.#context.connections.enter()) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#context.connections.leave();
    });
    if (this.#proxied === null) this.#begin(socket, false);
    else this.#proxied.read(socket, () => this.#begin(socket, true));
  }

  /** @param isRead whether bytes were read, so that some may wait in the socket's buffer and it is paused */
  #begin(socket: Socket, isRead: boolean): void {
    if (this.#tls !== null) this.#tls.accept(socket);
    else if (this.#http2 !== null) this.#choose(socket, this.#http2);
    else {
      this.#http1.serve(socket);
      if (isRead) socket.resume();
    }
  }

  /** Without TLS the first bytes say which HTTP it is. */
  #choose(socket: Socket, http2: Http2Connections): void {
    const done = (isHttp2: boolean): void => {
      if (isHttp2) {
        http2.adopt(socket);
        return;
      }
      this.#http1.serve(socket);
      socket.resume();
    };
    readFirstBytes(socket, this.#context.limits.headerTimeoutMs, isHttp2Preface, done, () => undefined);
  }

  #onSecure(socket: TLSSocket): void {
    const facts = this.#proxied?.factsOf(socket) ?? null;
    if (facts !== null) noteConnectionFacts(socket, facts);
    if (this.#http2 !== null && socket.alpnProtocol === 'h2') this.#http2.adopt(socket);
    else this.#http1.serve(socket);
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
