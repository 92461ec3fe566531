import { nearest } from '../../lib/nearest.ts';
import { configSchemaOf } from '../config-schemas.ts';
import type { ConfigDocument } from '../document.ts';
import { type Draft, type DraftSet, textOf } from '../draft.ts';
import type { EntityIndex } from '../entity-index.ts';
import type { Findings } from '../findings.ts';
import { GivenConfig } from '../plugin-given.ts';
import { checkFields } from '../plugin-known.ts';

/** Kinds of vaults that come with Kong. */
const kinds = ['env', 'file', 'fs', 'aws', 'azure', 'gcp', 'hcv', 'conjur', 'konnect'];

/** The config of a vault of a known kind. Kinds of which not every setting is known take others besides. */
export function checkVault(draft: Draft, findings: Findings): void {
  const known = configSchemaOf(draft);
  const config = new GivenConfig(draft, []);
  if (known !== null && config.isMap) checkFields(known.schema, config, findings, { area: 'schema' });
}

/**
 * Kinds of vaults that Kong does not bring along. Kong can be given more of them; one that references use is taken for
 * such a kind, one that nothing uses for a mistake.
 */
export function checkVaults(drafts: DraftSet, _index: EntityIndex, findings: Findings): void {
  for (const draft of drafts.vaults) {
    const name = textOf(draft.fields.name);
    const prefix = textOf(draft.fields.prefix);
    if (prefix !== null && kinds.includes(prefix) && prefix !== name) {
      const message = `"${prefix}" cannot be the prefix of a vault: it is a kind of vault`;
      findings.add('vault/prefix', draft.document, [...draft.path, 'prefix'], message);
    }
    if (name === null || kinds.includes(name)) continue;
    const meant = nearest(name, kinds);
    const isUsed = meant === null && prefix !== null && uses(draft.document, prefix);
    const message = `there is no kind of vault "${name}" in Kong${isUsed ? ', unless you installed it' : ''}`;
    const hint = meant === null ? `kinds are ${kinds.join(', ')}` : `did you mean "${meant}"?`;
    const severity = isUsed ? 'warning' : 'error';
    findings.add('vault/unknown-kind', draft.document, [...draft.path, 'name'], message, { hint, severity });
  }
}

/** What uses a vault that comes alone comes later. */
function uses({ hasText, source }: ConfigDocument, prefix: string): boolean {
  return !hasText || source.text.includes(`{vault://${prefix}/`);
}
