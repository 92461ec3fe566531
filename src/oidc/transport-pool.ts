import type { LookupFunction } from 'node:net';
import { createSecureContext } from 'node:tls';
import { ClientAgents } from './client-agents.ts';
import type { ClientTls } from './client-tls.ts';
import { Connections, type ProviderTls } from './connections.ts';
import { directTransport, type TransportSettings, transportDigest } from './transport.ts';

/** All connections of one transport: with and without client certificates, checking the provider's or not. */
export class TransportConnections {
  readonly settings: TransportSettings;
  /** Connections with client certificates; who has one retains it. */
  readonly clientAgents: ClientAgents;
  readonly #verifying: Connections;
  readonly #trusting: Connections;

  /** @param trust how TLS connections are made that check the provider's certificate and show none */
  constructor(settings: TransportSettings, lookup: LookupFunction, trust: ProviderTls) {
    this.settings = settings;
    this.#verifying = new Connections(settings, trust, lookup);
    this.#trusting = new Connections(settings, { rejectUnauthorized: false }, lookup);
    this.clientAgents = new ClientAgents((tls) => new Connections(settings, tls, lookup));
  }

  /** @param tls shows a client certificate; its own `sslVerify` then takes the place of the one here */
  choose(tls: ClientTls | null, sslVerify: boolean): Connections {
    if (tls !== null) return this.clientAgents.connections(tls);
    return sslVerify ? this.#verifying : this.#trusting;
  }

  /** Lets requests under way finish, then closes all. */
  async close(): Promise<void> {
    await Promise.all([this.#verifying.close(), this.#trusting.close(), this.clientAgents.close()]);
  }

  /** Ends all connections at once. */
  async destroy(): Promise<void> {
    await Promise.all([this.#verifying.destroy(), this.#trusting.destroy(), this.clientAgents.destroy()]);
  }
}

/**
 * The connections of a gateway process by transport. Those of a transport outlive a reload as long as somebody uses it,
 * so acquire for the new configuration before releasing for the old.
 */
export class TransportPool {
  /** Without proxies; never released. */
  readonly direct: TransportConnections;
  readonly #lookup: LookupFunction;
  readonly #trust: ProviderTls;
  readonly #slots = new Map<string, { readonly connections: TransportConnections; users: number }>();

  /** @param authorities PEM; who vouches for certificates of providers, `null` for those that Node comes with */
  constructor(lookup: LookupFunction, authorities: readonly string[] | null) {
    this.#lookup = lookup;
    // Made once: reading the authorities of a machine takes tens of milliseconds.
    const context = authorities === null ? {} : { secureContext: createSecureContext({ ca: [...authorities] }) };
    this.#trust = { rejectUnauthorized: true, ...context };
    this.direct = this.#connect(directTransport);
  }

  /** Connections of this transport, until {@link TransportPool.release}. */
  acquire(settings: TransportSettings): TransportConnections {
    const digest = transportDigest(settings);
    if (digest === directDigest) return this.direct;
    const slot = this.#slots.get(digest) ?? { connections: this.#connect(settings), users: 0 };
    this.#slots.set(digest, slot);
    slot.users += 1;
    return slot.connections;
  }

  /** Ends one use. After the last one, requests under way finish and the connections close. */
  release({ settings }: TransportConnections): void {
    const digest = transportDigest(settings);
    const slot = this.#slots.get(digest);
    if (slot === undefined) return;
    slot.users -= 1;
    if (slot.users > 0) return;
    this.#slots.delete(digest);
    void slot.connections.close();
  }

  /** Ends all connections at once. */
  async destroy(): Promise<void> {
    const proxied = [...this.#slots.values()].map(({ connections }) => connections);
    await Promise.all([this.direct, ...proxied].map((connections) => connections.destroy()));
  }

  #connect(settings: TransportSettings): TransportConnections {
    return new TransportConnections(settings, this.#lookup, this.#trust);
  }
}

const directDigest = transportDigest(directTransport);
