import { EntityTable } from '../config/store/entity-table.ts';
import type { EntityEdit, EntityView } from '../config/store/entity-view.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { Logger } from '../pdk/log.ts';
import type { ConfigManager } from './config-manager.ts';
import { type ConfigWriter, type WriteMode, type WriteRequest, WriteRefused } from './config-writer.ts';
import type { Gateway } from './gateway.ts';

/** What a writer works on. */
export interface EntityWriterOptions {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  readonly mode: WriteMode;
  readonly log: Logger;
}

/** Changes the entities of a running gateway. */
export class EntityWriter implements ConfigWriter {
  readonly mode: WriteMode;
  readonly #gateway: Gateway;
  #entities: EntitySet | null = null;
  #view: EntityView | null = null;

  constructor({ mode, gateway }: EntityWriterOptions) {
    this.mode = mode;
    this.#gateway = gateway;
  }

  get view(): EntityView {
    const { entities } = this.#gateway.snapshot;
    if (this.#view === null || this.#entities !== entities) this.#view = new EntityTable(entities);
    this.#entities = entities;
    return this.#view;
  }

  get unsavedChanges(): number {
    return 0;
  }

  write<Result>(_request: WriteRequest, _edit: (entities: EntityEdit) => Result): Promise<Result> {
    return Promise.reject(new WriteRefused(500, 'entities cannot be written yet'));
  }
}
