import type { JsonPath } from '../lib/json.ts';
import { type Draft, type DraftSet, textOf } from './draft.ts';
import type { EntityIndex } from './entity-index.ts';
import type { Findings } from './findings.ts';
import type { ResolvedReferences } from './references.ts';

/** Fields that no two entities of a kind may share. */
const uniqueFields = {
  services: ['name'],
  routes: ['name'],
  consumers: ['username', 'custom_id'],
  plugins: ['instance_name'],
} as const;

/** Reports entities that share a name, an id or, for plugins, a scope. The later one gets the finding. */
export function checkUniqueness(
  drafts: DraftSet,
  index: EntityIndex,
  references: ReadonlyMap<Draft, ResolvedReferences>,
  findings: Findings,
): void {
  for (const list of ['services', 'routes', 'consumers', 'plugins'] as const) {
    const fields: readonly string[] = [...uniqueFields[list], 'id'];
    for (const field of fields) {
      const seen = new Map<string, Draft>();
      for (const draft of drafts[list]) {
        const value = textOf(draft.fields[field]);
        if (value === null) continue;
        const key = field === 'id' ? value.toLowerCase() : value;
        const first = seen.get(key);
        if (first === undefined) seen.set(key, draft);
        else reportDuplicate(first, draft, field, value, findings);
      }
    }
  }
  checkPluginScopes(drafts, index, references, findings);
}

function reportDuplicate(first: Draft, second: Draft, field: string, value: string, findings: Findings): void {
  const code = field === 'id' ? 'entity/duplicate-id' : 'entity/duplicate';
  const message = `another ${second.kind} has the ${field.replace('_', ' ')} "${value}"`;
  const related = [relate(first, [...first.path, field])];
  findings.add(code, second.document, [...second.path, field], message, { related });
}

/**
 * One plugin per name and scope. Kong notices only when the references are written alike and no ids are given; what
 * it lets pass is a warning here.
 */
function checkPluginScopes(
  drafts: DraftSet,
  index: EntityIndex,
  references: ReadonlyMap<Draft, ResolvedReferences>,
  findings: Findings,
): void {
  const seen = new Map<string, Draft>();
  for (const draft of drafts.plugins) {
    const name = textOf(draft.fields.name);
    const resolved = references.get(draft);
    if (name === null || resolved === undefined || resolved.isIncomplete) continue;
    const { service = '', route = '', consumer = '', consumer_group: group = '' } = resolved.ids;
    const key = [name, service, route, consumer, group].join('|');
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, draft);
      continue;
    }
    const isRefused = index.idOf(first) === index.idOf(draft) && draft.fields.id === undefined && group === '';
    const message = `plugin "${name}" is configured twice for the same scope`;
    const related = [relate(first, [...first.path, 'name'])];
    const code = isRefused ? 'plugin/duplicate' : 'plugin/duplicate-scope';
    findings.add(code, draft.document, [...draft.path, 'name'], message, { related });
  }
}

function relate(
  draft: Draft,
  path: JsonPath,
): { file: string; range: ReturnType<Draft['document']['locate']>['range']; message: string } {
  const { range } = draft.document.locate(path, 'value');
  return { file: draft.document.source.name, range, message: 'the first one is here' };
}
