/** A resolved reference to another entity. */
export interface EntityRef {
  readonly id: string;
}

/** The collections gw runs, by the plural names Kong uses in files and in the Admin API. */
export type EntityKind = 'services' | 'routes' | 'consumers' | 'plugins';

/** Protocols of services and routes, as Kong names them. */
export type Protocol = 'http' | 'https' | 'grpc' | 'grpcs' | 'tcp' | 'tls' | 'tls_passthrough' | 'udp' | 'ws' | 'wss';
