import type { Consumer } from '../entities/consumer.ts';
import type { Plugin } from '../entities/plugin.ts';
import type { PluginHandler } from '../pdk/plugin.ts';

/** A configured plugin with the handler that was built for it. */
export interface ConfiguredPlugin {
  readonly plugin: Plugin;
  readonly priority: number;
  readonly handler: PluginHandler;
}

/** Where a chain is used; all `null` for requests without a route. */
export interface ChainScope {
  readonly routeId: string | null;
  readonly serviceId: string | null;
}

/** One plugin name in a chain: its config for this scope, and the configs of consumers that have their own. */
interface PluginSlot {
  readonly base: ConfiguredPlugin | null;
  readonly byConsumer: ReadonlyMap<string, ConfiguredPlugin> | null;
}

/**
 * The plugins of one route in the order they run. Each name runs once, with the most specific config: consumer before
 * route before service, several at once before one (Kong's `plugins_iterator.lua`). Nothing is merged between scopes.
 */
export class PluginChain {
  readonly #slots: readonly PluginSlot[];
  /** True when no slot depends on the consumer: then {@link PluginChain.fixed} is the whole story. */
  readonly isFixed: boolean;
  readonly fixed: readonly ConfiguredPlugin[];
  readonly fixedHeaderFilters: readonly ConfiguredPlugin[];
  readonly fixedBodyFilters: readonly ConfiguredPlugin[];
  readonly fixedLogs: readonly ConfiguredPlugin[];

  constructor(plugins: readonly ConfiguredPlugin[], scope: ChainScope) {
    this.#slots = buildSlots(plugins, scope);
    this.isFixed = this.#slots.every((slot) => slot.byConsumer === null);
    this.fixed = this.#slots.flatMap((slot) => (slot.base === null ? [] : [slot.base]));
    this.fixedHeaderFilters = this.fixed.filter(({ handler }) => handler.headerFilter !== undefined);
    this.fixedBodyFilters = this.fixed.filter(({ handler }) => handler.bodyFilter !== undefined);
    this.fixedLogs = this.fixed.filter(({ handler }) => handler.log !== undefined);
  }

  get length(): number {
    return this.#slots.length;
  }

  /** The config that runs at position `index`, given who the caller is by now; `null` when none does. */
  pick(index: number, consumer: Consumer | null): ConfiguredPlugin | null {
    const slot = this.#slots[index];
    if (slot === undefined) return null;
    if (slot.byConsumer !== null && consumer !== null) return slot.byConsumer.get(consumer.id) ?? slot.base;
    return slot.base;
  }
}

function buildSlots(plugins: readonly ConfiguredPlugin[], scope: ChainScope): PluginSlot[] {
  const byName = new Map<string, ConfiguredPlugin[]>();
  for (const configured of plugins) {
    if (!appliesTo(configured.plugin, scope)) continue;
    const { name } = configured.plugin;
    const others = byName.get(name);
    if (others === undefined) byName.set(name, [configured]);
    else others.push(configured);
  }
  const groups = [...byName.values()].sort((a, b) => compareOrder(a[0], b[0]));
  return groups.map(buildSlot);
}

function buildSlot(candidates: readonly ConfiguredPlugin[]): PluginSlot {
  let base: ConfiguredPlugin | null = null;
  const byConsumer = new Map<string, ConfiguredPlugin>();
  for (const candidate of candidates) {
    const consumerId = candidate.plugin.consumer?.id;
    if (consumerId === undefined) base = moreSpecific(base, candidate);
    else byConsumer.set(consumerId, moreSpecific(byConsumer.get(consumerId) ?? null, candidate));
  }
  return { base, byConsumer: byConsumer.size === 0 ? null : byConsumer };
}

/** Higher priority first; of equal ones the later name. */
function compareOrder(a: ConfiguredPlugin | undefined, b: ConfiguredPlugin | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return b.priority - a.priority || (a.plugin.name < b.plugin.name ? 1 : -1);
}

function appliesTo(plugin: Plugin, scope: ChainScope): boolean {
  if (!plugin.enabled || plugin.consumer_group !== null) return false;
  if (plugin.route !== null && plugin.route.id !== scope.routeId) return false;
  return plugin.service === null || plugin.service.id === scope.serviceId;
}

/** The first of two equally specific ones stays, as the config check refuses a second. */
function moreSpecific(current: ConfiguredPlugin | null, candidate: ConfiguredPlugin): ConfiguredPlugin {
  return current !== null && specificity(current.plugin) >= specificity(candidate.plugin) ? current : candidate;
}

/** Route + service beats route beats service beats global; the consumer is told apart by the map it stands in. */
function specificity(plugin: Plugin): number {
  return (plugin.route === null ? 0 : 2) + (plugin.service === null ? 0 : 1);
}
