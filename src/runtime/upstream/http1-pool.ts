import { type Dispatcher, Pool } from 'undici';
import type { UpstreamKeepAlive } from '../settings.ts';
import type { UpstreamDispatcher } from './balancer.ts';
import { type PeerTls, tlsOptions } from './transport.ts';

/** Node's longest timer. */
const FOR_EVER_MS = 2_147_483_647;
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Connections to one address, kept for later requests. The pool is made with the first request: a config may have
 * thousands of services, most of them idle, and a pool of undici takes 20 kB.
 */
export class Http1Pool implements UpstreamDispatcher {
  readonly #origin: string;
  readonly #connectTimeoutMs: number;
  readonly #tls: PeerTls | null;
  readonly #keepAlive: UpstreamKeepAlive;
  #pool: Pool | null = null;

  /** @param origin `http://host:port` or `https://host:port` */
  constructor(
    origin: string,
    settings: { readonly connectTimeoutMs: number; readonly tls: PeerTls | null },
    keepAlive: UpstreamKeepAlive,
  ) {
    this.#origin = origin;
    this.#connectTimeoutMs = settings.connectTimeoutMs;
    this.#tls = settings.tls;
    this.#keepAlive = keepAlive;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.#pool ??= this.#open();
    return this.#pool.dispatch(options, handler);
  }

  /** Lets requests under way end, then closes the connections. */
  async close(): Promise<void> {
    await this.#pool?.close();
  }

  #open(): Pool {
    const { poolSize, idleTimeoutMs, maxRequests } = this.#keepAlive;
    const idle = idleTimeoutMs === 0 ? FOR_EVER_MS : idleTimeoutMs;
    return new Pool(this.#origin, {
      connections: null,
      // undici's word for connections that are closed after their request
      pipelining: poolSize === 0 ? 0 : 1,
      keepAliveTimeout: idle,
      keepAliveMaxTimeout: Math.min(idle * 10, FOR_EVER_MS),
      maxHeaderSize: MAX_HEADER_BYTES,
      ...(maxRequests === 0 ? {} : { maxRequestsPerClient: maxRequests }),
      connect: { timeout: this.#connectTimeoutMs, ...(this.#tls === null ? {} : tlsOptions(this.#tls)) },
    });
  }
}
