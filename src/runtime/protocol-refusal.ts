import { answerError } from './error-response.ts';
import type { HttpExchange } from './exchange.ts';
import { forwardedHost } from './forwarded-headers.ts';
import { hasGrpcType } from './grpc-answer.ts';
import type { CompiledRoute } from './snapshot.ts';

/**
 * Answers a request that matched a route it does not fit (Kong's `access.before`): one without TLS on a route that is for
 * TLS only, one that is no gRPC call on a gRPC route, one that is no handshake on a WebSocket route.
 * @param isSecure whether the request came by TLS, as far as the gateway or a trusted peer can tell
 * @returns whether it was answered
 */
export function refusedByProtocol(exchange: HttpExchange, target: CompiledRoute, isSecure: boolean): boolean {
  const { kind, isTlsOnly } = target.demands;
  if (kind === 'grpc') return refusedAsGrpc(exchange, isTlsOnly && !isSecure);
  if (isTlsOnly && !isSecure) demandTls(exchange, target.route.https_redirect_status_code);
  else if (kind !== 'websocket' || isWebSocket(exchange)) return false;
  else answerError(exchange, 426, 'Please use the WebSocket protocol', { Connection: 'Upgrade', Upgrade: 'websocket' });
  return true;
}

function isWebSocket(exchange: HttpExchange): boolean {
  return exchange.caller.upgrade?.toLowerCase() === 'websocket';
}

function demandTls(exchange: HttpExchange, status: number): void {
  if (status === 426) {
    answerError(exchange, 426, 'Please use HTTPS protocol', { Connection: 'Upgrade', Upgrade: 'TLS/1.2, HTTP/1.1' });
    return;
  }
  exchange.exit(status, undefined, { Location: `https://${forwardedHost(exchange)}${exchange.request.target}` });
}

function refusedAsGrpc(exchange: HttpExchange, lacksTls: boolean): boolean {
  const { request } = exchange;
  if (!hasGrpcType(request.header('content-type'))) {
    answerError(exchange, 415, 'Non-gRPC request matched gRPC route');
  } else if (request.httpVersion !== '2.0') {
    answerError(exchange, 426, 'Please use HTTP2 protocol', { Connection: 'Upgrade', Upgrade: 'HTTP/2' });
  } else if (lacksTls) {
    exchange.exit(200, undefined, {
      'Content-Type': 'application/grpc',
      'grpc-status': '1',
      'grpc-message': 'gRPC request matched gRPCs route',
    });
  } else {
    return false;
  }
  return true;
}
