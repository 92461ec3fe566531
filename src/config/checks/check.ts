import type { RouterFlavor } from '../../router/router.ts';
import type { Draft, DraftSet } from '../draft.ts';
import type { EntityIndex } from '../entity-index.ts';
import type { Findings } from '../findings.ts';

/** What a check may know besides the entity. */
export interface CheckContext {
  /** Milliseconds; certificates expire. */
  readonly now: number;
  /** The router the config is for, as stated, or `expressions` when a route has one; `null` for the default. */
  readonly routerFlavor: RouterFlavor | null;
}

/** Checks one entity for what its schema cannot say. Must not throw on a value of the wrong type. */
export type EntityCheck = (draft: Draft, findings: Findings, context: CheckContext) => void;

/** Checks that look at several entities. */
export type CrossCheck = (drafts: DraftSet, index: EntityIndex, findings: Findings) => void;
