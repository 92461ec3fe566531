import { answerError } from './error-response.ts';
import type { HttpExchange } from './exchange.ts';
import type { AttemptFailure, Peer } from './upstream/balancer.ts';

/** What a failed upstream request means for the caller, in Kong's statuses and texts. */
export interface UpstreamFailure {
  readonly status: 502 | 503 | 504;
  /** Only where it differs from Kong's standard text of the status. */
  readonly message?: string;
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ERR_UPSTREAM_WRITE_TIMEOUT',
  'ETIMEDOUT',
]);
const RESOLUTION: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
/** The connection broke; what was asked may or may not have been done. */
const BROKEN: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'GW_STREAM_RESET',
]);

/** The peer said that it has not looked at the request. */
const REFUSED = 'GW_REFUSED_STREAM';

/** Methods that may be sent a second time (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Classifies an undici error. */
export function describeFailure(error: Error): UpstreamFailure {
  const code = codeOf(error);
  if (TIMEOUTS.has(code)) return { status: 504 };
  if (RESOLUTION.has(code)) return { status: 503, message: 'name resolution failed' };
  return { status: 502 };
}

/** What an undici error says about the peer. */
export function attemptFailureOf(error: Error): AttemptFailure {
  return isTimeout(error) ? 'timeout' : 'connection';
}

/** Whether the peer was too slow, in whatever it did. */
export function isTimeout(error: Error): boolean {
  return TIMEOUTS.has(codeOf(error));
}

/**
 * Whether a failed request may be tried again, as nginx does with `proxy_next_upstream error timeout`, which is Kong's:
 * one that was never written, or not looked at, always may; one that was written may if doing it twice does no harm and
 * the connection broke or the answer did not come in time. An answer that is no HTTP is final.
 */
export function mayRetry(error: Error, method: string, isWritten: boolean): boolean {
  const code = codeOf(error);
  return !isWritten || code === REFUSED || (IDEMPOTENT.has(method) && (BROKEN.has(code) || TIMEOUTS.has(code)));
}

/** The innermost error code, for logs. */
export function codeOf(error: Error): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0] as Error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Gives a request up: says why in the log, and to the caller what it may know. */
export function answerFailure(exchange: HttpExchange, error: Error, tried: readonly Peer[]): void {
  const { status, message } = describeFailure(error);
  exchange.log.error(
    { code: codeOf(error), status, upstream: tried.at(-1)?.origin, attempts: tried.length, err: error },
    'the upstream did not answer',
  );
  answerError(exchange, status, message);
}
