import type { HttpExchange } from './exchange.ts';
import { hasGrpcType } from './grpc-answer.ts';

/** Kong's texts for the statuses its proxy answers with. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  411: 'Length required',
  412: 'Precondition failed',
  413: 'Payload too large',
  414: 'URI too long',
  417: 'Expectation failed',
  431: 'Request header or cookie too large',
  494: 'Request header or cookie too large',
  500: 'An unexpected error occurred',
  502: 'An invalid response was received from the upstream server',
  503: 'The upstream server is currently unavailable',
  504: 'The upstream server is timing out',
  505: 'HTTP version not supported',
};

type BodyKind = 'json' | 'html' | 'xml' | 'plain';

const CONTENT_TYPES: Readonly<Record<BodyKind, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  plain: 'text/plain; charset=utf-8',
};

/** Media types that change the form of an error body; JSON is the answer to every other. */
const KIND_OF: Readonly<Record<string, BodyKind>> = {
  'text/html': 'html',
  'application/xml': 'xml',
  'text/plain': 'plain',
  'text/*': 'plain',
};

/**
 * Answers with one of the gateway's own errors in Kong's form: the message and the request id, as JSON unless the
 * caller's `Accept` prefers HTML, XML or plain text. gRPC callers get the status without a body.
 * @param message left out for errors that in Kong are nginx's: the status says it all, and callers without `Accept` get
 *   them in the form of what they sent, else in that of `error_default_type`
 */
export function answerError(
  exchange: HttpExchange,
  status: number,
  message?: string,
  headers?: Record<string, string>,
): void {
  const text = message ?? messageFor(status);
  if (hasGrpcType(exchange.request.header('content-type'))) {
    exchange.exit(status, undefined, { ...headers, 'Content-Type': 'application/grpc', 'grpc-message': text });
    return;
  }
  const accepted = exchange.request.header('accept') ?? (message === undefined ? unasked(exchange) : undefined);
  const kind = preferredKind(accepted);
  exchange.exit(status, render(kind, text, exchange.id), { ...headers, 'Content-Type': CONTENT_TYPES[kind] });
}

/** Kong's text for a status. */
export function messageFor(status: number): string {
  return MESSAGES[status] ?? 'An unexpected error occurred';
}

function unasked(exchange: HttpExchange): string {
  return exchange.request.header('content-type') ?? exchange.errorDefaultType;
}

function preferredKind(accept: string | undefined): BodyKind {
  if (accept === undefined || accept === '*/*') return 'json';
  let best: BodyKind = 'json';
  let bestQuality = 0;
  for (const entry of accept.split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    if (!type.includes('/')) continue;
    const quality = qualityOf(parameters);
    if (quality > bestQuality) {
      best = KIND_OF[type] ?? 'json';
      bestQuality = quality;
    }
  }
  return best;
}

function qualityOf(parameters: readonly string[]): number {
  const written = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = written === undefined ? 1 : Number(written.slice(2));
  return Number.isFinite(quality) ? quality : 0;
}

function render(kind: BodyKind, message: string, requestId: string): string {
  switch (kind) {
    case 'json':
      return `{\n  "message":${JSON.stringify(message)},\n  "request_id":"${requestId}"\n}`;
    case 'html':
      return `<!doctype html>\n<html>\n  <head>\n    <meta charset="utf-8">\n    <title>Error</title>\n  </head>\n  <body>\n    <h1>Error</h1>\n    <p>${message}.</p>\n    <p>request_id: ${requestId}</p>\n  </body>\n</html>\n`;
    case 'xml':
      return `<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <message>${message}</message>\n  <requestid>${requestId}</requestid>\n</error>`;
    case 'plain':
      return `${message}\nrequest_id: ${requestId}\n`;
  }
}
