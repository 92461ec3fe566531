import { isIP } from 'node:net';
import type { OwnHeaders } from '../runtime/own-headers.ts';
import { UsageError } from './usage-error.ts';

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['yes', true],
  ['1', true],
  ['off', false],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/** Kong's log levels and the level of ours that lets the same lines through. */
const logLevels: ReadonlyMap<string, string> = new Map([
  ['debug', 'debug'],
  ['info', 'info'],
  ['notice', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
  ['crit', 'fatal'],
  ['alert', 'fatal'],
  ['emerg', 'fatal'],
]);

/** `on/off`, `true/false`, `yes/no`, `1/0`. */
export function parseBoolean(text: string): boolean {
  const value = booleans.get(text.trim().toLowerCase());
  if (value === undefined) throw new UsageError(`"${text}" is neither "on" nor "off"`);
  return value;
}

/** A comma list; blanks around items and empty items do not count. */
export function parseList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Kong's list of plugins, without the words for those it comes with. */
export function parsePlugins(text: string): readonly string[] {
  return parseList(text).filter((name) => name !== 'bundled' && name !== 'off');
}

/** Any text; empty means not set. */
export function parseOptionalText(text: string): string | null {
  return text === '' ? null : text;
}

/** A Kong log level, as the level of our logger. */
export function parseLogLevel(text: string): string {
  const level = logLevels.get(text.trim().toLowerCase());
  if (level === undefined) throw new UsageError(`"${text}" is not one of ${[...logLevels.keys()].join(', ')}`);
  return level;
}

/** Only DB-less operation exists. */
export function parseDatabase(text: string): 'off' {
  if (text.trim() === 'off') return 'off';
  throw new UsageError(
    `gw has no database, so "${text}" cannot work`,
    'set database to off and give the config as a file: gw start -c kong.yml',
  );
}

/** Seconds, 0 or more, as milliseconds. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0 || seconds > 86_400) {
    throw new UsageError(`"${text}" is not a number of seconds between 0 and 86400`);
  }
  return Math.round(seconds * 1000);
}

/** Seconds with a fraction, or nothing; as milliseconds, `null` for nothing. */
export function parseOptionalSeconds(text: string): number | null {
  return text.trim() === '' ? null : parseSeconds(text);
}

/** Seconds of any length, as milliseconds. */
export function parseLongSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0 || seconds > 2_000_000_000) {
    throw new UsageError(`"${text}" is not a number of seconds, 0 or more`);
  }
  return Math.round(seconds * 1000);
}

/** A whole number, 0 or more. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text.trim())) throw new UsageError(`"${text}" is not a whole number, 0 or more`);
  return Number(text);
}

/** One of a few words. */
export function parseChoice<Choice extends string>(...choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const found = choices.find((choice) => choice === text.trim());
    if (found === undefined) throw new UsageError(`"${text}" is not one of ${choices.join(', ')}`);
    return found;
  };
}

/** `80:8000, 443:8443`, the port clients see before the port listened on; a map from the latter to the former. */
export function parsePortMaps(text: string): ReadonlyMap<number, number> {
  const ports = new Map<number, number>();
  for (const item of parseList(text)) {
    const [seen = 0, listened = 0] = (/^(\d{1,5}):(\d{1,5})$/.exec(item)?.slice(1) ?? []).map(Number);
    if (seen < 1 || seen > 65_535 || listened < 1 || listened > 65_535) {
      throw new UsageError(
        `"${item}" is not a pair of ports`,
        'write the port clients see, a colon, the port listened on',
      );
    }
    ports.set(listened, seen);
  }
  return ports;
}

/** Where request lines go: `off`, or anywhere else for on. All of gw's logs go to stderr. */
export function parseAccessLog(text: string): boolean {
  return text.trim() !== 'off' && text.trim() !== '';
}

/** A comma list of addresses and CIDR ranges; `unix:` stands for callers on unix sockets. */
export function parseAddressRanges(text: string): readonly string[] {
  const ranges = parseList(text);
  for (const range of ranges) {
    const [address = '', bits, ...rest] = range.split('/');
    const family = isIP(address);
    const widest = family === 6 ? 128 : 32;
    const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
    if (range === 'unix:') continue;
    if (family === 0 || !isRange || rest.length > 0)
      throw new UsageError(`"${range}" is neither an address nor a CIDR range`);
  }
  return ranges;
}

/** What each entry of Kong's `headers` switches on; the two tokens stand for several headers. */
const ownHeaderEntries: Readonly<Record<string, readonly (keyof OwnHeaders)[]>> = {
  server_tokens: ['server', 'via'],
  latency_tokens: ['upstreamLatency', 'proxyLatency', 'responseLatency', 'adminLatency'],
  server: ['server'],
  via: ['via'],
  'x-kong-upstream-latency': ['upstreamLatency'],
  'x-kong-proxy-latency': ['proxyLatency'],
  'x-kong-response-latency': ['responseLatency'],
  'x-kong-admin-latency': ['adminLatency'],
  'x-kong-upstream-status': ['upstreamStatus'],
  'x-kong-request-id': ['requestId'],
  off: [],
};

/** Kong's `headers`: names of headers, in any case, `server_tokens`, `latency_tokens`, or `off`. */
export function parseHeaders(text: string): Omit<OwnHeaders, 'upstreamRequestId'> {
  const wanted = new Set<keyof OwnHeaders>();
  for (const item of parseList(text)) {
    const headers = ownHeaderEntries[item.toLowerCase()];
    if (headers === undefined) {
      throw new UsageError(`"${item}" is not one of ${Object.keys(ownHeaderEntries).join(', ')}`);
    }
    for (const header of headers) wanted.add(header);
  }
  return {
    server: wanted.has('server'),
    via: wanted.has('via'),
    upstreamLatency: wanted.has('upstreamLatency'),
    proxyLatency: wanted.has('proxyLatency'),
    responseLatency: wanted.has('responseLatency'),
    adminLatency: wanted.has('adminLatency'),
    upstreamStatus: wanted.has('upstreamStatus'),
    requestId: wanted.has('requestId'),
  };
}

/** Kong's `headers_upstream`: whether upstreams get `X-Kong-Request-Id`, the only one there is. */
export function parseUpstreamHeaders(text: string): boolean {
  const items = parseList(text.toLowerCase());
  const unknown = items.find((item) => item !== 'x-kong-request-id' && item !== 'off');
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is neither X-Kong-Request-Id nor off`);
  return items.includes('x-kong-request-id');
}
