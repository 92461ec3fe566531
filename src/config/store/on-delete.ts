import { allKinds, type EntityKind, entityKinds } from '../../entities/kinds.ts';

/** A reference to an entity, and what happens to the one that refers when the entity is removed. */
export interface Referrer {
  readonly kind: EntityKind;
  readonly field: string;
  /** `restrict`: it keeps the entity from being removed; `cascade`: it is removed with it. */
  readonly onDelete: 'restrict' | 'cascade';
}

/**
 * References that restrict. All others cascade: Kong's schemas say so of each (`on_delete`), but for the server names
 * of a certificate, which its data access removes.
 */
const restricting: ReadonlySet<string> = new Set([
  'routes.service',
  'services.client_certificate',
  'upstreams.client_certificate',
]);

const referrers = new Map<EntityKind, readonly Referrer[]>();

/** Everything that may refer to entities of a kind. */
export function referrersOf(target: EntityKind): readonly Referrer[] {
  let found = referrers.get(target);
  if (found === undefined) {
    found = allKinds.flatMap((kind) =>
      Object.entries(entityKinds[kind].references)
        .filter(([, leadsTo]) => leadsTo === target)
        .map(([field]) => ({ kind, field, onDelete: restricting.has(`${kind}.${field}`) ? 'restrict' : 'cascade' })),
    );
    if (target === 'partials') found = [...found, { kind: 'plugins', field: 'partials', onDelete: 'restrict' }];
    referrers.set(target, found);
  }
  return found;
}
