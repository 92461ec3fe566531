import type { JsonPath } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import type { Draft, DraftSet } from './draft.ts';
import { type EntityIndex, readReference } from './entity-index.ts';
import type { Findings } from './findings.ts';

/** Fields that refer to other entities, with the list they point into. */
const targets = {
  service: 'services',
  route: 'routes',
  consumer: 'consumers',
  consumer_group: 'consumer_groups',
} as const;

/** A field of {@link targets}. */
export type ReferenceField = keyof typeof targets;

/** What the references of one entity lead to. */
export interface ResolvedReferences {
  readonly ids: Readonly<Partial<Record<ReferenceField, string>>>;
  /** True when one of them leads outside the files (`_info.default_lookup_tags`) or nowhere. */
  readonly isIncomplete: boolean;
}

const fieldsOf = {
  routes: ['service'],
  plugins: ['service', 'route', 'consumer', 'consumer_group'],
} as const;

/** What is known about entities that are not in the files. */
export interface Outside {
  /** Kinds that may live outside the files. */
  readonly kinds: ReadonlySet<string>;
  /** True when a file could not be read: what is missing may be in there. */
  readonly isPartial: boolean;
}

/** Resolves all references and reports those that lead nowhere. */
export function resolveReferences(
  drafts: DraftSet,
  index: EntityIndex,
  outside: Outside,
  findings: Findings,
): ReadonlyMap<Draft, ResolvedReferences> {
  const resolved = new Map<Draft, ResolvedReferences>();
  for (const list of ['routes', 'plugins'] as const) {
    for (const draft of drafts[list]) {
      const ids: Partial<Record<ReferenceField, string>> = {};
      let isIncomplete = false;
      for (const field of fieldsOf[list]) {
        const id = resolve(draft, field, index, outside, findings);
        if (id === null) isIncomplete = true;
        else if (id !== undefined) ids[field] = id;
      }
      resolved.set(draft, { ids, isIncomplete });
    }
  }
  return resolved;
}

/** The id a field leads to; `undefined` when it is not set, `null` when it leads nowhere. */
function resolve(
  draft: Draft,
  field: ReferenceField,
  index: EntityIndex,
  outside: Outside,
  findings: Findings,
): string | null | undefined {
  const parent = field === 'consumer_group' ? undefined : draft.parents[field];
  const reference = readReference(draft.given[field] ?? draft.fields[field]);
  if (reference === null) return parent === undefined ? undefined : index.idOf(parent);
  const list = targets[field];
  const found = reference.by === 'id' ? index.findById(list, reference.text) : index.find(list, reference.text);
  const path: JsonPath = [...draft.path, field, ...reference.path];
  if (parent !== undefined) {
    if (found?.id === index.idOf(parent)) return found.id;
    const message = `this ${draft.kind} stands inside another ${field} than the one it names; "${field}" must be left out here`;
    findings.add('reference/parent', draft.document, path, message, { hint: `remove "${field}"` });
    return null;
  }
  if (found !== null) return found.id;
  if (outside.isPartial) return null;
  if (outside.kinds.has(list)) {
    const message = `${field} "${reference.text}" is not in the files, so this ${draft.kind} has no effect in gw`;
    findings.add('reference/outside', draft.document, path, message);
    return null;
  }
  const meant = nearest(reference.text, index.names(list));
  const message = `there is no ${field.replace('_', ' ')} "${reference.text}"`;
  const hint = meant === null ? null : `did you mean "${meant}"?`;
  findings.add('reference/dangling', draft.document, path, message, { hint });
  return null;
}
