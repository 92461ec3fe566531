import type { EntitySet } from '../../entities/entity-set.ts';
import { allKinds, type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { EntityChange } from '../edit/entity-change.ts';
import { endpointKeyOf } from './endpoint-key.ts';
import type { EntityView, Row } from './entity-view.ts';
import { rowsOf } from './entity-lists.ts';
import { LinkIndex } from './link-index.ts';
import { byId, RowIndex } from './row-index.ts';
import { referredId, type UniqueKey, uniqueKeysOf } from './unique-keys.ts';

/**
 * All entities with what finds them: ids, names, what must be unique, and who refers to whom. A change costs the same
 * however many there are. It checks nothing: that is the business of who changes it.
 */
export class EntityTable implements EntityView {
  readonly #kinds = new Map<EntityKind, KindTable>();

  constructor(entities: EntitySet) {
    for (const kind of allKinds) {
      const rows = rowsOf(entities, kind);
      if (rows.length > 0) this.#kinds.set(kind, new KindTable(kind, rows));
    }
  }

  all(kind: EntityKind): readonly Row[] {
    return this.#kinds.get(kind)?.all() ?? [];
  }

  get(kind: EntityKind, id: string): Row | null {
    return this.#kinds.get(kind)?.rows.get(id.toLowerCase()) ?? null;
  }

  named(kind: EntityKind, name: string): Row | null {
    if (kind !== 'certificates') return this.#kinds.get(kind)?.names?.first(name) ?? null;
    const sni = this.named('snis', name);
    return sni === null ? null : this.get(kind, referredId(sni.certificate) ?? '');
  }

  referring(kind: EntityKind, field: string, id: string): readonly Row[] {
    return this.#kinds.get(kind)?.references.get(field)?.all(id.toLowerCase()) ?? [];
  }

  /** What another entity of its kind has in common with `row` and may not; `null` when there is nothing. */
  conflictOf(kind: EntityKind, row: Row): UniqueKey | null {
    for (const [unique, index] of this.#kinds.get(kind)?.uniques ?? []) {
      const key = index.keyOf(row);
      if (key !== null && index.other(key, row.id) !== null) return unique;
    }
    return null;
  }

  /** Makes a change; `before` must be what is there. */
  change({ kind, before, after }: EntityChange): void {
    let table = this.#kinds.get(kind);
    if (table === undefined) {
      table = new KindTable(kind, []);
      this.#kinds.set(kind, table);
    }
    if (before !== null) table.remove(before);
    if (after !== null) table.add(after);
  }
}

/** So many changed rows are merged at once into the list in order, lest a reader waits for thousands. */
const MAX_STALE = 512;

/** Finds rows by what they refer to. */
type RowFinder = Pick<RowIndex, 'add' | 'remove' | 'all'>;

/** The entities of one kind. */
class KindTable {
  readonly rows = new Map<string, Row>();
  readonly names: RowIndex | null;
  readonly uniques: readonly (readonly [UniqueKey, RowIndex])[];
  readonly references: ReadonlyMap<string, RowFinder>;
  readonly #indexes: readonly Pick<RowFinder, 'add' | 'remove'>[];
  #sorted: readonly Row[] = [];
  /** Rows that changed since the list was made. */
  readonly #stale = new Set<string>();

  constructor(kind: EntityKind, rows: readonly Row[]) {
    this.uniques = uniqueKeysOf(kind).map((unique) => [unique, new RowIndex((row) => unique.keyOf(row))] as const);
    const own = Object.keys(entityKinds[kind].references);
    this.references = new Map<string, RowFinder>([
      ...own.map((field) => [field, new RowIndex((row) => referredId(row[field]))] as const),
      ...(kind === 'plugins' ? [['partials', new LinkIndex()] as const] : []),
    ]);
    const nameField = endpointKeyOf(kind);
    const isUnique = this.uniques.find(([{ fields }]) => fields.length === 1 && fields[0] === nameField);
    const names = nameField === null || isUnique !== undefined ? null : new RowIndex((row) => textAt(row, nameField));
    this.names = names ?? isUnique?.[1] ?? null;
    this.#indexes = [
      ...this.uniques.map(([, index]) => index),
      ...this.references.values(),
      ...(names === null ? [] : [names]),
    ];
    for (const row of rows) this.#put(row);
    this.#sorted = [...this.rows.values()].sort(byId);
  }

  add(row: Row): void {
    this.#put(row);
    this.#stale.add(row.id);
    if (this.#stale.size >= MAX_STALE) this.all();
  }

  remove(row: Row): void {
    this.rows.delete(row.id.toLowerCase());
    for (const index of this.#indexes) index.remove(row);
    this.#stale.add(row.id);
  }

  /** By id. What changed is merged into the last list: sorting all of it again would take too long after each write. */
  all(): readonly Row[] {
    if (this.#stale.size === 0) return this.#sorted;
    const changed = [...this.#stale].flatMap((id) => this.rows.get(id.toLowerCase()) ?? []).sort(byId);
    const kept = this.#sorted.filter(({ id }) => !this.#stale.has(id));
    this.#sorted = changed.length === 0 ? kept : merge(kept, changed);
    this.#stale.clear();
    return this.#sorted;
  }

  #put(row: Row): void {
    this.rows.set(row.id.toLowerCase(), row);
    for (const index of this.#indexes) index.add(row);
  }
}

/** Two lists in order as one. */
function merge(list: readonly Row[], more: readonly Row[]): readonly Row[] {
  const merged: Row[] = [];
  let at = 0;
  for (const row of list) {
    for (let next = more[at]; next !== undefined && byId(next, row) < 0; next = more[at]) {
      merged.push(next);
      at++;
    }
    merged.push(row);
  }
  return merged.concat(more.slice(at));
}

function textAt(row: Row, field: string): string | null {
  const value = row[field];
  return typeof value === 'string' && value !== '' ? value : null;
}
