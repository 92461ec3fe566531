import { Pool } from 'undici';
import type { Service } from '../../entities/service.ts';

/** Kong's `upstream_keepalive_idle_timeout`: how long an idle connection to an upstream is kept. */
const IDLE_TIMEOUT_MS = 60_000;

/** A connection pool to one upstream, shared by every service with the same settings. */
export interface PooledUpstream {
  readonly pool: Pool;
  readonly origin: string;
  /** Every setting that makes two pools different. */
  readonly key: string;
}

interface SharedPool extends PooledUpstream {
  users: number;
}

/**
 * Connection pools by what they connect to. A snapshot acquires the pools of its services before it goes live and
 * releases them when its last request is over; an upstream that two snapshots share keeps its pool and its sockets.
 */
export class PoolRegistry {
  readonly #pools = new Map<string, SharedPool>();

  /** Services of other protocols than these have no HTTP upstream yet. */
  static supports(service: Service): boolean {
    return service.protocol === 'http' || service.protocol === 'https';
  }

  /** The pool for a service, made on first use. Every call needs one {@link PoolRegistry.release}. */
  acquire(service: Service): PooledUpstream {
    const origin = originOf(service);
    const verify = service.tls_verify !== false;
    const key = `${origin}|${service.connect_timeout}|${service.protocol === 'https' ? String(verify) : '-'}`;
    let shared = this.#pools.get(key);
    if (shared === undefined) {
      shared = { key, origin, users: 0, pool: openPool(origin, service.connect_timeout, verify) };
      this.#pools.set(key, shared);
    }
    shared.users++;
    return shared;
  }

  /** Closes the pool when nobody uses it any more; requests under way on it end first. */
  async release(upstream: PooledUpstream): Promise<void> {
    const shared = this.#pools.get(upstream.key);
    if (shared === undefined) return;
    shared.users--;
    if (shared.users > 0) return;
    this.#pools.delete(shared.key);
    await shared.pool.close();
  }
}

/** `http://host:port`; an IPv6 address gets its brackets. */
export function originOf(service: Pick<Service, 'protocol' | 'host' | 'port'>): string {
  return `${service.protocol}://${bracketed(service.host)}:${service.port}`;
}

/** The Host header for a service: its port is left out when it is the protocol's own. */
export function hostHeaderOf(service: Pick<Service, 'protocol' | 'host' | 'port'>): string {
  const isDefault = service.port === (service.protocol === 'https' ? 443 : 80);
  return isDefault ? bracketed(service.host) : `${bracketed(service.host)}:${service.port}`;
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function openPool(origin: string, connectTimeoutMs: number, verify: boolean): Pool {
  return new Pool(origin, {
    connections: null,
    pipelining: 1,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    keepAliveMaxTimeout: IDLE_TIMEOUT_MS * 10,
    maxHeaderSize: 64 * 1024,
    connect: { timeout: connectTimeoutMs, rejectUnauthorized: verify },
  });
}
