import { hashEntities } from '../config/config-hash.ts';
import type { EntityChange } from '../config/edit/entity-change.ts';
import { EntityStore } from '../config/store/entity-store.ts';
import type { EntityEdit, EntityView } from '../config/store/entity-view.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { Logger } from '../pdk/log.ts';
import { CommitCounters } from './commit-counters.ts';
import type { ConfigManager } from './config-manager.ts';
import { type ConfigWriter, type WriteMode, type WriteRequest, WriteRefused } from './config-writer.ts';
import type { Gateway } from './gateway.ts';
import { warnOfEntity } from './entity-warnings.ts';

/** A write that is in force, for the audit line. */
export interface AcceptedWrite {
  readonly request: WriteRequest;
  readonly changes: readonly EntityChange[];
  readonly oldHash: string;
  readonly newHash: string;
}

/** What a writer works on. */
export interface EntityWriterOptions {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  readonly mode: WriteMode;
  readonly log: Logger;
  /** Told of each write that is in force, before it is answered. */
  readonly onAccepted?: (write: AcceptedWrite) => void;
}

/** A write that waits. */
interface Job {
  readonly request: WriteRequest;
  readonly edit: (entities: EntityEdit) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A write whose edit was made and is to be committed with those of others. */
interface Edited {
  readonly job: Job;
  readonly result: unknown;
  readonly changes: readonly EntityChange[];
}

/** Edits of one tick of the event loop take no longer than this, so that requests of the proxy do not wait for them. */
const SLICE_MS = 4;

/**
 * Changes the entities of a running gateway. Writes that wait together are edited one by one, so that one that is wrong
 * takes no other with it, and compiled together.
 */
export class EntityWriter implements ConfigWriter {
  readonly mode: WriteMode;
  readonly counters = new CommitCounters();
  readonly #options: EntityWriterOptions;
  readonly #store: EntityStore;
  readonly #waiting: Job[] = [];
  /** The config of the gateway that the store was made from or changed into. */
  #seen: EntitySet;
  #isScheduled = false;
  #unsavedChanges = 0;

  constructor(options: EntityWriterOptions) {
    const { gateway, config, log } = options;
    this.mode = options.mode;
    this.#options = options;
    this.#seen = gateway.snapshot.entities;
    this.#store = new EntityStore(this.#seen, {
      ...{ catalog: gateway.catalog, ...config.rules },
      now: () => gateway.host.clock.now(),
      warn: warnOfEntity(log),
    });
    config.onLoad(() => this.#adopt());
  }

  get view(): EntityView {
    this.#catchUp();
    return this.#store.view;
  }

  get unsavedChanges(): number {
    return this.#unsavedChanges;
  }

  write<Result>(request: WriteRequest, edit: (entities: EntityEdit) => Result): Promise<Result> {
    if (this.mode === 'off') return Promise.reject(new WriteRefused(409, 'this gateway takes no changes of entities'));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ request, edit, resolve: resolve as (result: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** After all that has arrived meanwhile: what waits together is compiled together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#catchUp();
      this.#commit(this.#takeGroup());
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  /** Makes the edits of what waits, as many as there is time for. */
  #takeGroup(): readonly Edited[] {
    const group: Edited[] = [];
    const until = performance.now() + SLICE_MS;
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      const edited = this.#edit(job);
      if (edited !== null) group.push(edited);
      if (performance.now() >= until) break;
    }
    return group;
  }

  /** `null` when the edit failed, which is answered. */
  #edit(job: Job): Edited | null {
    const start = this.#store.changes.length;
    try {
      const result = this.#store.run(job.edit);
      return { job, result, changes: this.#store.changes.slice(start) };
    } catch (error) {
      job.reject(error);
      return null;
    }
  }

  #commit(group: readonly Edited[]): void {
    if (group.length === 0) return;
    const startedAt = performance.now();
    const oldHash = this.#options.gateway.snapshot.hash;
    const before = this.#store.entities;
    const candidate = this.#store.candidate();
    try {
      this.#apply(candidate, hashEntities(candidate, before));
    } catch (error) {
      this.#store.rollBack();
      this.#retry(group, error);
      return;
    }
    this.#store.commit(candidate);
    if (candidate !== before) this.counters.note(group.length, performance.now() - startedAt);
    for (const edited of group) this.#accept(edited, oldHash);
  }

  #apply(entities: EntitySet, hash: string): void {
    const { gateway, config } = this.#options;
    if (entities === this.#store.entities) return;
    gateway.apply(entities, hash);
    this.#seen = gateway.snapshot.entities;
    config.noteChange(hash);
  }

  /** Finds the guilty one of a group that cannot be compiled: the others are not to suffer from it. */
  #retry(group: readonly Edited[], error: unknown): void {
    const [first, ...others] = group;
    if (first === undefined) return;
    if (others.length === 0) {
      this.#options.log.warn({ err: error, path: first.job.request.path }, 'a change cannot be compiled');
      first.job.reject(new WriteRefused(400, error instanceof Error ? error.message : 'the change cannot be compiled'));
      return;
    }
    for (const { job } of group) {
      const edited = this.#edit(job);
      if (edited !== null) this.#commit([edited]);
    }
  }

  #accept({ job, result, changes }: Edited, oldHash: string): void {
    if (changes.length > 0) {
      this.#unsavedChanges++;
      const { hash: newHash } = this.#options.gateway.snapshot;
      this.#options.onAccepted?.({ request: job.request, changes, oldHash, newHash });
    }
    job.resolve(result);
  }

  /** A config that was loaded takes the place of all changes since the last one. */
  #adopt(): void {
    if (this.#unsavedChanges > 0) {
      const replaced = this.#unsavedChanges;
      this.#options.log.warn(
        { replaced },
        'changes made through the Admin API are replaced by the loaded configuration',
      );
    }
    this.#unsavedChanges = 0;
    this.#catchUp();
  }

  /** The gateway may have been given another config by somebody else. */
  #catchUp(): void {
    const { entities } = this.#options.gateway.snapshot;
    if (entities === this.#seen) return;
    this.#seen = entities;
    this.#store.reset(entities);
  }
}
