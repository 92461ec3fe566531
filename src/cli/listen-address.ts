import { isIP } from 'node:net';
import { UsageError } from './usage-error.ts';

/** One address of a listen setting. */
export interface ListenEntry {
  /** IPv4, IPv6 without brackets, or a host name. */
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  /** True when the entry asks for TLS. */
  readonly isTls: boolean;
}

/** Flags nginx knows that change nothing here: the kernel or Node decides. */
const harmlessFlags = new Set(['reuseport', 'deferred', 'bind', 'http2']);
const harmlessFlag = /^(?:backlog=\d+|so_keepalive=\S+|ipv6only=(?:on|off))$/;

/**
 * Reads a Kong listen setting: `addr:port [flag …], addr:port …`, or `off` for none.
 * @throws {UsageError} naming the entry that is wrong
 */
export function parseListen(text: string): readonly ListenEntry[] {
  if (text.trim() === 'off') return [];
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
}

function parseEntry(entry: string): ListenEntry {
  const [address = '', ...flags] = entry.split(/\s+/);
  if (address.startsWith('unix:')) throw new UsageError(`cannot listen on "${address}": unix sockets are not run yet`);
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535) {
    throw new UsageError(`"${address}" is not a listen address`, 'write address:port, [IPv6]:port, or off');
  }
  if (match?.[1] !== undefined && isIP(host) !== 6) throw new UsageError(`"${host}" is not an IPv6 address`);
  return { host, port, isTls: readFlags(address, flags) };
}

function readFlags(address: string, flags: readonly string[]): boolean {
  let isTls = false;
  for (const flag of flags) {
    if (flag === 'ssl') isTls = true;
    else if (flag === 'proxy_protocol')
      throw new UsageError(`cannot listen on "${address}": proxy_protocol is not run yet`);
    else if (!harmlessFlags.has(flag) && !harmlessFlag.test(flag)) {
      throw new UsageError(`unknown flag "${flag}" of listen address "${address}"`);
    }
  }
  return isTls;
}

/** `host:port` for people, IPv6 in brackets. */
export function formatAddress(address: { readonly host: string; readonly port: number }): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
