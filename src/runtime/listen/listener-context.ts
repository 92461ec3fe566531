import type { SecureContext } from 'node:tls';
import type { Logger } from '../../pdk/log.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import type { ListenLimits } from './listen-limits.ts';
import type { KeyPair, TlsPolicy } from './tls-policy.ts';

/** What all listeners of a gateway share. */
export interface ListenerContext {
  readonly limits: ListenLimits;
  readonly connections: ConnectionLimit;
  readonly tls: ListenerTls;
  /** Whether what a PROXY protocol header of this peer says counts; otherwise it is read and forgotten, as in nginx. */
  readonly believesProxy: (peerAddress: string) => boolean;
  readonly log: Logger;
}

/** What TLS listeners ask about the config in force: at every handshake, so that a reload needs no new listener. */
export interface ListenerTls {
  readonly policy: TlsPolicy;
  /** Certificates for clients that name no server, or one that has no certificate of its own; made on first use. */
  readonly defaultPairs: () => readonly KeyPair[];
  /** `null` for the default certificate. */
  readonly contextFor: (serverName: string) => SecureContext | null;
  /** Whether clients are asked for a certificate. They are not refused for having none. */
  readonly wantsClientCertificates: () => boolean;
}
