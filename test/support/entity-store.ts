import { EntityStore } from '../../src/config/store/entity-store.ts';
import type { Diagnostic } from '../../src/config/diagnostic.ts';
import { emptyEntitySet, type EntitySet } from '../../src/entities/entity-set.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { FakeClock } from './clock.ts';

/** A store of entities with the plugins of gw, and what it warns of. */
export function newStore(entities: EntitySet = emptyEntitySet): {
  readonly store: EntityStore;
  readonly clock: FakeClock;
  readonly warnings: Diagnostic[];
} {
  const clock = new FakeClock();
  const warnings: Diagnostic[] = [];
  const store = new EntityStore(entities, {
    catalog: pluginCatalog,
    allowPlugins: [],
    routerFlavor: null,
    now: () => clock.now(),
    warn: (_kind, warning) => warnings.push(warning),
  });
  return { store, clock, warnings };
}
