import type { HttpExchange } from './exchange.ts';

/** What an HTTP status means as a gRPC status, in Kong's reading. */
const GRPC_STATUSES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  409: 6,
  429: 8,
  499: 1,
  500: 13,
  501: 12,
  503: 14,
  504: 4,
};
const OK = 0;
const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const INTERNAL = 13;

/** Whether the caller speaks gRPC, so that an answer of the gateway itself has to. */
export function isGrpcCall(exchange: HttpExchange): boolean {
  const { request } = exchange;
  return request.httpVersion === '2.0' && hasGrpcType(request.header('content-type'));
}

/** Whether a `Content-Type` is gRPC's. */
export function hasGrpcType(contentType: string | undefined): boolean {
  return contentType?.startsWith('application/grpc') === true;
}

/**
 * Gives an own answer the form a gRPC client reads: `grpc-status` made of the HTTP status, the text in `grpc-message`, and
 * no body, so that head and trailers are one ("trailers-only").
 * @returns the body that is left
 */
export function asGrpcAnswer(exchange: HttpExchange, status: number, body: Buffer): Buffer {
  const { headers } = exchange.response;
  if (headers.get('grpc-status') === undefined) headers.append('grpc-status', String(grpcStatusOf(status)));
  if (body.length > 0 && hasGrpcType(headers.get('content-type'))) return body;
  headers.set('Content-Type', 'application/grpc');
  if (headers.get('grpc-message') === undefined) headers.append('grpc-message', percentEncoded(messageOf(body)));
  return Buffer.alloc(0);
}

function grpcStatusOf(status: number): number {
  const known = GRPC_STATUSES[status];
  if (known !== undefined) return known;
  if (status >= 500) return INTERNAL;
  if (status >= 400) return INVALID_ARGUMENT;
  return status >= 200 && status < 300 ? OK : UNKNOWN;
}

/** The `message` of a JSON body, else the body. */
function messageOf(body: Buffer): string {
  const text = body.toString('utf8');
  if (!text.startsWith('{')) return text;
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : '';
  } catch {
    return text;
  }
}

/** gRPC's encoding of a message: printable ASCII but `%` stands for itself. */
function percentEncoded(message: string): string {
  let text = '';
  for (const byte of Buffer.from(message, 'utf8')) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    text += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
