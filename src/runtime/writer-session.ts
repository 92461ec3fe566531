import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EntityChange } from '../config/edit/entity-change.ts';
import { hashEntities } from '../config/config-hash.ts';
import type { Inspection } from '../config/load-config.ts';
import { EntityStore } from '../config/store/entity-store.ts';
import type { EntityEdit } from '../config/store/entity-view.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { Logger } from '../pdk/log.ts';
import { CommitCounters } from './commit-counters.ts';
import type { ConfigManager } from './config-manager.ts';
import { type WriteRequest, WriteRefused } from './config-writer.ts';
import { warnOfEntity } from './entity-warnings.ts';
import type { Gateway } from './gateway.ts';

/** A write that is in force, for the audit line. */
export interface AcceptedWrite {
  readonly request: WriteRequest;
  readonly changes: readonly EntityChange[];
  readonly oldHash: string;
  readonly newHash: string;
}

/** A write that waits. */
export interface Job {
  readonly request: WriteRequest;
  readonly edit: (entities: EntityEdit) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A write whose edit was made and is to be committed with those of others. */
export interface Edited {
  readonly job: Job;
  readonly result: unknown;
  readonly changes: readonly EntityChange[];
}

/** An edit that is in force, and the configs before and after it and its group. */
export interface AcceptedEdit {
  readonly edited: Edited;
  readonly oldHash: string;
  readonly newHash: string;
}

export interface WriterSessionOptions {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  readonly log: Logger;
  /** Told of each write that is in force, before it is answered. */
  readonly onAccepted?: (write: AcceptedWrite) => void;
}

/** What every way of committing needs: the entities, and the gateway that runs them. */
export class WriterSession {
  readonly store: EntityStore;
  readonly counters = new CommitCounters();
  readonly log: Logger;
  readonly #options: WriterSessionOptions;
  /** The config of the gateway that the store was made from or changed into. */
  #seen: EntitySet;

  constructor(options: WriterSessionOptions) {
    const { gateway, config, log } = options;
    this.#options = options;
    this.log = log;
    this.#seen = gateway.snapshot.entities;
    this.store = new EntityStore(this.#seen, {
      ...{ catalog: gateway.catalog, ...config.rules },
      now: () => gateway.host.clock.now(),
      warn: warnOfEntity(log),
    });
  }

  /** The hash of the config in force. */
  get #hash(): string {
    return this.#options.gateway.snapshot.hash;
  }

  /** Makes the edit of a write; `null` when it failed, which is answered. */
  edit(job: Job): Edited | null {
    const start = this.store.changes.length;
    try {
      const result = this.store.run(job.edit);
      return { job, result, changes: this.store.changes.slice(start) };
    } catch (error) {
      job.reject(error);
      return null;
    }
  }

  /**
   * Makes `candidate` of the store, which holds the edits of `group`, the config in force, and commits it there.
   * Throws, and changes nothing, when it cannot be compiled.
   */
  apply(candidate: EntitySet, group: readonly Edited[]): readonly AcceptedEdit[] {
    const { gateway, config } = this.#options;
    const startedAt = performance.now();
    const before = this.store.entities;
    const oldHash = this.#hash;
    if (candidate !== before) {
      const hash = hashEntities(candidate, before);
      gateway.apply(candidate, hash);
      this.#seen = gateway.snapshot.entities;
      config.noteChange(hash);
      this.counters.note(group.length, performance.now() - startedAt);
    }
    this.store.commit(candidate);
    return group.map((edited) => ({ edited, oldHash, newHash: this.#hash }));
  }

  /** Answers writes that are in force, one in each turn of the event loop: an answer may be long. */
  async answer(accepted: readonly AcceptedEdit[]): Promise<void> {
    for (const edit of accepted) {
      this.#tell(edit);
      edit.edited.job.resolve(edit.edited.result);
      await nextTurn();
    }
  }

  #tell({ edited, oldHash, newHash }: AcceptedEdit): void {
    const { job, changes } = edited;
    try {
      if (changes.length > 0) this.#options.onAccepted?.({ request: job.request, changes, oldHash, newHash });
    } catch (error) {
      // It is in force all the same, and others wait for their answers.
      this.log.error({ err: error, path: job.request.path }, 'a change that is in force could not be told of');
    }
  }

  /** Answers a write that cannot be compiled. */
  refuse(job: Job, error: unknown): void {
    this.log.warn({ err: error, path: job.request.path }, 'a change cannot be compiled');
    job.reject(new WriteRefused(400, error instanceof Error ? error.message : 'the change cannot be compiled'));
  }

  /** Begins anew when the gateway was given another config by somebody else. */
  catchUp(): void {
    const { entities } = this.#options.gateway.snapshot;
    if (entities === this.#seen) return;
    this.#seen = entities;
    this.store.reset(entities);
  }

  /** Takes over a config that was loaded. */
  adopt(inspection: Inspection): void {
    this.catchUp();
    this.store.origins.learn(inspection, this.store.view);
  }
}
