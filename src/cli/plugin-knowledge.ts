import { kongPlugins } from '../config/schema-files.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import type { PluginKnowledge } from '../runtime/plugin-plan.ts';

/** Priorities of the plugins this gw has and of all others of Kong. */
export const pluginKnowledge: PluginKnowledge = {
  priorityOf: (name) => pluginCatalog.get(name)?.priority ?? kongPlugins().get(name) ?? 0,
  isRun: (name) => pluginCatalog.get(name) !== undefined,
};
