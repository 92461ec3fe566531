import type { Plugin } from '../../entities/plugin.ts';
import { type ChainScope, type ConfiguredPlugin, PluginChain } from '../plugin-chain.ts';

type Plugins = readonly ConfiguredPlugin[];

const NONE: Plugins = [];

/** Plugins that came and went. */
export interface TableChange {
  readonly removed: Plugins;
  readonly added: Plugins;
}

/** A chain that is made when a request first needs it: most configs have more routes than are in use at a time. */
export class LazyChain {
  readonly #lists: readonly Plugins[];
  readonly #scope: ChainScope;
  #chain: PluginChain | null = null;

  constructor(lists: readonly Plugins[], scope: ChainScope) {
    this.#lists = lists;
    this.#scope = scope;
  }

  get chain(): PluginChain {
    this.#chain ??= new PluginChain(this.#lists.flat(), this.#scope);
    return this.#chain;
  }
}

/**
 * The plugins of a config by what they are for, kept up to date change by change, so that the chain of a route is made
 * of those that may be in it. Their order is of no account: a name has one plugin for each scope.
 */
export class PluginTable {
  readonly #byRoute = new Map<string, Plugins>();
  /** Of the others. */
  readonly #byService = new Map<string, Plugins>();
  /** Of those for all routes and services, whoever the caller is, under {@link ALL}. */
  readonly #unscoped = new Map<string, Plugins>();
  /** By each entity that a plugin is for. */
  readonly #byEntity = new Map<string, Plugins>();
  /** Of services that have plugins of their own; made when they are asked for. */
  readonly #serviceChains = new Map<string, LazyChain>();
  #globalChain = new LazyChain([], { routeId: null, serviceId: null });

  /** Of requests without a route, and of routes that have no plugin of their own or of their service. */
  get globalChain(): LazyChain {
    return this.#globalChain;
  }

  /** The plugins that are for an entity, alone or together with others. */
  pluginsFor(id: string): Plugins {
    return this.#byEntity.get(id) ?? NONE;
  }

  /** The chain of a route; routes share it where it is the same for all of a service, or for all. */
  chainOf(routeId: string, serviceId: string | null): LazyChain {
    const own = this.#byRoute.get(routeId);
    const ofService = serviceId === null ? undefined : this.#byService.get(serviceId);
    const unscoped = this.#unscoped.get(ALL) ?? NONE;
    if (own !== undefined) return new LazyChain([own, ofService ?? NONE, unscoped], { routeId, serviceId });
    if (serviceId === null || ofService === undefined) return this.#globalChain;
    let chain = this.#serviceChains.get(serviceId);
    if (chain === undefined) {
      chain = new LazyChain([ofService, unscoped], { routeId: null, serviceId });
      this.#serviceChains.set(serviceId, chain);
    }
    return chain;
  }

  change(change: TableChange): void {
    regroup(this.#byRoute, change, ({ route }) => (route === null ? [] : [route.id]));
    const services = regroup(this.#byService, change, ({ route, service }) =>
      route === null && service !== null ? [service.id] : [],
    );
    for (const id of services) this.#serviceChains.delete(id);
    const all = regroup(this.#unscoped, change, ({ route, service }) =>
      route === null && service === null ? [ALL] : [],
    );
    if (all.size > 0) {
      this.#serviceChains.clear();
      this.#globalChain = new LazyChain([this.#unscoped.get(ALL) ?? NONE], { routeId: null, serviceId: null });
    }
    regroup(this.#byEntity, change, ({ route, service, consumer, consumer_group: group }) =>
      [route, service, consumer, group].flatMap((reference) => reference?.id ?? []),
    );
  }

  /** Takes {@link PluginTable.change} back. */
  undo({ removed, added }: TableChange): void {
    this.change({ removed: added, added: removed });
  }
}

const ALL = '';

/** Changes lists, each of which is read by others and therefore replaced as a whole. @returns the keys of those changed */
function regroup(
  lists: Map<string, Plugins>,
  { removed, added }: TableChange,
  keysOf: (plugin: Plugin) => readonly string[],
): ReadonlySet<string> {
  const [gone, come] = [groupBy(removed, keysOf), groupBy(added, keysOf)];
  const keys = new Set([...gone.keys(), ...come.keys()]);
  for (const key of keys) {
    const old = new Set(gone.get(key));
    const list = [...(lists.get(key) ?? NONE).filter((one) => !old.has(one)), ...(come.get(key) ?? NONE)];
    if (list.length === 0) lists.delete(key);
    else lists.set(key, list);
  }
  return keys;
}

function groupBy(plugins: Plugins, keysOf: (plugin: Plugin) => readonly string[]): ReadonlyMap<string, Plugins> {
  const groups = new Map<string, ConfiguredPlugin[]>();
  for (const configured of plugins) {
    for (const key of keysOf(configured.plugin)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [configured]);
      else group.push(configured);
    }
  }
  return groups;
}
