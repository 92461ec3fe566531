import type { EntitySet } from '../entities/entity-set.ts';
import { scopeOf } from './plugin-scope.ts';
import { type ChainScope, type ConfiguredPlugin, PluginChain } from './plugin-chain.ts';

/** A plugin in the order of a route, for people. */
export interface PlannedPlugin {
  readonly name: string;
  /** Where its config comes from, such as `service "orders"`; `null` when it runs for some consumers only. */
  readonly scope: string | null;
  /** False for plugins that gw knows but does not run. */
  readonly isRun: boolean;
  /** Scopes that replace it for some consumers and consumer groups. */
  readonly forConsumers: readonly string[];
}

/** What is known about plugins beside their config. */
export interface PluginKnowledge {
  /** Higher runs first. */
  priorityOf(name: string): number;
  isRun(name: string): boolean;
}

/** The plugins of a route or of requests without one, in the order they run, those gw does not run yet included. */
export function planPlugins(
  entities: EntitySet,
  scope: ChainScope,
  knowledge: PluginKnowledge,
): readonly PlannedPlugin[] {
  const configured = entities.plugins.map((plugin): ConfiguredPlugin => {
    return { plugin, priority: knowledge.priorityOf(plugin.name), handler: {} };
  });
  const chain = new PluginChain(configured, scope);
  return Array.from({ length: chain.length }, (_slot, index) => {
    const base = chain.pick(index, null, []);
    const picks = [
      ...entities.consumers.map((consumer) => chain.pick(index, consumer, [])),
      ...entities.consumer_groups.map((group) => chain.pick(index, null, [group])),
    ];
    const own = picks.filter((picked): picked is ConfiguredPlugin => picked !== null && picked !== base);
    const name = (base ?? own[0])?.plugin.name ?? '';
    return {
      name,
      scope: base === null ? null : scopeOf(base.plugin, entities),
      isRun: knowledge.isRun(name),
      forConsumers: own.map(({ plugin }) => scopeOf(plugin, entities)),
    };
  });
}
