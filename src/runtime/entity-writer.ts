import type { EntityEdit, EntityView } from '../config/store/entity-view.ts';
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

const nothing: EntityView = { all: () => [], get: () => null, named: () => null, referring: () => [] };

/** Changes the entities of a running gateway. */
export class EntityWriter implements ConfigWriter {
  readonly mode: WriteMode;

  constructor({ mode }: EntityWriterOptions) {
    this.mode = mode;
  }

  get view(): EntityView {
    return nothing;
  }

  get unsavedChanges(): number {
    return 0;
  }

  write<Result>(_request: WriteRequest, _edit: (entities: EntityEdit) => Result): Promise<Result> {
    return Promise.reject(new WriteRefused(500, 'entities cannot be written yet'));
  }
}
