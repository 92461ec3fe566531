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
 * client does not take its answer (nginx's `send_timeout`). A timer that each request starts anew would cost all of
 * them; so one timer looks through the connections now and then, and those with bytes that do not leave get a timer
 * of their own, Node's, which starts again whenever some do. A connection that waits for the gateway may wait for ever;
 * how long a body may take is the business of who reads it, and of Node's keep-alive timer once it was answered.
 */
export class ClientPace {
  readonly #sendMs: number;
  readonly #mostRequests: number;
  readonly #sockets = new Set<Socket>();
  #sweep: NodeJS.Timeout | null = null;

  constructor(limits: ListenLimits) {
    this.#sendMs = limits.sendTimeoutMs;
    this.#mostRequests = limits.keepAliveRequests === 0 ? Infinity : limits.keepAliveRequests;
  }

  /** What Node's own timers of connections are taken for from now on: this one's and that of an idle connection. */
  handleTimeouts(server: Server): void {
    server.on('timeout', (socket: Socket) => onSilence(socket));
  }

  /** Watches a connection until it is closed. */
  watch(socket: Socket): void {
    if (this.#sendMs === 0) return;
    this.#sockets.add(socket);
    socket.once('close', () => this.forget(socket));
    this.#sweep ??= setInterval(() => this.#look(), Math.max(this.#sendMs / 2, 1)).unref();
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

  /** Watches a connection no longer: it speaks another protocol now. */
  forget(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size > 0 || this.#sweep === null) return;
    clearInterval(this.#sweep);
    this.#sweep = null;
  }

  #look(): void {
    for (const socket of this.#sockets) {
      if (socket.writableLength > 0 && socket.timeout !== this.#sendMs) socket.setTimeout(this.#sendMs);
    }
  }
}

function onSilence(socket: PacedSocket): void {
  const outgoing = socket[response];
  const isDone = outgoing === undefined || outgoing.writableFinished;
  if (isDone || socket.writableLength > 0) socket.destroy();
  // What did not leave has left since; the next look may find something again.
  else socket.setTimeout(0);
}
