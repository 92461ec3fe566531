import { configSchemaOf } from '../config-schemas.ts';
import type { Draft } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { GivenConfig } from '../plugin-given.ts';
import { checkFields } from '../plugin-known.ts';

/** The config of a partial: a part of plugin configs, checked as these are. */
export function checkPartial(draft: Draft, findings: Findings): void {
  const known = configSchemaOf(draft);
  const config = new GivenConfig(draft, []);
  // Another type, and a config that is no map, have findings of their own.
  if (known === null || !config.isMap) return;
  const { name, schema } = known;
  if ((draft.fields.config ?? null) !== null) {
    checkFields(schema, config, findings);
    return;
  }
  const required = Array.isArray(schema.required) ? schema.required.map((key) => `"${String(key)}"`) : [];
  if (required.length === 0) return;
  const message = `"config" is missing: a partial of type ${name} needs ${required.join(', ')}`;
  findings.add('plugin/required', draft.document, [...draft.path, 'config'], message, { at: 'key' });
}
