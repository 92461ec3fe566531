import { isIP } from 'node:net';
import { UsageError } from './usage-error.ts';

/** One address of a listen setting. */
export interface ListenEntry {
  /** IPv4, IPv6 without brackets, a host name, or `unix:/path` of a socket. */
  readonly host: string;
  /** 0 means any free port, and stands beside a socket's path. */
  readonly port: number;
  /** True when the entry asks for TLS. */
  readonly isTls: boolean;
  /** True when HTTP/2 is spoken: by ALPN over TLS, by prior knowledge without. */
  readonly isHttp2: boolean;
  /** True when connections begin with a PROXY protocol header. */
  readonly isProxyProtocol: boolean;
  /** True for datagrams; only on `stream_listen`. */
  readonly isUdp: boolean;
  /** Connections the kernel holds until they are accepted; `null` when nothing was said. */
  readonly backlog: number | null;
}

/** Which setting an entry stands in: nginx's http or stream server. */
export type ListenKind = 'http' | 'stream';

/** Flags that mean something here, and where they may stand. */
const flagsOf: Readonly<Record<ListenKind, ReadonlySet<string>>> = {
  http: new Set(['ssl', 'http2', 'proxy_protocol']),
  stream: new Set(['ssl', 'udp', 'proxy_protocol']),
};
/** Flags nginx knows that change nothing here: the kernel or Node decides. */
const harmlessFlags = new Set(['reuseport', 'deferred', 'bind']);
const harmlessFlag = /^(?:so_keepalive=\S+|ipv6only=(?:on|off))$/;

/**
 * Reads a Kong listen setting: `addr:port [flag …], addr:port …`, or `off` for none.
 * @throws {UsageError} naming the entry that is wrong
 */
export function parseListen(text: string): readonly ListenEntry[] {
  return parseEntries(text, 'http');
}

/** Reads `stream_listen`: the same form, with `udp` in place of `http2`. @throws {UsageError} naming the wrong entry */
export function parseStreamListen(text: string): readonly ListenEntry[] {
  return parseEntries(text, 'stream');
}

function parseEntries(text: string, kind: ListenKind): readonly ListenEntry[] {
  if (text.trim() === 'off') return [];
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => parseEntry(entry, kind));
}

function parseEntry(text: string, kind: ListenKind): ListenEntry {
  const [address = '', ...flags] = text.split(/\s+/);
  const entry = { ...parseAddress(address), ...readFlags(address, flags, kind) };
  if (entry.host.startsWith('unix:') && entry.isTls && entry.isProxyProtocol) {
    throw new UsageError(`cannot listen on "${address}": a unix socket takes "ssl" or "proxy_protocol", not both`);
  }
  return entry;
}

function parseAddress(address: string): Pick<ListenEntry, 'host' | 'port'> {
  if (/^unix:\/./.test(address)) return { host: address, port: 0 };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535) {
    throw new UsageError(`"${address}" is not a listen address`, 'write address:port, [IPv6]:port, unix:/path, or off');
  }
  if (match?.[1] !== undefined && isIP(host) !== 6) throw new UsageError(`"${host}" is not an IPv6 address`);
  return { host, port };
}

function readFlags(address: string, flags: readonly string[], kind: ListenKind): Omit<ListenEntry, 'host' | 'port'> {
  const known = new Set<string>();
  let backlog: number | null = null;
  for (const flag of flags) {
    const length = /^backlog=(\d{1,9})$/.exec(flag)?.[1];
    if (length !== undefined) backlog = Number(length);
    else if (flagsOf[kind].has(flag)) known.add(flag);
    else if (!harmlessFlags.has(flag) && !harmlessFlag.test(flag)) {
      throw new UsageError(`unknown flag "${flag}" of listen address "${address}"`);
    }
  }
  return {
    isTls: known.has('ssl'),
    isHttp2: known.has('http2'),
    isProxyProtocol: known.has('proxy_protocol'),
    isUdp: known.has('udp'),
    backlog,
  };
}

/** `host:port` for people, IPv6 in brackets, a socket by its path. */
export function formatAddress(address: { readonly host: string; readonly port: number }): string {
  if (address.host.startsWith('unix:')) return address.host;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
