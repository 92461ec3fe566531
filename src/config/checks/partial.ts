import { type Draft, textOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { GivenConfig } from '../plugin-given.ts';
import { checkFields } from '../plugin-known.ts';
import { partialSchema } from '../plugin-schemas.ts';

/** The config of a partial: a part of plugin configs, checked as these are. */
export function checkPartial(draft: Draft, findings: Findings): void {
  const type = textOf(draft.fields.type);
  const schema = type === null ? null : partialSchema(type);
  const config = new GivenConfig(draft, []);
  // Another type, and a config that is no map, have findings of their own.
  if (type === null || schema === null || !config.isMap) return;
  if ((draft.fields.config ?? null) !== null) {
    checkFields(schema, config, findings);
    return;
  }
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  if (required.length === 0) return;
  const message = `"config" is missing: a partial of type ${type} needs ${required.map((key) => `"${key}"`).join(', ')}`;
  findings.add('plugin/required', draft.document, [...draft.path, 'config'], message, { at: 'key' });
}
