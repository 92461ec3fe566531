import { setImmediate as nextTick } from 'node:timers/promises';
import { allKinds, isRunKind } from '../../entities/kinds.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import { pluginFacts } from '../plugin-schemas.ts';
import { configValidator, entityValidator } from '../schema-files.ts';

/**
 * Compiles the schemas of what gw runs, one in a tick of the event loop. They are compiled when they are first needed,
 * too, but that may be when requests are to be served: those of a plugin take a tenth of a second.
 */
export async function prepareChecks(catalog: PluginCatalog): Promise<void> {
  for (const kind of allKinds.filter(isRunKind)) {
    await nextTick();
    entityValidator(kind);
  }
  for (const name of catalog.names()) {
    await nextTick();
    const definition = catalog.get(name);
    if (definition !== undefined) configValidator(definition.schema);
    await nextTick();
    pluginFacts(name);
  }
}
