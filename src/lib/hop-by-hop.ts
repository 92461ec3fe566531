/**
 * Header fields that concern one connection only and never cross the gateway (RFC 9110 §7.6.1), beside those that a
 * `Connection` field names. `Proxy-Authenticate` is not among them: it answers the caller, as in nginx.
 */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const LENGTHS = lengthTable(HOP_BY_HOP);

/**
 * End-to-end fields whose loss would change what a message means or who sent it. Naming them in `Connection` is an
 * error of the sender (RFC 9110 §7.6.1) or a try to make the gateway strip what an upstream relies on: they stay.
 */
const END_TO_END: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'forwarded',
  'host',
  'origin',
  'range',
  'set-cookie',
]);

/** Fields that make no sense or do harm behind a body: framing, routing, and how to read the content (RFC 9110 §6.5.1). */
const FORBIDDEN_TRAILERS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...END_TO_END,
  'age',
  'date',
  'expect',
  'expires',
  'location',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'retry-after',
  'vary',
  'via',
  'warning',
  'www-authenticate',
]);

/** Whether `name` is hop-by-hop by definition. The length gate spares most names the lower-casing. */
export function isHopByHop(name: string): boolean {
  return LENGTHS[name.length] === 1 && HOP_BY_HOP.has(name.toLowerCase());
}

/** Names that a `Connection` field adds to the hop-by-hop ones, lower-cased; `null` when it says nothing new. */
export function connectionOptions(value: string): ReadonlySet<string> | null {
  if (value === 'keep-alive' || value === 'close' || value === '') return null;
  const names = value
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'close' && name !== 'keep-alive' && !END_TO_END.has(name));
  return names.length === 0 ? null : new Set(names);
}

/** Whether a trailer field must not be passed on, in either direction; `_` counts as `-`. */
export function isForbiddenTrailer(name: string): boolean {
  return FORBIDDEN_TRAILERS.has(name.toLowerCase().replaceAll('_', '-'));
}

/** A table with a 1 at every length that occurs in `names`, for cheap rejection. */
export function lengthTable(names: Iterable<string>): Uint8Array {
  const table = new Uint8Array(256);
  for (const name of names) table[name.length] = 1;
  return table;
}
