import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../pdk/log.ts';
import type { Caller } from './client/caller.ts';
import { Http1Caller } from './client/http1-caller.ts';
import { Http2Caller } from './client/http2-caller.ts';
import { readHttp2Request } from './client/http2-request.ts';
import { serveWithoutUpgrade, wantedProtocols } from './client/upgrade-request.ts';
import { HttpExchange } from './exchange.ts';
import { isBehindLast } from './refusal.ts';
import type { BodyLimits } from './request-body.ts';
import type { RequestFlow } from './request-flow.ts';
import { runLog } from './run-phases.ts';
import type { GatewaySettings } from './settings.ts';
import type { Snapshot } from './snapshot.ts';

/** What a {@link RequestEntry} needs of its gateway. */
export interface RequestEntryParts {
  /** The config in force. */
  readonly current: () => Snapshot;
  readonly flow: RequestFlow;
  readonly settings: GatewaySettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes the release of an old snapshot whose last request has ended. */
  readonly onRelease: (release: Promise<void> | null) => void;
}

/**
 * Where requests enter the gateway, whatever protocol they come in: each becomes an exchange of the current snapshot,
 * goes its way, and is logged when its answer is complete or its caller gone.
 */
export class RequestEntry {
  readonly #parts: RequestEntryParts;
  readonly #bodyLimits: BodyLimits;
  #total = 0;
  #isDraining = false;

  constructor(parts: RequestEntryParts) {
    this.#parts = parts;
    const { clientMaxBodyBytes, limits } = parts.settings;
    this.#bodyLimits = { maxBytes: clientMaxBodyBytes, idleMs: limits.bodyTimeoutMs };
  }

  /** Requests since start. */
  get total(): number {
    return this.#total;
  }

  /** From now on every answer is the last one of its connection. */
  drain(): void {
    this.#isDraining = true;
  }

  /** An HTTP/1.1 or 1.0 request. */
  request(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (isBehindLast(incoming.socket)) return;
    this.#run(new Http1Caller(incoming, outgoing));
  }

  /**
   * A request that asks for another protocol; Node has let go of its connection. What is not worth an upgrade is given
   * back to `server` as the ordinary request it may be served as.
   * @param head bytes that came after the request's head
   */
  upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer, server: EventEmitter): void {
    if (isBehindLast(socket)) return;
    const protocols = wantedProtocols(incoming);
    afterEarlierAnswers(socket, () => {
      // Node has set it for the pause between two requests, and would not take it back.
      socket.setTimeout(0);
      if (protocols === null) serveWithoutUpgrade(incoming, socket, head, server);
      else this.#run(Http1Caller.upgrading(incoming, socket, head, protocols));
    });
  }

  /** An HTTP/2 request. A head that makes no sense resets its stream (RFC 9113 §8.1.1). */
  stream(stream: ServerHttp2Stream, rawFields: readonly string[]): void {
    const request = readHttp2Request(rawFields);
    if (request !== null) this.#run(new Http2Caller(stream, request));
    else refuseStream(stream);
  }

  #run(caller: Caller): void {
    const { current, clock, log, flow } = this.#parts;
    this.#total++;
    if (this.#isDraining) caller.closeAfterwards();
    const snapshot = current();
    snapshot.enter();
    const exchange = new HttpExchange(snapshot, caller, this.#bodyLimits, clock.now(), log);
    caller.onClose(() => this.#finish(exchange));
    flow.run(exchange);
  }

  #finish(exchange: HttpExchange): void {
    exchange.isClosed = true;
    if (!exchange.caller.isFinished) exchange.call?.cancel();
    runLog(exchange);
    if (this.#parts.settings.accessLog) logAccess(exchange, this.#parts.log);
    this.#parts.onRelease(exchange.snapshot.leave());
  }
}

/**
 * Waits for the answers to requests that were pipelined ahead of an upgrade. Node keeps the current one on the socket, but
 * tells it no more that the socket has drained.
 */
function afterEarlierAnswers(socket: Socket, then: () => void): void {
  if (socket.destroyed) return;
  const earlier = (socket as Socket & { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? null;
  if (earlier === null) {
    then();
    return;
  }
  const passDrain = (): boolean => earlier.emit('drain');
  socket.on('drain', passDrain);
  earlier.once('close', () => {
    socket.off('drain', passDrain);
    afterEarlierAnswers(socket, then);
  });
}

function refuseStream(stream: ServerHttp2Stream): void {
  stream.on('error', () => undefined);
  stream.respond({ ':status': 400 }, { endStream: true });
}

/** One line per request, without query, since that may carry credentials. */
function logAccess(exchange: HttpExchange, log: Logger): void {
  const { request, response, caller } = exchange;
  log.info(
    {
      request_id: exchange.id,
      client: request.remoteAddress,
      method: request.method,
      host: request.host,
      path: request.parsed?.rawPath ?? '',
      status: response.status,
      aborted: !caller.isFinished,
      route: exchange.target?.label ?? null,
      service: exchange.service?.name ?? null,
      consumer: exchange.consumer?.username ?? null,
      upstream_ms: exchange.respondedAt === 0 ? null : exchange.respondedAt - exchange.dispatchedAt,
      total_ms: Date.now() - exchange.startedAt,
    },
    'request',
  );
}
