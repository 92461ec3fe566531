import type { ClientTls } from './client-tls.ts';
import type { Connections, ProviderTls } from './connections.ts';

interface Slot {
  readonly connections: Connections;
  /** How many retain it. */
  users: number;
}

/**
 * Connections that show a client certificate, apart from all others: a connection speaks for whoever opened it.
 *
 * They outlive a reload as long as somebody retains the certificate, so retain for the new configuration before
 * releasing for the old.
 */
export class ClientAgents {
  readonly #slots = new Map<string, Slot>();
  readonly #make: (tls: ProviderTls) => Connections;

  /** @param make opens no connection yet */
  constructor(make: (tls: ProviderTls) => Connections) {
    this.#make = make;
  }

  /** Keeps connections with this certificate until the last {@link ClientAgents.release}. */
  retain(tls: ClientTls): void {
    this.#slot(tls).users += 1;
  }

  /** Ends one use. After the last one, requests under way finish and the connections close. */
  release(tls: ClientTls): void {
    const slot = this.#slots.get(tls.digest);
    if (slot === undefined) return;
    slot.users -= 1;
    if (slot.users > 0) return;
    this.#slots.delete(tls.digest);
    void slot.connections.close();
  }

  /** Those that show this certificate. */
  connections(tls: ClientTls): Connections {
    return this.#slot(tls).connections;
  }

  /** Lets requests under way finish, then closes all. */
  async close(): Promise<void> {
    await Promise.all(this.#removed().map((connections) => connections.close()));
  }

  /** Ends all connections at once. */
  async destroy(): Promise<void> {
    await Promise.all(this.#removed().map((connections) => connections.destroy()));
  }

  #removed(): Connections[] {
    const all = [...this.#slots.values()].map(({ connections }) => connections);
    this.#slots.clear();
    return all;
  }

  #slot(tls: ClientTls): Slot {
    const known = this.#slots.get(tls.digest);
    if (known !== undefined) return known;
    const { context: secureContext, sslVerify: rejectUnauthorized } = tls;
    const slot = { connections: this.#make({ secureContext, rejectUnauthorized }), users: 0 };
    this.#slots.set(tls.digest, slot);
    return slot;
  }
}
