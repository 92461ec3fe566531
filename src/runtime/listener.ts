import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { refuseConnection } from './refusal.ts';

/** Where to listen. Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Where a listener really listens. */
export interface BoundAddress extends ListenAddress {
  /** For people and scripts; a wildcard address shows as the loopback address. */
  readonly url: string;
}

/** The address cannot be had; the message says so in words that help. */
export class ListenError extends Error {
  readonly code: string;
  readonly address: ListenAddress;

  constructor(address: ListenAddress, cause: NodeJS.ErrnoException) {
    super(`cannot listen on ${address.host}:${address.port}: ${reasonFor(cause)}`, { cause });
    this.code = cause.code ?? 'UNKNOWN';
    this.address = address;
  }
}

/** nginx's `large_client_header_buffers` of Kong: 4 × 8 KiB. */
const MAX_HEADER_BYTES = 32 * 1024;
/** nginx's `client_header_timeout`. */
const HEADER_TIMEOUT_MS = 60_000;
/** nginx's `keepalive_timeout`. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** How often a closing listener looks for connections that have become idle. */
const IDLE_SWEEP_MS = 50;

/** One HTTP/1.1 listener: the standard path, Node's own server with Kong's limits. */
export class HttpListener {
  readonly #server: Server;
  #accepted = 0;
  #active = 0;

  constructor(handle: (incoming: IncomingMessage, outgoing: ServerResponse) => void) {
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: HEADER_TIMEOUT_MS,
        // A limit on the whole request would cut long uploads; slowness is bounded by the idle timeouts.
        requestTimeout: 0,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
        insecureHTTPParser: false,
        // Node's own answer to a request without Host reads on behind it; the request head is checked for it.
        requireHostHeader: false,
      },
      handle,
    );
    // Headers beyond Node's default of 2000 would vanish without a word; their total size is bounded anyway.
    this.#server.maxHeadersCount = 0;
    this.#server.on('connection', (socket: Socket) => this.#count(socket));
    this.#server.on('clientError', refuseConnection);
  }

  /** Connections open now. */
  get active(): number {
    return this.#active;
  }

  /** Connections accepted since start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** @throws {ListenError} */
  listen(address: ListenAddress): Promise<BoundAddress> {
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => reject(new ListenError(address, error));
      this.#server.once('error', onError);
      this.#server.listen({ host: address.host, port: address.port, backlog: 2048 }, () => {
        this.#server.off('error', onError);
        const { address: host, port } = this.#server.address() as AddressInfo;
        resolve({ host, port, url: `http://${reachableHost(host)}:${port}` });
      });
    });
  }

  /** Stops accepting, waits for requests under way, and cuts what is left after `timeoutMs`. */
  close(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const deadline = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
      // A connection whose answer was under way stays open for the client's next request; nobody else would close it.
      const sweep = setInterval(() => this.#server.closeIdleConnections(), IDLE_SWEEP_MS);
      this.#server.close(() => {
        clearTimeout(deadline);
        clearInterval(sweep);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  #count(socket: Socket): void {
    this.#accepted++;
    this.#active++;
    socket.once('close', () => {
      this.#active--;
    });
  }
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function reasonFor(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'the port is in use by another process';
    case 'EACCES':
      return 'this user may not listen on that port';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address';
    case 'ENOTFOUND':
      return 'that host name does not resolve';
    default:
      return error.message;
  }
}
