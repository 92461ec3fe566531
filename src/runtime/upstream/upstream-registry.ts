import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Pool } from 'undici';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { Service } from '../../entities/service.ts';
import type { Balancer, Peer } from './balancer.ts';
import { Http1Dispatcher } from './http1-dispatcher.ts';
import { hostHeaderOf, originOf } from './service-address.ts';

/** Kong's `upstream_keepalive_idle_timeout`: how long an idle connection to an upstream is kept. */
const IDLE_TIMEOUT_MS = 60_000;

/** What the requests of one service are sent to. */
export interface RoutedUpstream {
  readonly balancer: Balancer;
  /** Every setting that makes two of them different. */
  readonly key: string;
  /** `http://host:port` of the service, for logs and explanations. */
  readonly origin: string;
  /** The Host header for most requests; a peer has the final word. */
  readonly hostHeader: string;
}

interface SharedUpstream extends RoutedUpstream {
  readonly pool: Pool;
  users: number;
}

/**
 * Upstreams by what they connect to. A snapshot acquires those of its services before it goes live and releases them
 * when its last request is over; an upstream that two snapshots share keeps its peers, their sockets and their health.
 */
export class UpstreamRegistry {
  readonly #upstreams = new Map<string, SharedUpstream>();

  /** Services of other protocols than these have no HTTP upstream yet. */
  static supports(service: Service): boolean {
    return service.protocol === 'http' || service.protocol === 'https';
  }

  /** The upstream of a service, made on first use. Every call needs one {@link UpstreamRegistry.release}. */
  acquire(service: Service, entities: EntitySet): RoutedUpstream {
    const origin = originOf(service);
    const verify = service.tls_verify !== false;
    const key = `${origin}|${service.connect_timeout}|${service.protocol === 'https' ? String(verify) : '-'}`;
    let shared = this.#upstreams.get(key);
    if (shared === undefined) {
      const pool = openPool(origin, service.connect_timeout, verify);
      const peer = singlePeer(service, origin, pool);
      shared = { key, origin, hostHeader: peer.hostHeader, users: 0, pool, balancer: { pick: () => peer } };
      this.#upstreams.set(key, shared);
    }
    shared.users++;
    return shared;
  }

  /** Closes the connections when nobody uses them any more; requests under way on them end first. */
  async release(upstream: RoutedUpstream): Promise<void> {
    const shared = this.#upstreams.get(upstream.key);
    if (shared === undefined) return;
    shared.users--;
    if (shared.users > 0) return;
    this.#upstreams.delete(shared.key);
    await shared.pool.close();
  }
}

function singlePeer(service: Service, origin: string, dispatcher: Pool): Peer {
  const { host, port } = service;
  return {
    dispatcher,
    special: new Http1Dispatcher(origin, { connectTimeoutMs: service.connect_timeout, tls: tlsOptions(service) }),
    origin,
    host,
    port,
    hostHeader: hostHeaderOf(service),
    begin: () => undefined,
    end: () => undefined,
  };
}

function tlsOptions(service: Service): ConnectionOptions | null {
  if (service.protocol !== 'https') return null;
  const servername = isIP(service.host) === 0 ? { servername: service.host } : {};
  return { ...servername, rejectUnauthorized: service.tls_verify !== false };
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
