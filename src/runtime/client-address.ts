import { isIP } from 'node:net';
import { formatAddress, parseAddress } from '../lib/address-range.ts';

/** Where a request comes from. */
export interface ClientAddress {
  /** An IP address in its usual notation, or `unix:`. */
  readonly remoteAddress: string;
  /** `null` where only the address is known. */
  readonly remotePort: number | null;
}

const COMMA = 0x2c;
const BLANK = 0x20;
const MAX_PORT = 65_535;

/**
 * The address that a list of them ends with, as nginx reads `real_ip_header`: entries are apart by commas and blanks,
 * each may have a port. `null` when the last entry is no address.
 */
export function addressBehind(list: string): ClientAddress | null {
  const end = endOfEntries(list, list.length);
  return readEntry(list.slice(startOfEntry(list, end), end));
}

/**
 * The last address of the list that is not trusted; the first of the list if all are. What stands left of an entry that is
 * no address is not believed. `null` when the last entry is no address.
 */
export function addressesBehind(list: string, trusts: (address: string) => boolean): ClientAddress | null {
  let found: ClientAddress | null = null;
  let end = endOfEntries(list, list.length);
  while (end > 0) {
    const start = startOfEntry(list, end);
    const entry = readEntry(list.slice(start, end));
    if (entry === null) return found;
    found = entry;
    if (!trusts(entry.remoteAddress)) return found;
    end = endOfEntries(list, start);
  }
  return found;
}

function endOfEntries(list: string, from: number): number {
  let end = from;
  while (end > 0 && isSeparator(list.charCodeAt(end - 1))) end--;
  return end;
}

function startOfEntry(list: string, end: number): number {
  let start = end;
  while (start > 0 && !isSeparator(list.charCodeAt(start - 1))) start--;
  return start;
}

function isSeparator(code: number): boolean {
  return code === COMMA || code === BLANK;
}

/** `10.0.0.1`, `10.0.0.1:80`, `::1`, `[::1]`, `[::1]:80`; `null` for anything else. */
function readEntry(text: string): ClientAddress | null {
  if (isIP(text) !== 0) return addressOf(text, null);
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    if (end < 0 || isIP(text.slice(1, end)) !== 6) return null;
    return withPort(text.slice(1, end), text.slice(end + 1));
  }
  const colon = text.lastIndexOf(':');
  return colon < 0 || isIP(text.slice(0, colon)) !== 4 ? null : withPort(text.slice(0, colon), text.slice(colon));
}

function withPort(address: string, suffix: string): ClientAddress | null {
  if (suffix === '') return addressOf(address, null);
  const port = /^:\d{1,5}$/.test(suffix) ? Number(suffix.slice(1)) : 0;
  return port === 0 || port > MAX_PORT ? null : addressOf(address, port);
}

/** One notation for each address, so that logs and hashes do not depend on how a peer writes it. */
function addressOf(text: string, remotePort: number | null): ClientAddress | null {
  // A zone names an interface of the machine that wrote it, not of this one.
  if (text.includes('%')) return null;
  const address = text.includes(':') ? parseAddress(text) : null;
  return { remoteAddress: address === null ? text : formatAddress(address), remotePort };
}
