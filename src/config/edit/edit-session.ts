import { entityKinds } from '../../entities/kinds.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { ConfigDocument } from '../document.ts';
import type { Inspection } from '../load-config.ts';
import { CannotEdit } from './cannot-edit.ts';
import { ConfigDrafts } from './config-drafts.ts';
import type { Desk } from './desk.ts';
import { type NetChange, spokenName } from './net-changes.ts';
import { Refusal, refusalAt } from './refusal.ts';
import { type Env, TemplateTexts } from './template-texts.ts';
import { checkEditable } from './unwritable.ts';
import { EntityNames } from './written-reference.ts';

/** What the files are edited with. */
export interface SessionOptions {
  readonly catalog: PluginCatalog;
  readonly env: Env;
  /** Whether defaults are written, too: for entities whose defaults are not what they seem. */
  readonly isExplicit: boolean;
}

/** One attempt to write changes into files: the files so far, and what the parts of the work share. */
export class EditSession {
  readonly catalog: PluginCatalog;
  readonly isExplicit: boolean;
  readonly names: EntityNames;
  readonly #env: Env;
  readonly #templates: TemplateTexts;
  readonly #lost: string[] = [];
  #config: ConfigDrafts;

  constructor(inspection: Inspection, changes: readonly NetChange[], { catalog, env, isExplicit }: SessionOptions) {
    this.catalog = catalog;
    this.isExplicit = isExplicit;
    this.#env = env;
    this.#config = ConfigDrafts.of(inspection);
    this.#templates = new TemplateTexts(inspection.documents, env);
    this.names = new EntityNames(inspection.index);
    for (const { kind, id, after } of changes) {
      const { nameField } = entityKinds[kind];
      const name = nameField === null ? undefined : after?.[nameField];
      if (after !== null) this.names.set(kind, id, typeof name === 'string' ? name : null);
    }
  }

  get config(): ConfigDrafts {
    return this.#config;
  }

  /** Places where a reference to the environment or a vault had to go: `file:line`. */
  get lost(): readonly string[] {
    return this.#lost;
  }

  /** Makes the edits so far the state that the next ones start from. */
  next(): void {
    this.#config = this.#config.edited(this.#env);
  }

  /** What is needed to write into a file. @throws {CannotEdit} when it cannot be edited at all */
  deskFor(document: ConfigDocument): Desk {
    checkEditable(document);
    return {
      document,
      editor: this.#config.editorOf(document),
      templates: this.#templates,
      isExplicit: this.isExplicit,
      lost: (path) => {
        this.#lost.push(`${document.source.name}:${document.locate(path, 'value').range.start.line}`);
      },
    };
  }

  /** Does something for a change; a place that cannot be edited becomes a refusal of it. @throws {Refusal} */
  attempt(change: NetChange, document: ConfigDocument, step: () => void): void {
    const what = spokenName(change, (kind) => entityKinds[kind].label);
    try {
      step();
    } catch (error) {
      if (!(error instanceof CannotEdit)) throw error;
      throw refusalAt(error, document, what, change.change);
    }
  }

  /** A refusal of a change that has no place in the files. */
  missing(change: NetChange): Refusal {
    const what = spokenName(change, (kind) => entityKinds[kind].label);
    return new Refusal(change.change, `${what} cannot be changed: it is written in none of the files`);
  }
}
