import { createCatalog, type PluginCatalog } from '../pdk/catalog.ts';
import { openidConnect } from './openid-connect/definition.ts';

/** Every plugin gw runs. A new plugin is a folder here and a line in this list. */
export const pluginCatalog: PluginCatalog = createCatalog([openidConnect]);
