import type { JsonObject } from '../lib/json.ts';
import type { EntityRef, Protocol } from './entity.ts';

/** An upstream API, with every default filled in. Field names and units are Kong's; timeouts in milliseconds. */
export interface Service {
  readonly id: string;
  readonly name: string | null;
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  readonly path: string | null;
  readonly retries: number;
  readonly connect_timeout: number;
  readonly write_timeout: number;
  readonly read_timeout: number;
  readonly enabled: boolean;
  readonly tls_verify: boolean | null;
  readonly tls_verify_depth: number | null;
  readonly ca_certificates: readonly string[] | null;
  readonly client_certificate: EntityRef | null;
  /** Names that the upstream's certificate may have instead. gw keeps them for clients, and looks at the host alone. */
  readonly tls_sans?: JsonObject;
  readonly tags: readonly string[] | null;
  /** Seconds since the epoch. */
  readonly created_at: number;
  readonly updated_at: number;
}
