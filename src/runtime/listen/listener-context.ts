import type { Logger } from '../../pdk/log.ts';
import type { ServedCertificate } from './certificate-table.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import type { ListenLimits } from './listen-limits.ts';
import type { TlsPolicy } from './tls-policy.ts';

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
  /** What a client is shown that names a server, or none (`null`). The same object as long as nothing changed. */
  readonly certificateFor: (serverName: string | null) => ServedCertificate;
  /** Whether such a client is asked for a certificate of its own. It is not refused for having none. */
  readonly wantsClientCertificate: (serverName: string | null) => boolean;
}
