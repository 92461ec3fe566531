import { isHopByHop } from '../../lib/hop-by-hop.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { claimText, findClaim } from './claims.ts';
import type { ClaimHeader } from './config.ts';

/** Longest header value, in bytes, that is passed on. */
const LONGEST_VALUE = 8 * 1024;

/** Where the access token goes: header name, and whether `Bearer ` is put before it. */
export interface TokenHeader {
  readonly name: string;
  readonly isBearer: boolean;
}

/** What one side, upstream or caller, is told about a token. */
export interface TokenHeaderSettings {
  readonly token: TokenHeader | null;
  readonly claims: readonly ClaimHeader[];
}

/** Besides the hop-by-hop headers: those that say where a message ends or how it is sent. A claim must not. */
const framingHeaders: ReadonlySet<string> = new Set(['content-length', 'expect']);

/** Whether a configured name can be used for a header that carries a claim or token (RFC 9110 §5.1). */
export function isUsableHeaderName(name: string): boolean {
  const sent = headerName(name);
  return /^[\w!#$%&'*+.^`|~-]+$/.test(sent) && !isHopByHop(sent) && !framingHeaders.has(sent.toLowerCase());
}

/** Reads `name[:bearer]`; null means that the token is not passed on. */
export function parseTokenHeader(text: string | null): TokenHeader | null {
  const [name = '', scheme = ''] = (text ?? '').split(':', 2);
  if (!isUsableHeaderName(name)) return null;
  return { name: headerName(name), isBearer: scheme.toLowerCase() === 'bearer' };
}

/**
 * Joins the new and the old way to write claim headers. In a name `_` is sent as `-`, as Kong does; names that
 * cannot be used are left out.
 */
export function claimHeaders(
  modern: readonly ClaimHeader[] | null | undefined,
  claims: readonly string[] | null | undefined,
  names: readonly string[] | null | undefined,
): readonly ClaimHeader[] {
  const old = (claims ?? []).map((claim, at) => ({ header: names?.[at] ?? '', path: [claim] }));
  const all = modern !== null && modern !== undefined && modern.length > 0 ? modern : old;
  return all
    .filter(({ header }) => isUsableHeaderName(header))
    .map(({ header, path }) => ({ header: headerName(header), path }));
}

/**
 * The headers of a token as a flat list: name, value, name, value … A claim that is missing, too long or not fit for a
 * header is left out; `dropped` gets the names of the last two kinds.
 */
export function renderTokenHeaders(
  settings: TokenHeaderSettings,
  accessToken: string,
  sources: readonly JsonObject[],
  dropped: string[],
): string[] {
  const headers: string[] = [];
  for (const { header, path } of settings.claims) {
    const value = findClaim(sources, path);
    if (value === undefined || value === null) continue;
    const text = headerValue(value);
    if (text === null) dropped.push(header);
    else headers.push(header, text);
  }
  if (settings.token !== null) {
    headers.push(settings.token.name, settings.token.isBearer ? `Bearer ${accessToken}` : accessToken);
  }
  return headers;
}

/** A claim as a header value: scalars as text, the rest as Base64 of its JSON; null when it cannot be one. */
export function headerValue(value: JsonValue): string | null {
  const text = claimText(value) ?? Buffer.from(JSON.stringify(value), 'utf8').toString('base64');
  // Header bytes travel as one character each; this sends UTF-8.
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  if (bytes.length > LONGEST_VALUE) return null;
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return null;
  }
  return bytes;
}

function headerName(name: string): string {
  return name.trim().replaceAll('_', '-');
}
