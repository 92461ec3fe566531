import { createCatalog, type PluginCatalog } from '../pdk/catalog.ts';
import type { PluginDefinition } from '../pdk/plugin.ts';
import { acl } from './acl/definition.ts';
import { openidConnect } from './openid-connect/definition.ts';

/** Every plugin gw runs. A new plugin is a folder here and a line in this list and in `descriptions.ts`. */
export const pluginCatalog: PluginCatalog<PluginDefinition> = createCatalog<PluginDefinition>([acl, openidConnect]);
