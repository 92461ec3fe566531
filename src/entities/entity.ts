/** A resolved reference to another entity. */
export interface EntityRef {
  readonly id: string;
}

/** Protocols of services and routes, as Kong names them. */
export type Protocol = 'http' | 'https' | 'grpc' | 'grpcs' | 'tcp' | 'tls' | 'tls_passthrough' | 'udp' | 'ws' | 'wss';
