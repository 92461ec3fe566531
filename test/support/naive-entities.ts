import type { Row } from '../../src/config/store/entity-view.ts';
import type { EntityKind } from '../../src/entities/kinds.ts';
import type { JsonObject } from '../../src/lib/json.ts';

/** Kinds of the model, with their references, what must be unique, and what is removed with what they refer to. */
const facts: Partial<
  Record<EntityKind, { readonly refs: Readonly<Record<string, EntityKind>>; readonly unique: readonly string[][] }>
> = {
  services: { refs: {}, unique: [['name']] },
  routes: { refs: { service: 'services' }, unique: [['name']] },
  consumers: { refs: {}, unique: [['username'], ['custom_id']] },
  consumer_groups: { refs: {}, unique: [['name']] },
  consumer_group_consumers: {
    refs: { consumer: 'consumers', consumer_group: 'consumer_groups' },
    unique: [['consumer', 'consumer_group']],
  },
  upstreams: { refs: {}, unique: [['name']] },
  targets: { refs: { upstream: 'upstreams' }, unique: [['upstream', 'target']] },
  acls: { refs: { consumer: 'consumers' }, unique: [['consumer', 'group']] },
};

/** Kinds that the model knows. */
export const modelKinds = Object.keys(facts) as readonly EntityKind[];

type Entry = JsonObject & { readonly id: string };

/** Entities as anybody would keep them first: in lists that are searched from end to end. */
export class NaiveEntities {
  rows: readonly { readonly kind: EntityKind; readonly row: Entry }[] = [];

  list(kind: EntityKind): readonly Entry[] {
    return this.rows.flatMap((entry) => (entry.kind === kind ? [entry.row] : []));
  }

  /** Puts an entity where one of its id is, or at the end; the code of the problem when it may not be. */
  put(kind: EntityKind, row: Entry): number | null {
    const { refs, unique } = facts[kind] ?? { refs: {}, unique: [] };
    for (const [field, target] of Object.entries(refs)) {
      const value = row[field] as { readonly id: string } | null;
      if (value !== null && !this.list(target).some(({ id }) => id === value.id)) return 4;
    }
    const others = this.list(kind).filter(({ id }) => id !== row.id);
    for (const fields of unique) {
      const isSet = fields.length > 1 || row[fields[0] ?? ''] !== null;
      const same = (other: Entry): boolean =>
        fields.every((field) => JSON.stringify(other[field]) === JSON.stringify(row[field]));
      if (isSet && others.some(same)) return 5;
    }
    const isThere = this.list(kind).some(({ id }) => id === row.id);
    const put = this.rows.map((entry) => (entry.kind === kind && entry.row.id === row.id ? { kind, row } : entry));
    this.rows = isThere ? put : [...put, { kind, row }];
    return null;
  }

  remove(kind: EntityKind, id: string): number | null {
    if (!this.list(kind).some((row) => row.id === id)) return null;
    const referrers = this.rows.filter(({ kind: by, row }) =>
      Object.entries(facts[by]?.refs ?? {}).some(
        ([field, target]) => target === kind && (row[field] as { id: string } | null)?.id === id,
      ),
    );
    if (referrers.some(({ kind: by }) => by === 'routes')) return 4;
    this.rows = this.rows.filter(
      (entry) => !referrers.includes(entry) && !(entry.kind === kind && entry.row.id === id),
    );
    return null;
  }
}

/** What a row of a store says in the fields of the model. */
export function entryOf(row: Row, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
}
