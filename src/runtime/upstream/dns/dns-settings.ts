/** A record type, or `LAST`: the type that answered for a name the last time. `CNAME` asks nothing of its own. */
export type DnsOrderEntry = 'LAST' | 'SRV' | 'A' | 'AAAA' | 'CNAME';

/** How names are resolved; Kong's settings of the same names. Times in milliseconds. */
export interface DnsSettings {
  /** Name servers, `ip`, `ip:port` or `[ip]:port`; `null` for those of `/etc/resolv.conf`. */
  readonly dnsResolver: readonly string[] | null;
  /** Read once, when the first name is looked up. */
  readonly dnsHostsFile: string;
  readonly dnsOrder: readonly DnsOrderEntry[];
  /** In place of the TTLs that servers send; `null` believes them. */
  readonly dnsValidTtlMs: number | null;
  /** How long an answer is used past its TTL while a new one is fetched or cannot be had. */
  readonly dnsStaleTtlMs: number;
  /** How long it is remembered that a name does not exist. */
  readonly dnsNotFoundTtlMs: number;
  /** How long it is remembered that no server answered. */
  readonly dnsErrorTtlMs: number;
  /** Names that are remembered. */
  readonly dnsCacheSize: number;
}

/** Kong's defaults, but that names with IPv6 addresses alone are resolved too. */
export const defaultDnsSettings: DnsSettings = {
  dnsResolver: null,
  dnsHostsFile: '/etc/hosts',
  dnsOrder: ['LAST', 'SRV', 'A', 'AAAA', 'CNAME'],
  dnsValidTtlMs: null,
  dnsStaleTtlMs: 3_600_000,
  dnsNotFoundTtlMs: 30_000,
  dnsErrorTtlMs: 1000,
  dnsCacheSize: 10_000,
};
