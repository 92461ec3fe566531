import { editConfig, type EditResult } from '../../src/config/edit/edit-config.ts';
import { type Inspection, inspectConfig } from '../../src/config/load-config.ts';
import type { Source } from '../../src/config/source.ts';
import { EntityProblem } from '../../src/config/store/entity-problem.ts';
import { EntityStore } from '../../src/config/store/entity-store.ts';
import type { EntityEdit, EntityView } from '../../src/config/store/entity-view.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

/** Variables that templates of these configs may name. */
export const secretEnv = {
  DECK_SECRET: 'env-value-of-secret',
  DECK_HOST: 'env-host.test',
  DECK_KEY: 'env-value-of-key',
};

/** Loads config texts as a gateway does. */
export function loadTexts(sources: readonly Source[], env: Readonly<Record<string, string>> = secretEnv): Inspection {
  return inspectConfig(sources, { catalog: pluginCatalog, now: 1_000_000, env });
}

/** Config texts that are edited as those of a gateway in mode `file`: by changes of entities. */
export class EditedConfig {
  readonly #store: EntityStore;
  #inspection: Inspection;

  /** @throws when the texts have an error */
  constructor(texts: Readonly<Record<string, string>>) {
    this.#inspection = loadTexts(Object.entries(texts).map(([name, text]) => ({ name, text })));
    const { entities, diagnostics } = this.#inspection;
    if (entities === null) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
    this.#store = new EntityStore(entities, {
      ...{ catalog: pluginCatalog, allowPlugins: [], routerFlavor: null },
      now: () => 2_000_000,
      warn: () => undefined,
    });
  }

  get view(): EntityView {
    return this.#store.view;
  }

  get entities(): EntityStore['entities'] {
    return this.#store.entities;
  }

  get inspection(): Inspection {
    return this.#inspection;
  }

  /** The text of a file; of the first one, unless another is named. */
  text(name?: string): string {
    const { documents } = this.#inspection;
    const document = name === undefined ? documents[0] : documents.find(({ source }) => source.name === name);
    return document?.source.text ?? '';
  }

  /** What was prepared and is not written. */
  get pending(): EntityStore['changes'] {
    return this.#store.changes;
  }

  /** Makes an edit that is not written yet; what is wrong with it, or `null`. */
  prepare(edit: (entities: EntityEdit) => unknown): EntityProblem | null {
    try {
      this.#store.run(edit);
      return null;
    } catch (error) {
      if (error instanceof EntityProblem) return error;
      throw error;
    }
  }

  /** Writes what was prepared; a refusal changes nothing. */
  commit(): EditResult {
    const candidate = this.#store.candidate();
    const options = { catalog: pluginCatalog, env: secretEnv, load: loadTexts };
    const result = editConfig(this.#inspection, this.#store.changes, candidate, options);
    if (result.kind === 'edited') {
      this.#store.commit(candidate);
      this.#inspection = result.inspection;
    } else this.#store.rollBack();
    return result;
  }

  /** Makes an edit and writes it. @throws the problem, when there is one */
  edit(edit: (entities: EntityEdit) => unknown): EditResult {
    const problem = this.prepare(edit);
    if (problem !== null) throw problem;
    return this.commit();
  }

  /** The id of an entity with this name. */
  id(kind: Parameters<EntityView['named']>[0], name: string): string {
    const row = this.#store.view.named(kind, name);
    if (row === null) throw new Error(`there is no ${kind} "${name}"`);
    return row.id;
  }
}
