import type { Agent } from 'undici';
import type { Cache } from '../cache/cache.ts';
import type { Caches } from '../cache/caches.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../pdk/log.ts';
import type { PluginHost } from '../pdk/plugin.ts';

/** What a {@link GatewayHost} is made of. */
export interface GatewayHostParts
  extends Pick<PluginHost, 'clock' | 'log' | 'authDebugHeader' | 'deniedIdpAddresses' | 'trustedCertificates'> {
  readonly caches: Caches;
  readonly http: Agent;
}

/** The {@link PluginHost} of a gateway: what plugins share and a reload keeps. */
export class GatewayHost implements PluginHost {
  readonly http: Agent;
  readonly clock: Clock;
  readonly log: Logger;
  readonly authDebugHeader: boolean;
  readonly deniedIdpAddresses: readonly string[];
  readonly trustedCertificates: readonly string[] | null;
  readonly #caches: Caches;
  readonly #shared = new Map<string, object>();

  constructor(parts: GatewayHostParts) {
    this.#caches = parts.caches;
    this.http = parts.http;
    this.clock = parts.clock;
    this.log = parts.log;
    this.authDebugHeader = parts.authDebugHeader;
    this.deniedIdpAddresses = parts.deniedIdpAddresses;
    this.trustedCertificates = parts.trustedCertificates;
  }

  cache<Value>(namespace: string): Cache<Value> {
    return this.#caches.open<Value>(namespace);
  }

  shared<State extends object>(name: string, create: () => State): State {
    let state = this.#shared.get(name);
    if (state === undefined) {
      state = create();
      this.#shared.set(name, state);
    }
    return state as State;
  }

  /** Ends shared state and outgoing connections. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#shared.values()].map(async (state) => closeState(state)));
    await this.http.close();
  }
}

async function closeState(state: object): Promise<void> {
  if ('close' in state && typeof state.close === 'function') await (state as { close(): unknown }).close();
}
