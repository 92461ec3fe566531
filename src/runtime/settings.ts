import { metadataAddresses } from '../oidc/address-guard.ts';
import type { RouterFlavor } from '../router/router.ts';
import { defaultLimits, type ListenLimits } from './listen/listen-limits.ts';
import { defaultOwnHeaders, type OwnHeaders } from './own-headers.ts';
import { defaultTlsPolicy, type KeyPair, type TlsPolicy } from './listen/tls-policy.ts';

/** Record types that a name may be looked up by; `LAST` is the type that answered the last time. */
export type DnsRecordType = 'LAST' | 'A' | 'AAAA' | 'SRV' | 'CNAME';

/** How names of upstreams are resolved (Kong's `dns_*` and `resolver_*`). */
export interface DnsSettings {
  /** `ip:port` each, IPv6 in brackets; empty for those of the system. */
  readonly resolvers: readonly string[];
  readonly hostsFile: string;
  readonly order: readonly DnsRecordType[];
  /** Replaces the TTL of every answer; `null` to believe the answers. */
  readonly validTtlMs: number | null;
  /** How long after its TTL an answer may serve while a new one is fetched. */
  readonly staleTtlMs: number;
  readonly notFoundTtlMs: number;
  readonly errorTtlMs: number;
  /** Names kept at most. */
  readonly cacheSize: number;
}

/** Connections to upstreams kept for later requests (Kong's `upstream_keepalive_*`). */
export interface UpstreamKeepAlive {
  /** 0 keeps none; what is above limits nothing yet. */
  readonly poolSize: number;
  readonly idleTimeoutMs: number;
  /** Requests on one connection; 0 for no limit. */
  readonly maxRequests: number;
}

/** TLS towards upstreams where neither service nor upstream says otherwise. */
export interface UpstreamTls {
  /** Shown to upstreams that ask for one (Kong's `client_ssl_cert`); `null` for none. */
  readonly clientCertificate: KeyPair | null;
  /** PEM authorities that certificates are verified against; `null` for those that Node comes with. */
  readonly trustedCertificates: readonly string[] | null;
}

/** Form of an error body for callers that send no `Accept`. */
export type ErrorDefaultType = 'application/json' | 'application/xml' | 'text/html' | 'text/plain';

/** What the gateway itself, apart from any config, is told at start. */
export interface GatewaySettings {
  /** Addresses and CIDR ranges whose `X-Forwarded-*` headers and PROXY protocol are believed; `unix:` for sockets. */
  readonly trustedIps: readonly string[];
  /** Where a trusted peer says who the client is: a header's name, or `proxy_protocol`. Lower case. */
  readonly realIpHeader: string;
  /** True to skip trusted addresses in that header from the right. */
  readonly realIpRecursive: boolean;
  /** Port that clients see, by the port listened on (Kong's `port_maps`); ports that are not in it are seen as they are. */
  readonly portMaps: ReadonlyMap<number, number>;
  /** `null` when nothing was said. */
  readonly routerFlavor: RouterFlavor | null;
  readonly errorDefaultType: ErrorDefaultType;
  /** Largest request body in bytes, beyond it 413; 0 for no limit. */
  readonly clientMaxBodyBytes: number;
  readonly limits: ListenLimits;
  readonly tls: TlsPolicy;
  /** Served to clients whose server name no `snis` entity has; empty for one made at start. */
  readonly defaultCertificates: readonly KeyPair[];
  readonly upstreamTls: UpstreamTls;
  readonly upstreamKeepAlive: UpstreamKeepAlive;
  readonly dns: DnsSettings;
  /** One log line per request. */
  readonly accessLog: boolean;
  /** Tells callers in `X-Gw-Auth` how they were authenticated. */
  readonly authDebugHeader: boolean;
  /** Never called, whatever an identity provider names; alone or in CIDR form. */
  readonly deniedIdpAddresses: readonly string[];
  readonly ownHeaders: OwnHeaders;
}

/** Kong's defaults, but for the access log, which is off. */
export const defaultSettings: GatewaySettings = {
  trustedIps: [],
  realIpHeader: 'x-real-ip',
  realIpRecursive: false,
  portMaps: new Map(),
  routerFlavor: null,
  errorDefaultType: 'text/plain',
  clientMaxBodyBytes: 0,
  limits: defaultLimits,
  tls: defaultTlsPolicy,
  defaultCertificates: [],
  upstreamTls: { clientCertificate: null, trustedCertificates: null },
  upstreamKeepAlive: { poolSize: 512, idleTimeoutMs: 60_000, maxRequests: 10_000 },
  dns: {
    resolvers: [],
    hostsFile: '/etc/hosts',
    order: ['LAST', 'SRV', 'A', 'CNAME'],
    validTtlMs: null,
    staleTtlMs: 3_600_000,
    notFoundTtlMs: 30_000,
    errorTtlMs: 1_000,
    cacheSize: 10_000,
  },
  accessLog: false,
  authDebugHeader: false,
  deniedIdpAddresses: metadataAddresses,
  ownHeaders: defaultOwnHeaders,
};
