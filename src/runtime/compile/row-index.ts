import type { ListChanges } from '../../lib/list-changes.ts';

/** Rows of a kind by id, kept up to date change by change. */
export class RowIndex<Row extends { readonly id: string }> {
  readonly #rows = new Map<string, Row>();

  /** `null` when there is none. */
  get(id: string): Row | null {
    return this.#rows.get(id) ?? null;
  }

  change({ removed, added }: ListChanges<Row>): void {
    for (const { id } of removed) this.#rows.delete(id);
    for (const row of added) this.#rows.set(row.id, row);
  }

  /** Takes {@link RowIndex.change} back. */
  undo({ removed, added }: ListChanges<Row>): void {
    this.change({ removed: added, added: removed });
  }
}
