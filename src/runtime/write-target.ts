import type { EntityChange } from '../config/edit/entity-change.ts';
import type { Inspection } from '../config/load-config.ts';
import type { Source } from '../config/source.ts';
import type { EntitySet } from '../entities/entity-set.ts';

/** How a commit to the files ended. Whenever it is not `written`, no file was changed. */
export type CommitOutcome =
  /** The files hold the candidate, which may be applied as it is: what was read back differs from it in times alone. */
  | { readonly kind: 'written'; readonly inspection: Inspection }
  /**
   * Somebody else changed a file since it was loaded. The inspection, without errors, is what is there now: apply it,
   * which adopts it, and make the edits again.
   */
  | { readonly kind: 'changed'; readonly inspection: Inspection }
  /**
   * 409: it cannot be written there, or somebody's change has errors; 500: the disk failed. `change` is the position
   * of the guilty one among the changes of the commit, `null` when it is none of them.
   */
  | {
      readonly kind: 'refused';
      readonly change: number | null;
      readonly status: 409 | 500;
      readonly message: string;
    };

/** Where changes of mode `file` go. Calls must not overlap. */
export interface WriteTarget {
  /** Tells what was loaded from the files, at start and with each reload that was applied. */
  adopt(inspection: Inspection): void;
  /** Whether the texts are those adopted or written last: then a change on disk was our own. */
  holds(sources: readonly Source[]): boolean;
  /**
   * Edits the files so that they say what `candidate` says. Several changes of one entity may stand in `changes`, in
   * their order.
   */
  commit(changes: readonly EntityChange[], candidate: EntitySet): Promise<CommitOutcome>;
  /** Puts a whole config in place of the file, to the byte (`POST /config`). The caller has checked it. */
  replaceText(text: string): Promise<CommitOutcome>;
  /**
   * Takes what was written last back, to the byte, unless somebody has changed it since.
   * @returns whether the files are as they were
   */
  undo(): Promise<boolean>;
}
