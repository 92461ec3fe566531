import { isIP } from 'node:net';
import type { EntityRef } from './entity.ts';

/** What a balancer hashes. */
export type HashInput = 'none' | 'consumer' | 'ip' | 'header' | 'cookie' | 'path' | 'query_arg' | 'uri_capture';

/** How health is checked or watched. */
export type HealthCheckType = 'tcp' | 'http' | 'https' | 'grpc' | 'grpcs';

/** Checks that the gateway makes by itself. Times in seconds; a count or interval of 0 switches its part off. */
export interface ActiveHealthChecks {
  readonly type: HealthCheckType;
  readonly timeout: number;
  readonly concurrency: number;
  readonly http_path: string;
  readonly https_sni?: string | null;
  readonly https_verify_certificate: boolean;
  readonly headers?: Readonly<Record<string, readonly string[]>> | null;
  readonly healthy: {
    readonly interval: number;
    readonly http_statuses: readonly number[];
    readonly successes: number;
  };
  readonly unhealthy: {
    readonly interval: number;
    readonly http_statuses: readonly number[];
    readonly tcp_failures: number;
    readonly timeouts: number;
    readonly http_failures: number;
  };
}

/** What is learnt from the traffic itself (Kong's circuit breaker). */
export interface PassiveHealthChecks {
  readonly type: HealthCheckType;
  readonly healthy: { readonly http_statuses: readonly number[]; readonly successes: number };
  readonly unhealthy: {
    readonly http_statuses: readonly number[];
    readonly tcp_failures: number;
    readonly timeouts: number;
    readonly http_failures: number;
  };
}

/** A virtual host that balances over targets, with every default filled in. Fields that have no default may be absent. */
export interface Upstream {
  readonly id: string;
  readonly name: string;
  readonly algorithm: 'round-robin' | 'consistent-hashing' | 'least-connections' | 'latency' | 'sticky-sessions';
  readonly hash_on: HashInput;
  readonly hash_fallback: HashInput;
  readonly hash_on_header?: string | null;
  readonly hash_on_query_arg?: string | null;
  readonly hash_on_uri_capture?: string | null;
  readonly hash_fallback_header?: string | null;
  readonly hash_fallback_query_arg?: string | null;
  readonly hash_fallback_uri_capture?: string | null;
  readonly hash_on_cookie?: string | null;
  readonly hash_on_cookie_path: string;
  readonly sticky_sessions_cookie?: string | null;
  readonly sticky_sessions_cookie_path?: string | null;
  readonly slots: number;
  readonly healthchecks: {
    /** Percentage of the weight that must be healthy for the upstream to count as healthy. */
    readonly threshold: number;
    readonly active: ActiveHealthChecks;
    readonly passive: PassiveHealthChecks;
  };
  /** Sent as Host instead of the target's own name. */
  readonly host_header?: string | null;
  readonly client_certificate?: EntityRef | null;
  readonly use_srv_name: boolean;
  readonly tags?: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Where an {@link Upstream} sends requests. */
export interface Target {
  readonly id: string;
  readonly upstream: EntityRef;
  /** As it was given: `host`, `host:port`, an address, or `[IPv6]:port`; see {@link targetAddress}. */
  readonly target: string;
  /** Share of the traffic; 0 takes none. */
  readonly weight: number;
  readonly tags?: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A target without a port is at this one, as in Kong. */
const DEFAULT_TARGET_PORT = 8000;

/** Where a target is. An IPv6 address is without brackets here. */
export function targetAddress({ target }: Pick<Target, 'target'>): { readonly host: string; readonly port: number } {
  const stated = isIP(target) === 6 ? null : /^(.*):(\d+)$/.exec(target);
  const host = (stated?.[1] ?? target).replace(/^\[|\]$/g, '');
  return { host, port: stated === null ? DEFAULT_TARGET_PORT : Number(stated[2]) };
}
