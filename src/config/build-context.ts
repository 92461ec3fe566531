import type { Draft } from './draft.ts';
import type { EntityIndex } from './entity-index.ts';
import type { PluginChecker } from './plugin-config.ts';
import type { ResolvedReferences } from './references.ts';

/** What is needed to finish drafts that have no errors. */
export interface BuildContext {
  readonly index: EntityIndex;
  readonly references: ReadonlyMap<Draft, ResolvedReferences>;
  readonly plugins: PluginChecker;
  /** Milliseconds; creation time of entities that do not say. */
  readonly now: number;
}
