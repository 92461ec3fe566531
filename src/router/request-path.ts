import { Buffer } from 'node:buffer';

/** A request target, taken apart and made canonical; what routing sees and what the upstream path is built from. */
export interface RequestPath {
  /** Decoded, without dot segments and repeated slashes. */
  readonly path: string;
  /** The path as received, without the query. */
  readonly rawPath: string;
  /** `?` and everything behind it as received; empty when there is no `?`. */
  readonly search: string;
  /** True when `path` can be sent as it is: nothing was decoded and nothing needs escaping. */
  readonly isPlain: boolean;
}

/**
 * Why a path cannot be read. Two readers of a broken escape or a NUL could see different paths, so nginx refuses them
 * (400); what is not UTF-8 matches no route (404).
 */
export type PathFault = 'bad escape' | 'not UTF-8';

/** Characters that need no second look: they are never decoded, escaped, or part of a dot segment or empty segment. */
const PLAIN = tableOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~!$&'()*+,:;=@[]");
/** Sent upstream without escaping (Kong's `uri.lua`). */
const UNESCAPED = tableOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!#$&'()*+,/:;=?@[]%");
/** Stay percent-encoded when normalising: decoding them would change what the path means (RFC 3986 §2.2). */
const RESERVED = tableOf("!*'();:@&=+$,/?#[]%");

/** A percent sign without two hex digits, or an escaped NUL. */
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})|%00/;

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;

/**
 * Splits and normalises an origin-form request target as Kong does: percent-decoding of everything that is not
 * reserved, removal of dot segments (RFC 3986 §5.2.4), one slash for several.
 */
export function parseRequestTarget(target: string): RequestPath | PathFault {
  const end = queryStart(target);
  const rawPath = end < 0 ? target : target.slice(0, end);
  const search = end < 0 ? '' : target.slice(end);
  if (isPlainPath(rawPath)) return { path: rawPath, rawPath, search, isPlain: true };
  if (BAD_ESCAPE.test(rawPath)) return 'bad escape';
  const path = normalizePath(rawPath);
  return path === null ? 'not UTF-8' : { path, rawPath, search, isPlain: false };
}

/** The normal form of a path, or `null` when it does not decode to UTF-8. */
export function normalizePath(rawPath: string): string | null {
  const decoded = decodeUnreserved(rawPath);
  return decoded === null ? null : mergeSlashes(removeDotSegments(decoded));
}

/** Escapes a normalised path for the request line of the upstream request. */
export function escapePath(path: string): string {
  for (let at = 0; at < path.length; at++) {
    if (!isIn(UNESCAPED, path.charCodeAt(at))) return escapeFrom(path, at);
  }
  return path;
}

function escapeFrom(path: string, start: number): string {
  let escaped = path.slice(0, start);
  for (const byte of Buffer.from(path.slice(start), 'utf8')) {
    escaped += isIn(UNESCAPED, byte) ? String.fromCharCode(byte) : `%${hexByte(byte)}`;
  }
  return escaped;
}

/** Kong searches from the second character: a target is never only a query. */
function queryStart(target: string): number {
  return target.indexOf('?', 1);
}

function isPlainPath(path: string): boolean {
  let previous = 0;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === SLASH) {
      if (previous === SLASH) return false;
    } else if (code === DOT) {
      if (previous === SLASH) return false;
    } else if (!isIn(PLAIN, code)) {
      return false;
    }
    previous = code;
  }
  return path.charCodeAt(0) === SLASH;
}

function decodeUnreserved(path: string): string | null {
  const bytes: number[] = [];
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    const decoded = code === PERCENT ? parseHexByte(path, at + 1) : -1;
    if (decoded < 0) {
      bytes.push(code & 0xff);
      continue;
    }
    if (isIn(RESERVED, decoded)) bytes.push(PERCENT, ...Buffer.from(hexByte(decoded), 'latin1'));
    else bytes.push(decoded);
    at += 2;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}

function removeDotSegments(path: string): string {
  if (!path.includes('/.') && !path.startsWith('.')) return path;
  const output: string[] = [];
  const segments = path.split('/');
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === '..') {
      if (output.length > 1) output.pop();
      if (isLast) output.push('');
    } else if (segment === '.') {
      if (isLast) output.push('');
    } else {
      output.push(segment);
    }
  });
  const joined = output.join('/');
  return joined.startsWith('/') ? joined : `/${joined}`;
}

function mergeSlashes(path: string): string {
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
}

function parseHexByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

function isIn(table: Uint8Array, code: number): boolean {
  return code < 256 && table[code] === 1;
}
