import type { JsonValue } from '../../lib/json.ts';
import { readPlainScalar } from '../yaml-scalar.ts';

/** A value without parts. */
export type ScalarValue = string | number | boolean | null;

/** Whether a value has no parts. */
export function isScalarValue(value: JsonValue | object): value is ScalarValue {
  return typeof value !== 'object' || (value as unknown) === null;
}

/** A scalar on one line, in quotes only where YAML would read something else without them. */
export function scalarText(value: ScalarValue, context: 'block' | 'flow' | 'json'): string {
  if (typeof value !== 'string') return value === null ? 'null' : JSON.stringify(value);
  return context !== 'json' && isPlain(value, context === 'flow') ? value : quoted(value);
}

/** A scalar in place of one that is `written` already: in the same quotes, when it is a text, too. */
export function scalarLike(written: string, value: ScalarValue, context: 'block' | 'flow' | 'json'): string {
  if (typeof value !== 'string') return scalarText(value, context);
  if (written.startsWith('"')) return quoted(value);
  const isSingle = written.startsWith("'") && !hasSpecial(value);
  return isSingle ? `'${value.replaceAll("'", "''")}'` : scalarText(value, context);
}

/** A text of several lines as a block (`|`), each line at `column`; `null` when it cannot be one. */
export function blockText(value: string, column: number, newline: string): { header: string; lines: string } | null {
  const body = value.replace(/\n+$/, '');
  if (!body.includes('\n') || /^[ \n]/.test(body) || /[^\n\x20-\x7e\xa0-\ud7ff]/.test(body)) return null;
  const ends = value.length - body.length;
  if (ends > 1) return null;
  const lines = body.split('\n').map((line) => (line === '' ? '' : ' '.repeat(column) + line));
  if (body.split('\n').some((line) => line.endsWith(' '))) return null;
  return { header: ends === 1 ? '|' : '|-', lines: lines.join(newline) };
}

/** Whether a text means itself without quotes, to readers of YAML 1.1 and 1.2. */
function isPlain(value: string, isInFlow: boolean): boolean {
  if (!/^[A-Za-z0-9_/.~(^$\\+-]/.test(value) || hasSpecial(value)) return false;
  if (/^-(?:\s|$)|: |:$| #|\s$|^(?:\.\.\.|---)/.test(value)) return false;
  if (isInFlow && /[,[\]{}:]/.test(value)) return false;
  const { value: read, surprise } = readPlainScalar(value);
  // Short words and what looks like a number, a time or a date is left to no reader's judgement.
  if (read !== value || surprise !== null || /^(?:y|n|yes|no|on|off|true|false|null|~)$/i.test(value)) return false;
  return !/^[-+.]?[\d_.,:eE+\-TZ ]*$/.test(value);
}

/** Characters that only double quotes can say. */
function hasSpecial(value: string): boolean {
  return /[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(value);
}

function quoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
