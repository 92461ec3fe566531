import type { OffsetRange } from '../source.ts';

/** A stretch of a text and what to put in its place. */
export interface TextEdit extends OffsetRange {
  readonly text: string;
}

/**
 * The text with all edits made; what lies between them stays as it is, to the byte. Equal edits count once: a value
 * behind several aliases is changed once, at its anchor.
 * @throws {RangeError} when two edits want the same characters for themselves
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let position = 0;
  let last: TextEdit | null = null;
  for (const edit of sorted) {
    if (last !== null && isSame(edit, last)) continue;
    if (edit.start < position) throw new RangeError(`two edits of one text overlap at offset ${edit.start}`);
    parts.push(text.slice(position, edit.start), edit.text);
    position = edit.end;
    last = edit;
  }
  parts.push(text.slice(position));
  return parts.join('');
}

/** Whether two edits do the same. */
export function isSame(a: TextEdit, b: TextEdit): boolean {
  return a.start === b.start && a.end === b.end && a.text === b.text;
}
