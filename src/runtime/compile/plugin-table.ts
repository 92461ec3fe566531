import type { ConfiguredPlugin } from '../plugin-chain.ts';
import { PluginChain } from '../plugin-chain.ts';

interface Placed {
  /** In the order of the config. */
  readonly place: number;
  readonly configured: ConfiguredPlugin;
}

const NONE: readonly Placed[] = [];

/** The plugins of a config by what they are for, so that the chain of a route is made of those that may be in it. */
export class PluginTable {
  /** In the order of the config. */
  readonly all: readonly ConfiguredPlugin[];
  /** Of requests without a route, and of routes that have no plugin of their own or of their service. */
  readonly globalChain: PluginChain;
  readonly #unscoped: Placed[] = [];
  readonly #byService = new Map<string, Placed[]>();
  readonly #byRoute = new Map<string, Placed[]>();
  readonly #callers = new Set<string>();
  readonly #serviceChains = new Map<string, PluginChain>();

  /** @param all in the order of the config */
  constructor(all: readonly ConfiguredPlugin[]) {
    this.all = all;
    for (const [place, configured] of all.entries()) {
      const { route, service, consumer, consumer_group: group } = configured.plugin;
      if (route !== null) append(this.#byRoute, route.id, { place, configured });
      else if (service !== null) append(this.#byService, service.id, { place, configured });
      else this.#unscoped.push({ place, configured });
      // A plugin of a route may be for one of several services too.
      if (route !== null && service !== null) this.#callers.add(service.id);
      if (consumer !== null) this.#callers.add(consumer.id);
      if (group !== null) this.#callers.add(group.id);
    }
    this.globalChain = new PluginChain(
      this.#unscoped.map(({ configured }) => configured),
      { routeId: null, serviceId: null },
    );
  }

  /** Whether some plugin is for the entity with this id. */
  refersTo(id: string): boolean {
    return this.#byRoute.has(id) || this.#byService.has(id) || this.#callers.has(id);
  }

  /** The chain of a route; routes share it where it is the same for all of a service, or for all. */
  chainOf(routeId: string, serviceId: string | null): PluginChain {
    const own = this.#byRoute.get(routeId);
    if (own !== undefined) return this.#chain(own, routeId, serviceId);
    const ofService = serviceId === null ? undefined : this.#byService.get(serviceId);
    if (serviceId === null || ofService === undefined) return this.globalChain;
    let chain = this.#serviceChains.get(serviceId);
    if (chain === undefined) {
      chain = this.#chain(NONE, null, serviceId);
      this.#serviceChains.set(serviceId, chain);
    }
    return chain;
  }

  #chain(own: readonly Placed[], routeId: string | null, serviceId: string | null): PluginChain {
    const ofService = serviceId === null ? NONE : (this.#byService.get(serviceId) ?? NONE);
    const candidates = [...own, ...ofService, ...this.#unscoped].sort((a, b) => a.place - b.place);
    return new PluginChain(
      candidates.map(({ configured }) => configured),
      { routeId, serviceId },
    );
  }
}

function append(lists: Map<string, Placed[]>, key: string, placed: Placed): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [placed]);
  else list.push(placed);
}
