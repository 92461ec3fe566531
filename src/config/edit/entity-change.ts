import type { EntityKind } from '../../entities/kinds.ts';
import type { Row } from '../store/entity-view.ts';

/** What became of one entity: it is new (`before` is `null`), another, or gone (`after` is `null`). */
export interface EntityChange {
  readonly kind: EntityKind;
  readonly id: string;
  /** As the config in force has it. */
  readonly before: Row | null;
  /** As it is to be. */
  readonly after: Row | null;
}
