import type { JsonPath } from '../../lib/json.ts';
import type { Draft } from '../draft.ts';

/**
 * Whether a text stands for something that is known only when the gateway runs: a reference into a vault, or the
 * placeholder of a variable that is not set where the file is checked.
 */
export function isKnownLater(draft: Draft, path: JsonPath, text: string): boolean {
  if (/^\{vault:\/\/.*\}$/s.test(text)) return true;
  return /^\w+$/.test(text) && draft.document.isFromEnv([...draft.path, ...path]);
}
