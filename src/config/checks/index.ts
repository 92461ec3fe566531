import type { EntityKind } from '../../entities/kinds.ts';
import type { Draft, DraftSet } from '../draft.ts';
import type { EntityIndex } from '../entity-index.ts';
import type { Findings } from '../findings.ts';
import { checkConsumer } from './consumer.ts';
import { checkRoute } from './route.ts';
import { checkService } from './service.ts';

/** What a check may know besides the entity. */
export interface CheckContext {
  /** Milliseconds; certificates expire. */
  readonly now: number;
}

/** Checks one entity for what its schema cannot say. Must not throw on a value of the wrong type. */
export type EntityCheck = (draft: Draft, findings: Findings, context: CheckContext) => void;

/** Checks that look at several entities. */
export type CrossCheck = (drafts: DraftSet, index: EntityIndex, findings: Findings) => void;

/** The checks of each kind. */
export const entityChecks: Readonly<Partial<Record<EntityKind, EntityCheck>>> = {
  services: checkService,
  routes: checkRoute,
  consumers: checkConsumer,
};

/** Checks over the whole config, beside references and uniqueness. */
export const crossChecks: readonly CrossCheck[] = [];
