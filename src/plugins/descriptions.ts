import { createCatalog, type PluginCatalog } from '../pdk/catalog.ts';
import type { PluginDescription } from '../pdk/plugin.ts';
import { aclDescription } from './acl/description.ts';
import { openidConnectDescription } from './openid-connect/description.ts';

/** The plugins of `registry.ts` without what it takes to run them: checking a file does not load HTTP clients. */
export const pluginDescriptions: PluginCatalog = createCatalog<PluginDescription>([
  aclDescription,
  openidConnectDescription,
]);
