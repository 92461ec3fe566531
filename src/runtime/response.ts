import { version } from '../lib/package-info.ts';
import type { HttpExchange } from './exchange.ts';
import { VIA, VIA_HTTP2 } from './forwarded-headers.ts';
import { asGrpcAnswer, isGrpcCall } from './grpc-answer.ts';
import { bodyFilters, runBodyFilter, runHeaderFilter } from './run-phases.ts';
import type { GatewaySettings } from './settings.ts';

const SERVER = `gw/${version}`;

/** Adds the gateway's own headers to an upstream's response head. */
export function finishResponseHead(exchange: HttpExchange, settings: GatewaySettings): void {
  const { headers, status } = exchange.response;
  const { ownHeaders } = settings;
  if (ownHeaders.upstreamLatency) {
    headers.set('X-Kong-Upstream-Latency', String(exchange.respondedAt - exchange.dispatchedAt));
  }
  if (ownHeaders.proxyLatency) headers.set('X-Kong-Proxy-Latency', String(exchange.dispatchedAt - exchange.startedAt));
  if (ownHeaders.upstreamStatus) headers.set('X-Kong-Upstream-Status', String(status));
  if (ownHeaders.via) headers.append('Via', exchange.target?.demands.kind === 'grpc' ? VIA_HTTP2 : VIA);
  if (ownHeaders.server && headers.get('server') === undefined) headers.append('Server', SERVER);
  if (exchange.balancerCookie !== null) headers.append('Set-Cookie', exchange.balancerCookie);
  if (ownHeaders.requestId) headers.set('X-Kong-Request-Id', exchange.id);
}

/** Sends what the gateway or a plugin answers itself, through the downstream phases. */
export function sendAnswer(exchange: HttpExchange, settings: GatewaySettings): void {
  const { answer, response, caller } = exchange;
  if (answer === null || caller.headersSent || exchange.isClosed) return;
  runHeaderFilter(exchange);
  const { headers } = response;
  let body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body, 'utf8');
  if (isGrpcCall(exchange)) body = asGrpcAnswer(exchange, answer.status, body);
  const filters = bodyFilters(exchange);
  if (filters.length > 0) body = runBodyFilter(exchange, filters, body, true);
  if (answer.status !== 204 && answer.status !== 304) headers.set('Content-Length', String(body.length));
  const { ownHeaders } = settings;
  if (ownHeaders.server) headers.set('Server', SERVER);
  if (ownHeaders.responseLatency) headers.set('X-Kong-Response-Latency', String(Date.now() - exchange.startedAt));
  if (ownHeaders.requestId) headers.set('X-Kong-Request-Id', exchange.id);
  caller.writeHead(answer.status, '', headers.raw);
  caller.end(exchange.request.method === 'HEAD' ? undefined : body);
}
