import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ListenLimits } from './listen-limits.ts';

/** The latest response of a connection and how many it had, kept on its socket: a map would cost every request more. */
const response = Symbol('response');
const requests = Symbol('requests');

interface PacedSocket extends Socket {
  [response]?: ServerResponse;
  [requests]?: number;
}

/**
 * Bounds HTTP/1.1 connections by the number of their requests (nginx's `keepalive_requests`), and ends those whose
 * client does not take its answer (nginx's `send_timeout`). One timer per connection, Node's own: it starts again
 * whenever a byte moves, and costs nothing until then. A connection that waits for the gateway may wait for ever; how
 * long a body may take is the business of who reads it, and of Node's keep-alive timer once it was answered.
 */
export class ClientPace {
  readonly #sendMs: number;
  readonly #mostRequests: number;

  constructor(limits: ListenLimits) {
    this.#sendMs = limits.sendTimeoutMs;
    this.#mostRequests = limits.keepAliveRequests === 0 ? Infinity : limits.keepAliveRequests;
  }

  /** Watches all connections of a server from now on. */
  watch(server: Server): void {
    if (this.#sendMs === 0) return;
    server.timeout = this.#sendMs;
    server.on('timeout', (socket: Socket) => this.#onSilence(socket));
  }

  /** A request has begun. False when it is the last one that its connection may have: nothing is read behind it. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const socket: PacedSocket = incoming.socket;
    const count = (socket[requests] ?? 0) + 1;
    socket[requests] = count;
    socket[response] = outgoing;
    if (count < this.#mostRequests) return true;
    outgoing.shouldKeepAlive = false;
    return false;
  }

  #onSilence(socket: PacedSocket): void {
    const outgoing = socket[response];
    const isDone = outgoing === undefined || outgoing.writableFinished;
    if (isDone || socket.writableLength > 0) socket.destroy();
    // Node's timer fires once for each silence; this one goes on until something moves.
    else socket.setTimeout(this.#sendMs);
  }
}
