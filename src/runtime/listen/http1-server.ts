import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isBehindLast, refuseConnection, refuseTunnel, stopReading } from '../refusal.ts';
import { ClientPace } from './client-pace.ts';
import type { ListenLimits } from './listen-limits.ts';
import { noteExpectation, type RequestHandlers } from './request-handlers.ts';
import { answerSize, statusOfSize } from './request-size.ts';

/** Speaks HTTP/1.1 on a connection, TLS or not, whose first bytes somebody else may have looked at. */
export type ServeConnection = (socket: Socket) => void;

/** Node's server for HTTP/1.1. */
export interface Http1Server {
  /** Opens the port. Does nothing with a connection by itself: its listener for them is {@link Http1Server.serve}. */
  readonly server: Server;
  readonly serve: ServeConnection;
}

/** Builds the server with all limits that Node knows. */
export function http1Server(handlers: RequestHandlers, limits: ListenLimits): Http1Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerTimeoutMs,
    // A limit on the whole request would cut long uploads; slowness is bounded by the time between two reads.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: checkingInterval(limits.headerTimeoutMs),
    insecureHTTPParser: false,
    // Node's own answer to a request without Host reads on behind it; the request head is checked for it.
    requireHostHeader: false,
  };
  const server = createServer(options);
  // Node would drop what is beyond its own limit without a word.
  server.maxHeadersCount = 0;
  const pace = new ClientPace(limits);
  pace.handleTimeouts(server);
  handleRequests(server, handlers, limits, pace);
  const serve = takeConnections(server, pace);
  if (handlers.upgrade !== undefined) handleUpgrades(server, handlers, serve, pace);
  return { server, serve };
}

function handleRequests(server: Server, handlers: RequestHandlers, limits: ListenLimits, pace: ClientPace): void {
  const request = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { socket } = incoming;
    if (isBehindLast(socket)) return;
    const mayGoOn = pace.begin(incoming, outgoing);
    const status = statusOfSize(incoming.url ?? '', incoming.rawHeaders, limits);
    if (status === 0) handlers.request(incoming, outgoing);
    else answerSize(incoming, outgoing, status);
    if (!mayGoOn) stopReading(socket);
  };
  const expecting = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    noteExpectation(incoming);
    request(incoming, outgoing);
  };
  server.on('request', request);
  server.on('checkContinue', (incoming, outgoing) => {
    // Who waits with a body that it has not got waits for nothing; unanswered, Node would close behind the response,
    // when the next request may have been carried out already.
    if (!hasBody(incoming)) outgoing.writeContinue();
    expecting(incoming, outgoing);
  });
  server.on('checkExpectation', expecting);
  server.on('clientError', refuseConnection);
  server.on('connect', (incoming) => refuseTunnel(incoming.socket));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function handleUpgrades(server: Server, handlers: RequestHandlers, serve: ServeConnection, pace: ClientPace): void {
  // Where a connection goes back to when its upgrade is turned down. Not the server itself: there it would be new.
  const again = new EventEmitter();
  again.on('connection', (socket: Socket) => {
    serve(socket);
    socket.resume();
  });
  server.on('upgrade', (incoming, _stream, head: Buffer) => {
    pace.forget(incoming.socket);
    handlers.upgrade?.(incoming, incoming.socket, head, again);
  });
}

/** Takes Node's own listener for connections off the server, to be called when a connection is ready for it. */
function takeConnections(server: Server, pace: ClientPace): ServeConnection {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  return (socket) => {
    // A TLS socket comes with its own server; events of HTTP belong to this one.
    if ('encrypted' in socket) Object.assign(socket, { server });
    pace.watch(socket);
    for (const listener of listeners) Reflect.apply(listener, server, [socket]);
  };
}

/** Often enough that a deadline is met within a quarter of itself, seldom enough to cost nothing. */
function checkingInterval(headerTimeoutMs: number): number {
  return Math.min(Math.max(Math.round(headerTimeoutMs / 4), 50), 5_000);
}
