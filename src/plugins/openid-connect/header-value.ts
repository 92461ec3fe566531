import type { JsonValue } from '../../lib/json.ts';
import { claimText } from './claims.ts';

/** Longest value, in bytes, of a header that is made of a claim or document. */
const LONGEST_VALUE = 8 * 1024;

/**
 * A claim as a header value: scalars as text, the rest as Base64 of its JSON; null when it cannot be one. Bytes of UTF-8
 * are one character each, as headers travel.
 */
export function headerValue(value: JsonValue): string | null {
  const text = claimText(value) ?? Buffer.from(JSON.stringify(value), 'utf8').toString('base64');
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return bytes.length <= LONGEST_VALUE && isHeaderText(bytes) ? bytes : null;
}

/** Whether a text can stand in a header: no line break, NUL or other control character but the tab (RFC 9110 §5.5). */
export function isHeaderText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return false;
  }
  return true;
}
