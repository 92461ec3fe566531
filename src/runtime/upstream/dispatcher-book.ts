import type { UpstreamKeepAlive } from '../settings.ts';
import type { UpstreamDispatcher } from './balancer.ts';
import { Http1Dispatcher } from './http1-dispatcher.ts';
import { Http1Pool } from './http1-pool.ts';
import { Http2Pool } from './http2-pool.ts';
import type { ConnectionSettings } from './open-connection.ts';
import { bracketed, isTlsProtocol } from './service-address.ts';
import { serverNameOf, type Transport } from './transport.ts';

/** The ways to send a request to one address. */
export interface PeerDispatchers {
  readonly key: string;
  /** `http://10.0.0.1:8080` */
  readonly origin: string;
  readonly main: UpstreamDispatcher;
  readonly special: UpstreamDispatcher;
}

interface Entry extends PeerDispatchers {
  users: number;
  readonly close: () => Promise<void>;
}

/**
 * Connections by address and the settings they are made with, shared by all services and configs that agree on these:
 * a reload that changes something else keeps the sockets.
 */
export class DispatcherBook {
  readonly #keepAlive: UpstreamKeepAlive;
  readonly #entries = new Map<string, Entry>();

  constructor(keepAlive: UpstreamKeepAlive) {
    this.#keepAlive = keepAlive;
  }

  /** What carries requests to an address, made on first use. Every call needs one {@link DispatcherBook.release}. */
  acquire(transport: Transport, ip: string, port: number, hostHeader: string): PeerDispatchers {
    const serverName = transport.tls === null ? null : serverNameOf(hostHeader);
    const key = `${transport.key}|${ip}|${port}|${serverName ?? ''}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = this.#open(key, transport, `${bracketed(ip)}:${port}`, serverName);
      this.#entries.set(key, entry);
    }
    entry.users++;
    return entry;
  }

  /** Closes the connections when nobody uses them any more; requests under way on them end first. */
  async release({ key }: PeerDispatchers): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.users--;
    if (entry.users > 0) return;
    this.#entries.delete(key);
    await entry.close();
  }

  #open(key: string, transport: Transport, address: string, serverName: string | null): Entry {
    const { protocol, connectTimeoutMs } = transport;
    const origin = `${isTlsProtocol(protocol) ? 'https' : 'http'}://${address}`;
    const tls =
      transport.tls === null ? null : { ...transport.tls, ...(serverName === null ? {} : { servername: serverName }) };
    const settings: ConnectionSettings = { connectTimeoutMs, tls };
    const shared = { key, origin, users: 0 };
    switch (protocol) {
      case 'http':
      case 'https':
      case 'ws':
      case 'wss': {
        const pool = new Http1Pool(origin, { connectTimeoutMs, tls }, this.#keepAlive);
        const special = new Http1Dispatcher(origin, settings);
        return { ...shared, main: pool, special, close: () => pool.close() };
      }
      case 'grpc':
      case 'grpcs': {
        const pool = new Http2Pool(origin, settings);
        return { ...shared, main: pool, special: pool, close: () => pool.close() };
      }
      default:
        return {
          ...shared,
          origin: `${protocol}://${address}`,
          main: noHttp,
          special: noHttp,
          close: () => Promise.resolve(),
        };
    }
  }
}

/** Streams take a peer's address and connect by themselves. */
const noHttp: UpstreamDispatcher = {
  dispatch() {
    throw new TypeError('this upstream does not speak HTTP');
  },
};
