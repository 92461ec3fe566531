import { isIPv6 } from 'node:net';

/** What a registered name or an IPv4 address is written with (RFC 3986 §3.2.2); a colon only in front of a port. */
const NAME = tableOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=%");

const COLON = 0x3a;
const BRACKET = 0x5b;
const MAX_PORT = 65_535;

/**
 * Whether a Host field or an authority is a host with at most a port: `a.example:8000`, `10.0.0.1`, `[::1]:80`. What
 * else it might hold (a path, userinfo, blanks, a second port) is cut off by some readers and kept by others.
 */
export function isHostAndPort(text: string): boolean {
  if (text.charCodeAt(0) === BRACKET) return isBracketed(text);
  let at = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) break;
    if (code > 0x7f || NAME[code] !== 1) return false;
  }
  return at > 0 && (at === text.length || isPort(text, at + 1));
}

/** A host as nginx's `$host` has it: without port, in lower case. */
export function hostWithoutPort(host: string): string {
  const end = host.charCodeAt(0) === BRACKET ? host.indexOf(']') + 1 : host.indexOf(':');
  return (end <= 0 ? host : host.slice(0, end)).toLowerCase();
}

function isBracketed(text: string): boolean {
  const end = text.indexOf(']');
  // A zone names an interface of the sender's machine (RFC 6874): nothing a receiver could use.
  if (end < 0 || text.includes('%') || !isIPv6(text.slice(1, end))) return false;
  return end + 1 === text.length || (text.charCodeAt(end + 1) === COLON && isPort(text, end + 2));
}

/** Digits up to the end; an empty port is the default one (RFC 3986 §3.2.3). */
function isPort(text: string, start: number): boolean {
  let port = 0;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return false;
    port = port * 10 + digit;
    if (port > MAX_PORT) return false;
  }
  return true;
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
