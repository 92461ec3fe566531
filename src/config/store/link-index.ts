import { linksOf } from '../partial-links.ts';
import type { Row } from './entity-view.ts';
import { byId } from './row-index.ts';

/** Finds plugins by the partials that they are linked to. */
export class LinkIndex {
  readonly #found = new Map<string, Map<string, Row>>();

  add(row: Row): void {
    for (const { id } of linksOf(row)) {
      const rows = this.#found.get(id);
      if (rows === undefined) this.#found.set(id, new Map([[row.id, row]]));
      else rows.set(row.id, row);
    }
  }

  remove(row: Row): void {
    for (const { id } of linksOf(row)) {
      const rows = this.#found.get(id);
      rows?.delete(row.id);
      if (rows?.size === 0) this.#found.delete(id);
    }
  }

  /** All that are linked to a partial, by id. */
  all(partial: string): readonly Row[] {
    return [...(this.#found.get(partial)?.values() ?? [])].sort(byId);
  }
}
