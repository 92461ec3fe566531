import type { EntitySet } from '../../entities/entity-set.ts';
import type { EntityChange } from '../edit/entity-change.ts';
import { EntityChecker, type EntityCheckerOptions } from './entity-checker.ts';
import { EntityEdits } from './entity-edits.ts';
import { withChanges } from './entity-lists.ts';
import { EntityOrigins } from './entity-origins.ts';
import { EntityTable } from './entity-table.ts';
import type { EntityEdit, EntityView } from './entity-view.ts';

/**
 * The entities of the running config, and those of the one that is being made of them. Edits work on the second and
 * are seen by who reads the first only after {@link commit}.
 */
export class EntityStore {
  readonly #options: EntityCheckerOptions;
  readonly #checker: EntityChecker;
  /** Values that are templates in the files. */
  readonly origins = new EntityOrigins();
  #entities: EntitySet;
  /** What readers see. */
  #committed: EntityTable;
  /** The same with the edits that are not committed. */
  #candidate: EntityTable;
  #edits: EntityEdits;

  constructor(entities: EntitySet, options: EntityCheckerOptions) {
    this.#options = options;
    this.#checker = new EntityChecker(options);
    this.#entities = entities;
    this.#committed = new EntityTable(entities);
    this.#candidate = new EntityTable(entities);
    this.#edits = this.#newEdits();
  }

  /** The entities that were committed. */
  get view(): EntityView {
    return this.#committed;
  }

  /** The config that was committed. */
  get entities(): EntitySet {
    return this.#entities;
  }

  /** What was done since the last commit. */
  get changes(): readonly EntityChange[] {
    return this.#edits.changes;
  }

  /** The config with the edits that are not committed. */
  candidate(): EntitySet {
    return this.changes.length === 0 ? this.#entities : withChanges(this.#entities, this.changes);
  }

  /** Runs an edit; one that throws changes nothing. */
  run<Result>(edit: (entities: EntityEdit) => Result): Result {
    const start = this.#edits.changes.length;
    try {
      return edit(this.#edits);
    } catch (error) {
      this.#edits.undoTo(start);
      throw error;
    }
  }

  /** Undoes what is not committed. */
  rollBack(): void {
    this.#edits.undoTo(0);
  }

  /** Makes the candidate the config; `entities` is what {@link candidate} answered. */
  commit(entities: EntitySet): void {
    for (const change of this.changes) this.#committed.change(change);
    this.#entities = entities;
    this.#edits = this.#newEdits();
  }

  /** Begins anew with another config. */
  reset(entities: EntitySet): void {
    if (entities !== this.#entities) {
      this.#entities = entities;
      this.#committed = new EntityTable(entities);
      this.#candidate = new EntityTable(entities);
    } else this.rollBack();
    this.#edits = this.#newEdits();
  }

  #newEdits(): EntityEdits {
    return new EntityEdits({
      table: this.#candidate,
      checker: this.#checker,
      catalog: this.#options.catalog,
      now: () => this.#options.now(),
      origins: this.origins,
    });
  }
}
