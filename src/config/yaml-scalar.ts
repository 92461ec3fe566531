/** The value of a plain (unquoted) scalar, and why a reader may be surprised by it. */
export interface PlainScalar {
  readonly value: string | number | boolean | null;
  /** What the value becomes although it does not look like it; `null` when there is no surprise. */
  readonly surprise: string | null;
}

const words: ReadonlyMap<string, boolean | null> = new Map([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

/** Booleans of YAML 1.1 only. `y` and `n` are not among them: neither of Kong's readers agrees with the other there. */
const oldWords: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);

const decimal = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const octal = /^[-+]?0[0-7_]+$/;
const hexadecimal = /^[-+]?0x[0-9a-fA-F_]+$/;
const binary = /^[-+]?0b[01_]+$/;
const base60 = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/;
const infinity = /^[-+]?\.(?:inf|Inf|INF)$/;
const notANumber = /^\.(?:nan|NaN|NAN)$/;

/** Reads a plain scalar as Kong's reader does, which is YAML 1.1. Dates stay text. */
export function readPlainScalar(source: string): PlainScalar {
  const word = words.get(source);
  if (word !== undefined) return { value: word, surprise: null };
  const oldWord = oldWords.get(source);
  if (oldWord !== undefined) return { value: oldWord, surprise: `the boolean ${oldWord}` };
  if (!/^[-+.0-9]/.test(source)) return { value: source, surprise: null };
  return readNumber(source) ?? { value: source, surprise: null };
}

function readNumber(source: string): PlainScalar | null {
  const digits = source.replaceAll('_', '');
  if (decimal.test(source)) return { value: Number(digits), surprise: null };
  if (octal.test(source)) return surprising(signed(digits, 1, 8));
  if (hexadecimal.test(source)) return { value: signed(digits, 2, 16), surprise: null };
  if (binary.test(source)) return { value: signed(digits, 2, 2), surprise: null };
  if (base60.test(source)) return surprising(readBase60(digits));
  if (float.test(source)) return { value: Number(digits), surprise: null };
  if (infinity.test(source)) return { value: source.startsWith('-') ? -Infinity : Infinity, surprise: null };
  return notANumber.test(source) ? { value: NaN, surprise: null } : null;
}

function surprising(value: number): PlainScalar {
  return { value, surprise: `the number ${value}` };
}

/** Reads digits after a sign and a prefix of `skip` characters. */
function signed(text: string, skip: number, radix: number): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const unsigned = /^[-+]/.test(text) ? text.slice(1) : text;
  return sign * parseInt(unsigned.slice(skip), radix);
}

function readBase60(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const parts = text.replace(/^[-+]/, '').split(':');
  return sign * parts.reduce((total, part) => total * 60 + Number(part), 0);
}
