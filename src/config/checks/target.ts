import { isIP } from 'node:net';
import { type Draft, textOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { isHost, splitPort } from './host.ts';

/** What the schema cannot say about a target: its address. */
export function checkTarget(draft: Draft, findings: Findings): void {
  const target = textOf(draft.fields.target);
  const problem = target === null ? null : whyNotTarget(target);
  if (problem === null) return;
  const hint = 'write host, host:port, an address, or [IPv6]:port';
  const message = `"${target ?? ''}" is not the address of a target: ${problem}`;
  findings.add('target/address', draft.document, [...draft.path, 'target'], message, { hint });
}

function whyNotTarget(target: string): string | null {
  if (target.includes('://')) return 'it has a scheme';
  const { host, port } = splitPort(target);
  if (port !== null && !(Number(port) >= 0 && Number(port) <= 65_535)) return `${port} is no port`;
  if (isIP(host) === 6 && port !== null && !host.startsWith('[')) return 'an IPv6 address with a port needs brackets';
  return isHost(host) ? null : 'that is no host name';
}
