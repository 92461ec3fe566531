import { version } from '../lib/package-info.ts';
import { VIA } from './client-identity.ts';
import type { HttpExchange } from './exchange.ts';
import { asGrpcAnswer, isGrpcCall } from './grpc-answer.ts';
import { bodyFilters, runBodyFilter, runHeaderFilter } from './run-phases.ts';
import type { GatewaySettings } from './settings.ts';

const SERVER = `gw/${version}`;

/** Adds the gateway's own headers to an upstream's response head. */
export function finishResponseHead(exchange: HttpExchange, settings: GatewaySettings): void {
  const { headers } = exchange.response;
  if (settings.latencyTokens) {
    headers.set('X-Kong-Upstream-Latency', String(exchange.respondedAt - exchange.dispatchedAt));
    headers.set('X-Kong-Proxy-Latency', String(exchange.dispatchedAt - exchange.startedAt));
  }
  if (settings.serverTokens) headers.append('Via', VIA);
  if (exchange.balancerCookie !== null) headers.append('Set-Cookie', exchange.balancerCookie);
  if (settings.requestIdHeader) headers.set('X-Kong-Request-Id', exchange.id);
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
  if (settings.serverTokens) headers.set('Server', SERVER);
  if (settings.latencyTokens) headers.set('X-Kong-Response-Latency', String(Date.now() - exchange.startedAt));
  if (settings.requestIdHeader) headers.set('X-Kong-Request-Id', exchange.id);
  caller.writeHead(answer.status, '', headers.raw);
  caller.end(exchange.request.method === 'HEAD' ? undefined : body);
}
