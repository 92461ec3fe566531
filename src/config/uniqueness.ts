import { allKinds, type EntityKind, entityKinds } from '../entities/kinds.ts';
import type { RelatedLocation } from './diagnostic.ts';
import { type Draft, type DraftSet, textOf } from './draft.ts';
import type { EntityIndex } from './entity-index.ts';
import type { Findings } from './findings.ts';
import type { ResolvedReferences } from './references.ts';

/** What the references of each entity lead to. */
type References = ReadonlyMap<Draft, ResolvedReferences>;

/** Reports entities that share a name, an id or, for plugins, a scope. The later one gets the finding. */
export function checkUniqueness(
  drafts: DraftSet,
  index: EntityIndex,
  references: References,
  findings: Findings,
): void {
  const copies = new Set<Draft>();
  for (const kind of allKinds) {
    if (drafts[kind].length < 2) continue;
    for (const field of [...entityKinds[kind].unique, 'id']) checkField(drafts[kind], kind, field, copies, findings);
    // What stands inside an entity that is there twice is no second mistake.
    const own = drafts[kind].filter(({ parent }) => parent === null || !copies.has(parent.draft));
    for (const fields of entityKinds[kind].uniqueTogether) checkTogether(own, fields, references, findings);
  }
  const plugins = drafts.plugins.filter(({ parent }) => parent === null || !copies.has(parent.draft));
  checkPluginScopes(plugins, index, references, findings);
}

/** Later entities with a value that an earlier one has are added to `copies`. */
function checkField(
  drafts: readonly Draft[],
  kind: EntityKind,
  field: string,
  copies: Set<Draft>,
  findings: Findings,
): void {
  const seen = new Map<string, Draft>();
  const { hasSecretNames, label } = entityKinds[kind];
  for (const draft of drafts) {
    const value = textOf(draft.fields[field]);
    if (value === null) continue;
    const key = field === 'id' ? value.toLowerCase() : value;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, draft);
      continue;
    }
    copies.add(draft);
    const isShown = field === 'id' || (!hasSecretNames && value.length < 200);
    const what = isShown ? `the ${field.replaceAll('_', ' ')} "${value}"` : `the same ${field.replaceAll('_', ' ')}`;
    const related = [relate(first, field)];
    const code = field === 'id' ? 'entity/duplicate-id' : 'entity/duplicate';
    findings.add(code, draft.document, [...draft.path, field], `another ${label} has ${what}`, { related });
  }
}

/**
 * Fields that may repeat one by one, but not all of them together; references count by what they lead to. Kong finds
 * such a pair by the id it derives from these fields, so entities that bring their own ids may be alike.
 */
function checkTogether(
  drafts: readonly Draft[],
  fields: readonly string[],
  references: References,
  findings: Findings,
): void {
  const seen = new Map<string, Draft>();
  for (const draft of drafts) {
    const resolved = references.get(draft);
    const own = fields.filter((field) => entityKinds[draft.kind].references[field] === undefined);
    if (textOf(draft.fields.id) !== null) continue;
    if (resolved?.isIncomplete !== false || own.some((field) => textOf(draft.fields[field]) === null)) continue;
    const values = fields.map((field) => resolved.ids[field] ?? textOf(draft.fields[field]) ?? '');
    const key = JSON.stringify(values);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, draft);
      continue;
    }
    const [at = 'id'] = own.length > 0 ? own : fields;
    const { label } = entityKinds[draft.kind];
    const spoken = fields.map((field) => `"${field}"`).join(' and ');
    const message = `another ${label} has the same ${spoken}`;
    findings.add('entity/duplicate', draft.document, [...draft.path, at], message, { related: [relate(first, at)] });
  }
}

/**
 * One plugin per name and scope. Kong notices only when the references are written alike and no ids are given; what
 * it lets pass is a warning here.
 */
function checkPluginScopes(
  plugins: readonly Draft[],
  index: EntityIndex,
  references: References,
  findings: Findings,
): void {
  const seen = new Map<string, Draft>();
  for (const draft of plugins) {
    const name = textOf(draft.fields.name);
    const resolved = references.get(draft);
    if (name === null || resolved?.isIncomplete !== false) continue;
    const { service = '', route = '', consumer = '', consumer_group: group = '' } = resolved.ids;
    const key = [name, service, route, consumer, group].join('|');
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, draft);
      continue;
    }
    const isRefused = index.idOf(first) === index.idOf(draft) && draft.fields.id === undefined;
    const message = `plugin "${name}" is configured twice for the same scope`;
    const code = isRefused ? 'plugin/duplicate' : 'plugin/duplicate-scope';
    const related = [relate(first, 'name')];
    findings.add(code, draft.document, [...draft.path, 'name'], message, { related });
  }
}

function relate(draft: Draft, field: string): RelatedLocation {
  const { range } = draft.document.locate([...draft.path, field], 'value');
  return { file: draft.document.source.name, range, message: 'the first one is here' };
}
