import { Scalar } from 'yaml';

/** Thrown, once per text, where something is met that only a whole YAML parser can judge. */
export const notSimple = new Error('this is YAML for a whole parser');

/** Leaves the text to the whole parser. */
export function giveUp(): never {
  throw notSimple;
}

/** A scalar with its place in the text; `end` is exclusive. */
export function scalarAt(value: string, type: Scalar.Type, start: number, end: number): Scalar {
  const scalar = new Scalar(value);
  scalar.type = type;
  scalar.source = value;
  scalar.range = [start, end, end];
  return scalar;
}

/** Where the closing quote of the text that begins at `start` stands; the text must end before `limit`. */
export function closingQuote(text: string, start: number, limit: number): number {
  const quote = text.charCodeAt(start);
  for (let at = start + 1; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH && quote === DOUBLE_QUOTE) at++;
    else if (code === quote) {
      if (quote !== SINGLE_QUOTE || text.charCodeAt(at + 1) !== SINGLE_QUOTE) return at;
      at++;
    }
  }
  return giveUp();
}

/** Longer ones are refused by the whole parser, with its message. */
const MAX_QUOTED = 1024 * 1024;

/** The quoted scalar from `start` to its closing quote at `close`. */
export function quotedAt(text: string, start: number, close: number): Scalar {
  if (close - start > MAX_QUOTED) giveUp();
  const inner = text.slice(start + 1, close);
  if (text.charCodeAt(start) === SINGLE_QUOTE) {
    const value = inner.includes("'") ? inner.replaceAll("''", "'") : inner;
    return scalarAt(value, Scalar.QUOTE_SINGLE, start, close + 1);
  }
  const value = inner.includes('\\') ? unescape(inner) : inner;
  return scalarAt(value, Scalar.QUOTE_DOUBLE, start, close + 1);
}

/** Escapes that YAML and JSON share. */
function unescape(inner: string): string {
  if (!/^(?:[^\\"\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*$/.test(inner)) return giveUp();
  return JSON.parse(`"${inner}"`) as string;
}

/** Characters that a plain scalar may begin with here; YAML allows some more of them in some places. */
export function mayBeginPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === DASH) return text.charCodeAt(at + 1) > SPACE && !FLOW_MARKS.includes(text.charAt(at + 1));
  return code > SPACE && !INDICATORS.includes(text.charAt(at));
}

const FLOW_MARKS = ',[]{}';
const INDICATORS = '?:,[]{}#&*!|>\'"%@`';

export const SPACE = 0x20;
export const DOUBLE_QUOTE = 0x22;
export const HASH = 0x23;
export const SINGLE_QUOTE = 0x27;
export const COMMA = 0x2c;
export const DASH = 0x2d;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
