import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ListenLimits } from './listen-limits.ts';
import { nextRequestId } from '../../lib/request-id.ts';
import { stopReading } from '../refusal.ts';

/** Method, blanks and version around the target in a request line: `GET`, ` `, ` HTTP/1.1` and CRLF. */
const REQUEST_LINE_EXTRA = 15;
/** Colon, blank and CRLF of a header line. */
const HEADER_LINE_EXTRA = 4;

const TOO_LONG = 414;
/** nginx's own status for it, which Kong passes on. */
const TOO_LARGE = 494;

const MESSAGES: Readonly<Record<number, string>> = {
  [TOO_LONG]: 'URI too long',
  [TOO_LARGE]: 'Request header or cookie too large',
};

/**
 * The status of a request whose head is within Node's limit for all of it, but beyond one of the finer ones; 0 for one
 * that is fine. `rawHeaders` is flat: name, value, name, value …
 */
export function statusOfSize(target: string, rawHeaders: readonly string[], limits: ListenLimits): number {
  const line = limits.headerLineBytes;
  if (target.length + REQUEST_LINE_EXTRA > line) return TOO_LONG;
  if (limits.headerCount > 0 && rawHeaders.length > 2 * limits.headerCount) return TOO_LARGE;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const length = (rawHeaders[at]?.length ?? 0) + (rawHeaders[at + 1]?.length ?? 0) + HEADER_LINE_EXTRA;
    if (length > line) return TOO_LARGE;
  }
  return 0;
}

/** Answers a request that is too large, in Kong's form, and closes the connection. */
export function answerSize(incoming: IncomingMessage, outgoing: ServerResponse, status: number): void {
  const body = sizeBody(status);
  outgoing.shouldKeepAlive = false;
  stopReading(incoming.socket);
  outgoing.writeHead(status, MESSAGES[status], [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(body.length),
  ]);
  outgoing.end(body);
  incoming.resume();
}

/** The body of such an answer. */
export function sizeBody(status: number): string {
  return `{\n  "message":"${MESSAGES[status] ?? ''}",\n  "request_id":"${nextRequestId()}"\n}`;
}
