import { hostWithoutPort } from '../lib/host-name.ts';
import { version } from '../lib/package-info.ts';
import { first } from './client-identity.ts';
import type { HttpExchange } from './exchange.ts';
import type { CompiledRoute } from './snapshot.ts';

/** `Via` of a message received in HTTP/1.1 (RFC 9110 §7.6.3). */
export const VIA = `1.1 gw/${version}`;
/** `Via` of a message received in HTTP/2. */
export const VIA_HTTP2 = `2 gw/${version}`;
const VIA_HTTP10 = `1.0 gw/${version}`;

/**
 * Adds what the upstream is told about the caller and the way the request came: Kong's set of headers (its
 * `access.before`). What a trusted peer says is passed on, what anybody else says is replaced.
 */
export function addForwardedHeaders(exchange: HttpExchange, route: CompiledRoute, withRequestId: boolean): void {
  const { request, head } = exchange;
  const { headers } = exchange.upstream;
  const { remoteAddress } = request.client;
  headers.append('Host', route.route.preserve_host && request.host !== '' ? request.host : route.upstreamHost);
  headers.append('X-Real-IP', remoteAddress);
  // The list grows by who handed the request over; a client that was only named is on it already.
  const { forwardedFor } = head;
  const peer = request.connection.peerAddress;
  headers.append('X-Forwarded-For', forwardedFor === undefined ? remoteAddress : `${forwardedFor}, ${peer}`);
  headers.append('X-Forwarded-Proto', forwardedProto(exchange));
  headers.append('X-Forwarded-Host', forwardedHost(exchange));
  headers.append('X-Forwarded-Port', believed(exchange, 'x-forwarded-port') ?? String(request.port));
  const path = believed(exchange, 'x-forwarded-path') ?? request.parsed?.rawPath;
  if (path !== undefined) headers.append('X-Forwarded-Path', path);
  const prefix = believed(exchange, 'x-forwarded-prefix') ?? (exchange.prefix === '/' ? null : exchange.prefix);
  if (prefix !== null) headers.append('X-Forwarded-Prefix', prefix);
  const via = viaOf(request.httpVersion);
  headers.append('Via', head.via === undefined ? via : `${head.via}, ${via}`);
  if (withRequestId) headers.append('X-Kong-Request-Id', exchange.id);
}

/** The scheme the client used: the connection's, or what a trusted peer says. */
export function forwardedProto(exchange: HttpExchange): string {
  return believed(exchange, 'x-forwarded-proto') ?? exchange.request.scheme;
}

/** The host the client asked for, without port: the request's, or what a trusted peer says. */
export function forwardedHost(exchange: HttpExchange): string {
  return believed(exchange, 'x-forwarded-host') ?? hostWithoutPort(exchange.request.host);
}

function believed(exchange: HttpExchange, name: string): string | undefined {
  return exchange.request.isFromTrusted ? first(exchange.request.rawHeaders, name) : undefined;
}

function viaOf(httpVersion: string): string {
  if (httpVersion === '1.1') return VIA;
  return httpVersion === '2.0' ? VIA_HTTP2 : VIA_HTTP10;
}
