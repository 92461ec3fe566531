import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ListenLimits } from './listen-limits.ts';

/** The latest response of a connection, kept on its socket: a map would cost every request a look-up. */
const response = Symbol('response');

interface PacedSocket extends Socket {
  [response]?: ServerResponse;
}

/**
 * Ends HTTP/1.1 connections whose client does not take its answer (nginx's `send_timeout`), or still owes the body of
 * a request that was answered without it. One timer per connection, Node's own: it starts again whenever a byte moves,
 * and costs nothing until then. A connection that waits for the gateway may wait for ever; how long a body may take
 * that is still wanted is the business of who reads it.
 */
export class ClientPace {
  readonly #sendMs: number;

  constructor(limits: ListenLimits) {
    this.#sendMs = limits.sendTimeoutMs;
  }

  /** Watches all connections of a server from now on. */
  watch(server: Server): void {
    if (this.#sendMs === 0) return;
    server.timeout = this.#sendMs;
    server.on('timeout', (socket: Socket) => this.#onSilence(socket));
  }

  /** A request has begun. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): void {
    (incoming.socket as PacedSocket)[response] = outgoing;
  }

  #onSilence(socket: PacedSocket): void {
    const outgoing = socket[response];
    const isDone = outgoing === undefined || outgoing.writableFinished;
    if (isDone || socket.writableLength > 0) socket.destroy();
    // Node's timer fires once for each silence; this one goes on until something moves.
    else socket.setTimeout(this.#sendMs);
  }
}
