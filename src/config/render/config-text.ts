import { stringify } from 'yaml';
import type { JsonObject } from '../../lib/json.ts';

/**
 * A config as YAML or JSON. Texts that a YAML 1.1 reader, as Kong's is, would take for something else are quoted, and
 * every value is written out: no anchors.
 */
export function configText(config: JsonObject, format: 'yaml' | 'json'): string {
  if (format === 'json') return `${JSON.stringify(config, null, 2)}\n`;
  return stringify(config, { version: '1.1', lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false });
}
