import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { nextRequestId } from '../lib/request-id.ts';

const TUNNEL = 'ERR_TUNNEL';

/** Status, phrase and Kong's text for what Node's parser and timers refuse, by error code; 400 for everything else. */
const ANSWERS: Readonly<Record<string, readonly [number, string, string]>> = {
  // nginx's own status for it, which Kong passes on.
  HPE_HEADER_OVERFLOW: [494, 'Request Header Or Cookie Too Large', 'Request header or cookie too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Payload Too Large', 'Payload too large'],
  [TUNNEL]: [405, 'Method Not Allowed', 'Method not allowed'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'Request timeout'],
};
const MALFORMED = [400, 'Bad Request', 'Bad request'] as const;

/** How long a refused caller may go on sending before the connection is cut under it. */
const LINGER_MS = 1_000;

/**
 * HTTP/1.1 connections that close after the answer to a request that was read already. What follows a refused request is
 * not read as a request: where it begins is exactly what two readers could disagree about.
 */
const closing = new Set<Socket>();

/** Reads no further request from a connection, which its owner closes after the answers that are still to come. */
export function stopReading(socket: Socket): void {
  if (closing.has(socket) || socket.destroyed) return;
  closing.add(socket);
  socket.once('close', () => closing.delete(socket));
}

/** Whether a request came behind the last one of its connection. Costs nothing while no connection is closing. */
export function isBehindLast(socket: Socket): boolean {
  return closing.size > 0 && closing.has(socket);
}

/**
 * What a listener does with a connection whose bytes Node's parser does not take (the `clientError` event): answers in
 * Kong's form and closes. Nothing of what was sent is repeated. Answers to earlier requests go out before it.
 */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    if (!isBehindLast(socket)) socket.destroy();
    return;
  }
  stopReading(socket);
  const pending = answerUnderWay(socket);
  if (pending === null) {
    answerAndClose(error, socket);
  } else if (pending.req.complete) {
    // Data behind `Connection: close` is no request at all (RFC 9112 §9.6); the close is on its way.
    if (error.code !== 'HPE_CLOSED_CONNECTION') pending.once('close', () => refuseConnection(error, socket));
  } else if (!pending.headersSent) {
    // Its own body is malformed: this takes the place of the answer that it would have had.
    pending.detachSocket(socket);
    pending.emit('close');
    answerAndClose(error, socket);
  } else if (pending.shouldKeepAlive) {
    socket.destroy();
  }
}

/** Refuses `CONNECT`, as nginx does: a tunnel is nothing that a gateway offers. Node has let go of the connection. */
export function refuseTunnel(socket: Socket): void {
  socket.on('error', () => undefined);
  refuseConnection(Object.assign(new Error('a tunnel was asked for'), { code: TUNNEL }), socket);
}

/** The answer whose turn it is on a connection; Node keeps it there, and has no other way to ask. */
function answerUnderWay(socket: Socket): ServerResponse | null {
  return (socket as Socket & { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? null;
}

function answerAndClose(error: NodeJS.ErrnoException, socket: Socket): void {
  const [status, phrase, message] = ANSWERS[error.code ?? ''] ?? MALFORMED;
  const body = `{\n  "message":"${message}",\n  "request_id":"${nextRequestId()}"\n}`;
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  // Closing at once would reset the connection under a caller that still sends, and the answer with it.
  const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(cut));
}
