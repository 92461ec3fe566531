import type { ConfigDrafts } from './config-drafts.ts';
import type { EditSession } from './edit-session.ts';
import { entriesAt, type ListPlace } from './entity-place.ts';
import type { NetChange } from './net-changes.ts';
import type { Tree } from './write-tree.ts';

/** Entries to be put at the ends of lists, which are made where there are none. */
export class Additions {
  readonly #config: ConfigDrafts;
  readonly #lists = new Map<
    string,
    { readonly place: ListPlace; readonly trees: Tree[]; readonly change: NetChange }
  >();

  constructor(config: ConfigDrafts) {
    this.#config = config;
  }

  /** `tree` may still grow until {@link write}. */
  add(place: ListPlace, tree: Tree, change: NetChange): void {
    const name = JSON.stringify([this.#config.documents.indexOf(place.document), ...place.owner, place.key]);
    const list = this.#lists.get(name);
    if (list === undefined) this.#lists.set(name, { place, trees: [tree], change });
    else list.trees.push(tree);
  }

  /** Makes the edits. @throws {Refusal} */
  write(session: EditSession): void {
    for (const { place, trees, change } of this.#lists.values()) {
      const { document, owner, key } = place;
      session.attempt(change, document, () => {
        const editor = this.#config.editorOf(document);
        const count = entriesAt(place);
        if (count > 0) editor.insertItems([...owner, key], count - 1, trees);
        else editor.setPairs(owner, new Map([[key, trees]]), new Set());
      });
    }
  }
}
