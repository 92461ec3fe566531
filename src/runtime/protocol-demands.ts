import type { Protocol } from '../entities/entity.ts';

/** What a route is for; Kong's schema lets no route mix them. */
export type RouteKind = 'http' | 'grpc' | 'websocket';

/** What `protocols` of an HTTP route demand of a request beside its attributes. */
export interface ProtocolDemands {
  readonly kind: RouteKind;
  /** True when the route is for TLS only. */
  readonly isTlsOnly: boolean;
}

/** Reads a route's protocols; `null` when it is not for HTTP requests. */
export function protocolDemands(protocols: readonly Protocol[]): ProtocolDemands | null {
  const has = (protocol: Protocol): boolean => protocols.includes(protocol);
  if (has('http') || has('https')) return { kind: 'http', isTlsOnly: !has('http') };
  if (has('grpc') || has('grpcs')) return { kind: 'grpc', isTlsOnly: !has('grpc') };
  if (has('ws') || has('wss')) return { kind: 'websocket', isTlsOnly: !has('ws') };
  return null;
}
