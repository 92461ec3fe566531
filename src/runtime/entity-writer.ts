import { setImmediate as nextTick } from 'node:timers/promises';
import type { ValueOrigin } from '../config/store/entity-origins.ts';
import type { EntityEdit, EntityView } from '../config/store/entity-view.ts';
import type { CommitCounters } from './commit-counters.ts';
import { type ReloadOutcome, whyNotRunning } from './config-status.ts';
import { type ConfigWriter, type WriteMode, type WriteRequest, WriteRefused } from './config-writer.ts';
import { FileCommit } from './file-commit.ts';
import { commitInMemory } from './memory-commit.ts';
import type { WriteTarget } from './write-target.ts';
import { WritePace } from './write-pace.ts';
import { type Edited, type Job, WriterSession, type WriterSessionOptions } from './writer-session.ts';

export type { AcceptedWrite } from './writer-session.ts';

/** What a writer works on. */
export interface EntityWriterOptions extends WriterSessionOptions {
  readonly mode: WriteMode;
  /** Where changes go in mode `file`. */
  readonly target?: WriteTarget;
}

/** Edits of one tick of the event loop take no longer than this, so that requests of the proxy do not wait for them. */
const SLICE_MS = 1;
/** A group for the files is written at the latest after so many milliseconds of edits. */
const FILE_GROUP_MS = 500;

/**
 * Changes the entities of a running gateway. Writes that wait together are edited one by one, so that one that is wrong
 * takes no other with it, and compiled together.
 */
export class EntityWriter implements ConfigWriter {
  readonly mode: WriteMode;
  readonly #options: EntityWriterOptions;
  readonly #session: WriterSession;
  readonly #files: FileCommit | null;
  readonly #pace = new WritePace();
  readonly #waiting: Job[] = [];
  #isWorking = false;
  #unsavedChanges = 0;

  constructor(options: EntityWriterOptions) {
    const { config, target } = options;
    this.mode = options.mode;
    this.#options = options;
    this.#session = new WriterSession(options);
    if (options.mode === 'file' && target === undefined) throw new TypeError('mode "file" needs a target');
    this.#files =
      options.mode === 'file' && target !== undefined ? new FileCommit(this.#session, config, target) : null;
    if (this.#files !== null && target !== undefined) config.ignore((sources) => target.holds(sources));
    config.onLoad((inspection) => {
      this.#forgetChanges();
      this.#session.adopt(inspection);
      if (this.#files !== null) target?.adopt(inspection);
    });
  }

  get view(): EntityView {
    this.#session.catchUp();
    return this.#session.store.view;
  }

  get unsavedChanges(): number {
    return this.#unsavedChanges;
  }

  get counters(): CommitCounters {
    return this.#session.counters;
  }

  originsOf(row: object): readonly ValueOrigin[] {
    return this.#session.store.origins.of(row);
  }

  write<Result>(request: WriteRequest, edit: (entities: EntityEdit) => Result): Promise<Result> {
    if (this.mode === 'off') return Promise.reject(new WriteRefused(409, 'this gateway takes no changes of entities'));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ request, edit, resolve: resolve as (result: unknown) => void, reject });
      void this.#work();
    });
  }

  async replaceConfig(text: string, name: string): Promise<ReloadOutcome> {
    const { config, target } = this.#options;
    if (this.#files === null || target === undefined) return config.loadText(text, name);
    return await config.exclusively(async () => {
      const outcome = config.checkText(text, name);
      if (outcome !== null) return outcome;
      const committed = await target.replaceText(text);
      if (committed.kind === 'refused') throw new WriteRefused(committed.status, committed.message);
      const adopted = config.adopt(committed.inspection);
      const why = whyNotRunning(adopted);
      if (committed.kind === 'written') {
        if (why !== null && !(await target.undo())) {
          this.#session.log.error('the file holds a config that cannot run, and it cannot be taken back');
        }
        return adopted;
      }
      const state = why === null ? 'is loaded now' : `cannot run (${why})`;
      throw new WriteRefused(409, `the config file was changed meanwhile and ${state}: look at it, and try again`);
    });
  }

  /** After all that has arrived meanwhile: what waits together is compiled together. Never throws. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (this.#waiting.length > 0) {
      await this.#pace.next();
      if (this.#files !== null) await this.#options.config.exclusively(() => this.#writeFiles());
      else await this.#writeMemory();
      this.#pace.done();
    }
    this.#isWorking = false;
  }

  async #writeMemory(): Promise<void> {
    this.#session.catchUp();
    const group = this.#takeGroup();
    try {
      const accepted = commitInMemory(this.#session, group);
      this.#unsavedChanges += accepted.filter(({ edited }) => edited.changes.length > 0).length;
      await this.#session.answer(accepted);
    } catch (error) {
      this.#abandon(group, error);
    }
  }

  async #writeFiles(): Promise<void> {
    this.#session.catchUp();
    const until = performance.now() + FILE_GROUP_MS;
    const group = [...this.#takeGroup()];
    while (this.#waiting.length > 0 && performance.now() < until) {
      await nextTick();
      group.push(...this.#takeGroup());
    }
    try {
      if (group.length > 0) this.#waiting.unshift(...((await this.#files?.commit(group)) ?? []));
    } catch (error) {
      this.#abandon(group, error);
    }
  }

  /** A mistake of ours must not keep those who come next from writing. */
  #abandon(group: readonly Edited[], error: unknown): void {
    this.#session.store.rollBack();
    for (const { job } of group) job.reject(error);
  }

  /** Makes the edits of what waits, as many as there is time for. */
  #takeGroup(): readonly Edited[] {
    const group: Edited[] = [];
    const until = performance.now() + SLICE_MS;
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      const edited = this.#session.edit(job);
      if (edited !== null) group.push(edited);
      if (performance.now() >= until) break;
    }
    return group;
  }

  /** A config that was loaded takes the place of all changes since the last one. */
  #forgetChanges(): void {
    const replaced = this.#unsavedChanges;
    this.#unsavedChanges = 0;
    if (replaced === 0) return;
    this.#session.log.warn({ replaced }, 'changes made through the Admin API are replaced by the loaded configuration');
  }
}
