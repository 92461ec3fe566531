import { allKinds, type EntityKind } from '../../entities/kinds.ts';
import { isJsonObject } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import { type Draft, type DraftSet, textOf } from '../draft.ts';
import type { EntityIndex } from '../entity-index.ts';
import type { Findings } from '../findings.ts';
import { reportSchemaErrors } from '../schema-check.ts';
import { entityValidator, kongPlugins } from '../schema-files.ts';

/** A custom entity: its type is a kind that Kong knows, and its fields are those of that kind. */
export function checkCustomEntity(draft: Draft, findings: Findings): void {
  const type = textOf(draft.fields.type);
  if (type === null) return;
  const kind = allKinds.find((candidate): candidate is EntityKind => candidate === type);
  if (kind === undefined) {
    const meant = nearest(type, allKinds);
    const hint = meant === null ? 'plugins of your own may have it' : `did you mean "${meant}"?`;
    const message = `there is no kind of entity "${type}" in Kong`;
    findings.add('custom-entity/kind', draft.document, [...draft.path, 'type'], message, { hint });
    return;
  }
  const validate = entityValidator(kind);
  if (!isJsonObject(draft.fields.fields) || validate(draft.fields.fields)) return;
  reportSchemaErrors(validate.errors ?? [], draft.document, [...draft.path, 'fields'], findings);
}

/** A cloned plugin is a copy of one that exists. */
export function checkClonedPlugins(drafts: DraftSet, index: EntityIndex, findings: Findings): void {
  for (const draft of drafts.cloned_plugins) {
    const ref = textOf(draft.fields.ref);
    if (ref === null || kongPlugins().has(ref) || index.find('custom_plugins', ref) !== null) continue;
    const meant = nearest(ref, kongPlugins().keys());
    const hint = meant === null ? null : `did you mean "${meant}"?`;
    const message = `there is no plugin "${ref}" to make a copy of`;
    findings.add('plugin/unknown', draft.document, [...draft.path, 'ref'], message, { hint });
  }
}
