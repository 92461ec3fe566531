import { isIP } from 'node:net';

/** Whether a text is a host name or an address, without port. Underscores and a final dot are allowed, as in Kong. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  if (text.startsWith('[') && text.endsWith(']')) return isIP(text.slice(1, -1)) === 6;
  return isHostName(text);
}

/** A host name of labels with letters, digits, `-` and `_`; UTF-8 is let through. */
export function isHostName(text: string): boolean {
  if (text.length > 253) return false;
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.');
  return labels.every((label) =>
    /^[\w\u0080-\u{10ffff}](?:[-\w\u0080-\u{10ffff}]*[\w\u0080-\u{10ffff}])?$/u.test(label),
  );
}

/** What is wrong with a host of a route: a name, at most one `*` as first or last label, perhaps a port. */
export function whyNotRouteHost(text: string): string | null {
  const { host, port } = splitPort(text);
  if (port !== null && !(Number(port) >= 1 && Number(port) <= 65_535)) return 'has a port that is no port';
  const stars = host.split('*').length - 1;
  if (stars > 1) return 'has more than one "*"';
  if (stars === 1) {
    const rest = host.startsWith('*.') ? host.slice(2) : host.endsWith('.*') ? host.slice(0, -2) : null;
    if (rest === null || rest === '') return 'must have its "*" as the whole first or last label';
    return isHostName(rest) ? null : 'is not a host name';
  }
  if (host.includes('://')) return 'must be a host name without a scheme';
  return isHost(host) ? null : 'is not a host name';
}

/** Takes a final `:port` off; an IPv6 address without brackets has none. */
export function splitPort(text: string): { readonly host: string; readonly port: string | null } {
  if (isIP(text) === 6) return { host: text, port: null };
  const match = /^(.*):(\d+)$/.exec(text);
  return match === null ? { host: text, port: null } : { host: match[1] ?? '', port: match[2] ?? '' };
}

/** Whether a text is an address or a range in CIDR notation. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
