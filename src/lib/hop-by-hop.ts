/**
 * Header fields that concern one connection only and never cross the gateway (RFC 9110 §7.6.1), beside those that a
 * `Connection` field names. `Proxy-Authenticate` is not among them: it answers the caller, as in nginx.
 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const LENGTHS = lengthTable(HOP_BY_HOP);

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
    .filter((name) => name !== '' && name !== 'close' && name !== 'keep-alive');
  return names.length === 0 ? null : new Set(names);
}

/** A table with a 1 at every length that occurs in `names`, for cheap rejection. */
export function lengthTable(names: Iterable<string>): Uint8Array {
  const table = new Uint8Array(256);
  for (const name of names) table[name.length] = 1;
  return table;
}
