import type { Inspection } from '../config/load-config.ts';
import type { ConfigManager } from './config-manager.ts';
import { whyNotRunning } from './config-status.ts';
import { WriteRefused } from './config-writer.ts';
import type { CommitOutcome, WriteTarget } from './write-target.ts';
import type { AcceptedEdit, Edited, Job, WriterSession } from './writer-session.ts';

/** Puts groups of edits into the config files, and then in force. */
export class FileCommit {
  readonly #session: WriterSession;
  readonly #config: ConfigManager;
  readonly #target: WriteTarget;

  constructor(session: WriterSession, config: ConfigManager, target: WriteTarget) {
    this.#session = session;
    this.#config = config;
    this.#target = target;
  }

  /** @returns writes that must be made again, since the files changed under them or another of the group was refused */
  async commit(group: readonly Edited[]): Promise<readonly Job[]> {
    const { store } = this.#session;
    const changes = [...store.changes];
    if (changes.length === 0) {
      await this.#session.answer(this.#session.apply(store.entities, group));
      return [];
    }
    const outcome = await this.#target.commit(changes, store.candidate());
    if (outcome.kind === 'written') return this.#run(group, outcome.inspection);
    store.rollBack();
    return outcome.kind === 'changed' ? this.#adopt(group, outcome.inspection) : this.#refuse(group, outcome);
  }

  /** What somebody else made of the files is put in force, and the writes are made again. */
  #adopt(group: readonly Edited[], inspection: Inspection): readonly Job[] {
    const why = whyNotRunning(this.#config.adopt(inspection));
    const jobs = group.map(({ job }) => job);
    if (why === null) return jobs;
    const message = `the config files were changed and cannot run, so nothing is written to them: ${why}`;
    for (const job of jobs) job.reject(new WriteRefused(409, message));
    return [];
  }

  /** What the files hold is put in force; when that cannot be done, they get their old texts back. */
  async #run(group: readonly Edited[], inspection: Inspection): Promise<readonly Job[]> {
    const { store } = this.#session;
    let accepted: readonly AcceptedEdit[];
    try {
      accepted = this.#session.apply(store.candidate(), group);
    } catch (error) {
      store.rollBack();
      if (!(await this.#target.undo())) {
        this.#session.log.error({ err: error }, 'the files hold a config that cannot run, and it cannot be taken back');
      }
      return this.#oneByOne(group, error);
    }
    store.origins.learn(inspection, store.view);
    this.#config.noteSources(inspection.sources);
    await this.#session.answer(accepted);
    return [];
  }

  /** Of several writes only the guilty is refused, as far as it is known. */
  #refuse(group: readonly Edited[], outcome: CommitOutcome & { readonly kind: 'refused' }): readonly Job[] {
    const refuse = (job: Job): void => job.reject(new WriteRefused(outcome.status, outcome.message));
    let first = 0;
    const guilty = group.find(({ changes }) => {
      first += changes.length;
      return outcome.change !== null && outcome.change < first;
    });
    if (guilty !== undefined) {
      refuse(guilty.job);
      return group.filter((edited) => edited !== guilty).map(({ job }) => job);
    }
    for (const { job } of group) refuse(job);
    return [];
  }

  /** Nobody knows yet who of the group cannot run. */
  async #oneByOne(group: readonly Edited[], error: unknown): Promise<readonly Job[]> {
    const [only, ...others] = group;
    if (only !== undefined && others.length === 0) this.#session.refuse(only.job, error);
    const again: Job[] = [];
    for (const { job } of others.length === 0 ? [] : group) {
      const edited = this.#session.edit(job);
      if (edited !== null) again.push(...(await this.commit([edited])));
    }
    return again;
  }
}
