import type { Consumer } from '../entities/consumer.ts';
import type { ConsumerGroup } from '../entities/consumer-group.ts';
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

/** One plugin name in a chain: its config for this scope, and the configs of callers that have their own. */
interface PluginSlot {
  readonly base: ConfiguredPlugin | null;
  /** By the id of a consumer or a consumer group; `null` when the caller makes no difference. */
  readonly byCaller: ReadonlyMap<string, ConfiguredPlugin> | null;
}

/**
 * The plugins of one route in the order they run. Each name runs once, with the most specific config, in Kong's order
 * (`plugins_iterator.lua`, see {@link specificity}). Nothing is merged between scopes.
 */
export class PluginChain {
  readonly #slots: readonly PluginSlot[];
  /** True when no slot depends on the caller: then {@link PluginChain.fixed} is the whole story. */
  readonly isFixed: boolean;
  readonly fixed: readonly ConfiguredPlugin[];
  readonly fixedHeaderFilters: readonly ConfiguredPlugin[];
  readonly fixedBodyFilters: readonly ConfiguredPlugin[];
  readonly fixedLogs: readonly ConfiguredPlugin[];

  constructor(plugins: readonly ConfiguredPlugin[], scope: ChainScope) {
    this.#slots = buildSlots(plugins, scope);
    this.isFixed = this.#slots.every((slot) => slot.byCaller === null);
    this.fixed = this.#slots.flatMap((slot) => (slot.base === null ? [] : [slot.base]));
    this.fixedHeaderFilters = this.fixed.filter(({ handler }) => handler.headerFilter !== undefined);
    this.fixedBodyFilters = this.fixed.filter(({ handler }) => handler.bodyFilter !== undefined);
    this.fixedLogs = this.fixed.filter(({ handler }) => handler.log !== undefined);
  }

  get length(): number {
    return this.#slots.length;
  }

  /** The config that runs at position `index`, given who the caller is by now; `null` when none does. */
  pick(index: number, consumer: Consumer | null, groups: readonly ConsumerGroup[]): ConfiguredPlugin | null {
    const slot = this.#slots[index];
    if (slot === undefined) return null;
    const { base, byCaller } = slot;
    if (byCaller === null) return base;
    let best = consumer === null ? base : moreSpecific(base, byCaller.get(consumer.id));
    for (const group of groups) best = moreSpecific(best, byCaller.get(group.id));
    return best;
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
  const byCaller = new Map<string, ConfiguredPlugin>();
  for (const candidate of candidates) {
    const { consumer, consumer_group: group } = candidate.plugin;
    const callerId = consumer?.id ?? group?.id;
    if (callerId === undefined) base = moreSpecific(base, candidate);
    else byCaller.set(callerId, moreSpecific(byCaller.get(callerId) ?? null, candidate) ?? candidate);
  }
  return { base, byCaller: byCaller.size === 0 ? null : byCaller };
}

/** Higher priority first; of equal ones the later name. */
function compareOrder(a: ConfiguredPlugin | undefined, b: ConfiguredPlugin | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return b.priority - a.priority || (a.plugin.name < b.plugin.name ? 1 : -1);
}

function appliesTo(plugin: Plugin, scope: ChainScope): boolean {
  if (!plugin.enabled) return false;
  if (plugin.route !== null && plugin.route.id !== scope.routeId) return false;
  return plugin.service === null || plugin.service.id === scope.serviceId;
}

/** The first of two equally specific ones stays: the config check refuses a second, and of groups the first counts. */
function moreSpecific(
  current: ConfiguredPlugin | null,
  candidate: ConfiguredPlugin | undefined,
): ConfiguredPlugin | null {
  if (candidate === undefined) return current;
  return current !== null && specificity(current.plugin) >= specificity(candidate.plugin) ? current : candidate;
}

const CONSUMER = 8;
const GROUP = 4;
const ROUTE = 2;
const SERVICE = 1;

/** From the most specific scope to the least. */
const scopesInOrder: readonly number[] = [
  CONSUMER + ROUTE + SERVICE,
  GROUP + ROUTE + SERVICE,
  CONSUMER + ROUTE,
  CONSUMER + SERVICE,
  GROUP + ROUTE,
  GROUP + SERVICE,
  ROUTE + SERVICE,
  CONSUMER,
  GROUP,
  ROUTE,
  SERVICE,
  0,
];

/** Higher wins. */
function specificity({ consumer, consumer_group: group, route, service }: Plugin): number {
  const caller = consumer !== null ? CONSUMER : group !== null ? GROUP : 0;
  const scope = caller + (route === null ? 0 : ROUTE) + (service === null ? 0 : SERVICE);
  return -scopesInOrder.indexOf(scope);
}
