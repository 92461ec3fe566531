import type { DnsSettings } from './dns/dns-settings.ts';
import { defaultDnsSettings } from './dns/dns-settings.ts';

/** How connections to upstreams are kept, and how their names are resolved. */
export interface UpstreamSettings extends DnsSettings {
  /** Kong's `upstream_keepalive_pool_size`; 0 closes every connection after its request. */
  readonly upstreamKeepalivePoolSize: number;
  /** Kong's `upstream_keepalive_idle_timeout`, in milliseconds; 0 keeps idle connections for ever. */
  readonly upstreamKeepaliveIdleTimeoutMs: number;
  /** Kong's `upstream_keepalive_max_requests`; 0 sets no limit. */
  readonly upstreamKeepaliveMaxRequests: number;
}

/** Kong's defaults. */
export const defaultUpstreamSettings: UpstreamSettings = {
  ...defaultDnsSettings,
  upstreamKeepalivePoolSize: 512,
  upstreamKeepaliveIdleTimeoutMs: 60_000,
  upstreamKeepaliveMaxRequests: 10_000,
};
