import { aiRules } from './ai.ts';
import { authenticationRules } from './authentication.ts';
import { loggingRules } from './logging.ts';
import type { PluginRule } from './rule.ts';
import { trafficRules } from './traffic.ts';
import { transformationRules } from './transformation.ts';

const table: Readonly<Record<string, readonly PluginRule[]>> = {
  ...aiRules,
  ...authenticationRules,
  ...loggingRules,
  ...trafficRules,
  ...transformationRules,
};

/** What the schema of a plugin cannot say about its config, after the sources of open-source Kong. */
export function rulesOf(plugin: string): readonly PluginRule[] {
  return Object.hasOwn(table, plugin) ? (table[plugin] ?? []) : [];
}
