import { isIP } from 'node:net';
import { type Draft, textOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { whyNotRouteHost } from './host.ts';

/** What the schema cannot say about a server name. */
export function checkSni(draft: Draft, findings: Findings): void {
  const name = textOf(draft.fields.name);
  if (name === null || name === '*') return;
  const problem = isIP(name) !== 0 ? 'is an address' : /:\d+$/.test(name) ? 'must have no port' : whyNotRouteHost(name);
  if (problem !== null) findings.add('sni/name', draft.document, [...draft.path, 'name'], `"${name}" ${problem}`);
}
