import type { ValueOrigin } from '../config/store/entity-origins.ts';
import type { EntityEdit, EntityView } from '../config/store/entity-view.ts';
import type { CommitCounters } from './commit-counters.ts';
import type { ReloadOutcome } from './config-status.ts';

/** Whether the Admin API may change entities, and where changes go (`admin_writes`). */
export type WriteMode = 'off' | 'memory' | 'file';

/** Who asks for a write, for the audit line. */
export interface WriteRequest {
  readonly remote: string;
  readonly method: string;
  readonly path: string;
}

/** A write that was right in itself and could not be done; the old config is in force. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';
  /** 400: it cannot be compiled; 409: the file cannot be edited there or has changed; 500: the disk failed. */
  readonly status: 400 | 409 | 500;

  constructor(status: 400 | 409 | 500, message: string) {
    super(message);
    this.status = status;
  }
}

/** The one writer of the running config. */
export interface ConfigWriter {
  readonly mode: WriteMode;
  /** The entities of the config in force. */
  readonly view: EntityView;
  /** Accepted writes that no file holds. */
  readonly unsavedChanges: number;
  /** The values of an entity of {@link view} that are templates in its file. */
  originsOf(row: object): readonly ValueOrigin[];
  /** What it did so far, for `/status`. */
  readonly counters: CommitCounters;
  /**
   * Runs `edit` against the latest entities and makes what it did the config in force. `edit` is synchronous, changes
   * nothing but through its argument, and may run again when a file changed under it. Requests that wait together are
   * compiled together.
   * @returns what `edit` returned, once the proxy uses it (and, in mode `file`, the file holds it)
   * @throws {EntityProblem} {WriteRefused}, and whatever `edit` throws
   */
  write<Result>(request: WriteRequest, edit: (entities: EntityEdit) => Result): Promise<Result>;
  /**
   * Puts a whole config in place of the one in force (`POST /config`), in mode `file` also in place of the file.
   * @param name what the text is called in findings
   * @throws {WriteRefused} when the file cannot be replaced
   */
  replaceConfig(text: string, name: string): Promise<ReloadOutcome>;
}
