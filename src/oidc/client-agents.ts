import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import type { ClientTls } from './client-tls.ts';

interface Slot {
  readonly agent: Agent;
  /** How many retain it. */
  users: number;
}

/**
 * Connections that show a client certificate, apart from all others: a connection speaks for whoever opened it.
 *
 * One agent per certificate. It outlives a reload as long as somebody retains the certificate, so retain for the new
 * configuration before releasing for the old.
 */
export class ClientAgents {
  readonly #slots = new Map<string, Slot>();
  readonly #keepAliveTimeout: number;
  readonly #lookup: LookupFunction;

  /** @param keepAliveMs how long an idle connection stays open */
  constructor(keepAliveMs: number, lookup: LookupFunction) {
    this.#keepAliveTimeout = keepAliveMs;
    this.#lookup = lookup;
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
    void slot.agent.close();
  }

  /** The agent that shows this certificate. */
  agent(tls: ClientTls): Agent {
    return this.#slot(tls).agent;
  }

  /** Ends all connections. */
  async destroy(): Promise<void> {
    const agents = [...this.#slots.values()].map(({ agent }) => agent);
    this.#slots.clear();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  #slot(tls: ClientTls): Slot {
    const known = this.#slots.get(tls.digest);
    if (known !== undefined) return known;
    const { context: secureContext, sslVerify: rejectUnauthorized } = tls;
    const connect = { lookup: this.#lookup, secureContext, rejectUnauthorized };
    const slot = { agent: new Agent({ keepAliveTimeout: this.#keepAliveTimeout, connect }), users: 0 };
    this.#slots.set(tls.digest, slot);
    return slot;
  }
}
