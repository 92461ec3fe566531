import { isIP } from 'node:net';

/** The connection that a PROXY protocol header tells of; addresses in their usual notation. */
export interface ProxiedConnection {
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
}

/** What the first bytes of a connection are. */
export type ProxyReading =
  | {
      readonly kind: 'header';
      /** How many bytes it takes. */
      readonly length: number;
      /** `null` when the load balancer speaks for itself, as in a health check, or of no IP connection. */
      readonly connection: ProxiedConnection | null;
    }
  /** So far they could be the beginning of one. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Version 1: the longest line with its CRLF. */
const MAX_LINE_BYTES = 107;
const V1_START = Buffer.from('PROXY ');
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** Signature, version and command, family and protocol, length. */
const V2_HEAD_BYTES = 16;
/** No known sender adds more than some hundred bytes of extensions; what is more has another aim. */
const MAX_V2_BYTES = V2_HEAD_BYTES + 4096;

const INCOMPLETE: ProxyReading = { kind: 'incomplete' };

/**
 * Reads a PROXY protocol header of version 1 or 2 (HAProxy's `proxy-protocol.txt`) from the first bytes of a
 * connection. Never throws and takes nothing: the same bytes, and more, may be given again.
 */
export function readProxyHeader(bytes: Buffer): ProxyReading {
  if (startsLike(bytes, V2_SIGNATURE)) return readVersion2(bytes);
  if (startsLike(bytes, V1_START)) return readVersion1(bytes);
  return invalid('no PROXY protocol header');
}

/** Whether the bytes that are there agree with `start`, as far as both reach. */
function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

function readVersion1(bytes: Buffer): ProxyReading {
  const end = bytes.indexOf('\r\n');
  if (end < 0 || end + 2 > MAX_LINE_BYTES) {
    return bytes.length < MAX_LINE_BYTES && end < 0 ? INCOMPLETE : invalid('a PROXY line that is too long');
  }
  const length = end + 2;
  const words = bytes.toString('latin1', 0, end).split(' ');
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = ''] = words;
  if (family === 'UNKNOWN') return { kind: 'header', length, connection: null };
  const version = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : 0;
  const ports = [sourcePort, destinationPort].map(portOf);
  if (words.length !== 6 || version === 0 || isIP(source) !== version || isIP(destination) !== version) {
    return invalid('a malformed PROXY line');
  }
  const [from = null, to = null] = ports;
  if (from === null || to === null) return invalid('a malformed PROXY line');
  return header(length, source, from, destination, to);
}

/** Decimal, without leading zeros; `null` for anything else. */
function portOf(text: string): number | null {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}

function readVersion2(bytes: Buffer): ProxyReading {
  if (bytes.length < V2_HEAD_BYTES) return INCOMPLETE;
  const version = bytes.readUInt8(12) >> 4;
  const command = bytes.readUInt8(12) & 0x0f;
  const family = bytes.readUInt8(13) >> 4;
  const length = V2_HEAD_BYTES + bytes.readUInt16BE(14);
  if (version !== 2 || command > 1) return invalid('an unknown version or command of the PROXY protocol');
  if (length > MAX_V2_BYTES) return invalid('a PROXY header that is too long');
  if (bytes.length < length) return INCOMPLETE;
  // LOCAL: the sender's own connection. Unspecified and unix families say nothing about IP addresses.
  if (command === 0 || (family !== 1 && family !== 2)) return { kind: 'header', length, connection: null };
  const size = family === 1 ? 4 : 16;
  if (length < V2_HEAD_BYTES + 2 * size + 4) return invalid('a PROXY header without its addresses');
  const addresses = bytes.subarray(V2_HEAD_BYTES, length);
  return header(
    length,
    addressOf(addresses.subarray(0, size)),
    addresses.readUInt16BE(2 * size),
    addressOf(addresses.subarray(size, 2 * size)),
    addresses.readUInt16BE(2 * size + 2),
  );
}

function addressOf(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return shortened(groups);
}

/** RFC 5952: the longest run of zero groups as `::`. */
function shortened(groups: readonly string[]): string {
  const text = groups.join(':');
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)];
  const longest = runs.reduce<RegExpExecArray | null>(
    (best, run) => (best === null || run[0].length > best[0].length ? run : best),
    null,
  );
  if (longest === null) return text;
  const before = text.slice(0, longest.index).replace(/:$/, '');
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

function header(length: number, source: string, from: number, destination: string, to: number): ProxyReading {
  const connection = {
    sourceAddress: source,
    sourcePort: from,
    destinationAddress: destination,
    destinationPort: to,
  };
  return { kind: 'header', length, connection };
}

function invalid(reason: string): ProxyReading {
  return { kind: 'invalid', reason };
}
