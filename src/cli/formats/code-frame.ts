import type { ChalkInstance } from 'chalk';
import type { Range } from '../../config/diagnostic.ts';
import type { OffsetRange, Source } from '../../config/source.ts';
import { visible } from './visible-text.ts';

const CONTEXT_LINES = 2;
const MAX_WIDTH = 100;
const MASK = '•••';
/** Characters looked at on each side of a finding: a line may have millions, and very many findings. */
const MARGIN = 500;

/** A line as it is shown, with the columns of the caret. */
interface ShownLine {
  readonly text: string;
  /** From 0; `null` when the finding is not on this line. */
  readonly caret: { readonly start: number; readonly width: number } | null;
}

/**
 * The lines around a finding, two on each side, with carets below what it is about. Secrets are masked, invisible
 * characters are spelled out, and long lines are cut around the carets.
 */
export function codeFrame(source: Source, range: Range, paint: ChalkInstance): readonly string[] {
  const lines = linesAround(source.text, range.start.offset, range.start.line);
  const gutter = String(lines.at(-1)?.number ?? 1).length;
  return lines.flatMap(({ number, start, end }) => {
    const isTarget = number === range.start.line;
    const from = isTarget ? Math.max(start, range.start.offset - MARGIN) : start;
    const line = showLine(source, from, Math.min(end, from + 2 * MARGIN), isTarget ? range : null);
    const mark = isTarget ? paint.red('>') : ' ';
    const code = `${mark} ${paint.dim(`${String(number).padStart(gutter)} |`)} ${line.text}`.trimEnd();
    if (line.caret === null) return [code];
    const carets = paint.red('^'.repeat(line.caret.width));
    return [code, `  ${' '.repeat(gutter)} ${paint.dim('|')} ${' '.repeat(line.caret.start)}${carets}`];
  });
}

interface LineSpan {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

function linesAround(text: string, offset: number, line: number): readonly LineSpan[] {
  let start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  let number = line;
  for (let before = 0; before < CONTEXT_LINES && start > 0; before++) {
    start = start < 2 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
    number--;
  }
  const spans: LineSpan[] = [];
  while (number <= line + CONTEXT_LINES && start <= text.length) {
    const next = text.indexOf('\n', start);
    const end = next === -1 ? text.length : next;
    if (!(next === -1 && end === start && number !== line)) spans.push({ number, start, end });
    if (next === -1) break;
    start = next + 1;
    number++;
  }
  return spans;
}

/** Builds the shown text piece by piece, noting where the caret falls. */
function showLine(source: Source, start: number, end: number, range: Range | null): ShownLine {
  const stop = end > start && source.text[end - 1] === '\r' ? end - 1 : end;
  const caretStart = range === null ? -1 : Math.min(Math.max(range.start.offset, start), stop);
  const caretEnd =
    range === null ? -1 : Math.min(Math.max(range.end.offset, caretStart + 1), Math.max(stop, caretStart + 1));
  const secrets = secretsWithin(source.secrets ?? [], start, stop);
  let text = '';
  let from = 0;
  let to = 0;
  let offset = start;
  for (;;) {
    if (offset === caretStart) from = text.length;
    if (offset === caretEnd) to = text.length;
    if (offset >= stop) break;
    const secret = secrets.find((candidate) => candidate.start <= offset && offset < candidate.end);
    if (secret === undefined) {
      text += visible(source.text.charAt(offset));
      offset++;
      continue;
    }
    const secretEnd = Math.min(secret.end, stop);
    if (caretStart > offset && caretStart < secretEnd) from = text.length;
    text += MASK;
    if (caretEnd > offset && caretEnd <= secretEnd) to = text.length;
    offset = secretEnd;
  }
  if (range === null) return cut(text, null);
  return cut(text, { start: from, width: Math.max(1, to - from) });
}

/** The ranges that touch a stretch; they are in order and do not overlap. */
function secretsWithin(secrets: readonly OffsetRange[], start: number, stop: number): readonly OffsetRange[] {
  let low = 0;
  let high = secrets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((secrets[middle]?.end ?? 0) > start) high = middle;
    else low = middle + 1;
  }
  let last = low;
  while ((secrets[last]?.start ?? stop) < stop) last++;
  return secrets.slice(low, last);
}

/** Cuts a long line around its caret, or at its end. */
function cut(text: string, caret: ShownLine['caret']): ShownLine {
  if (text.length <= MAX_WIDTH) return { text, caret };
  const first = caret === null ? 0 : Math.max(0, Math.min(caret.start - 30, text.length - MAX_WIDTH));
  const isCutAfter = first + MAX_WIDTH < text.length;
  const shown = `${first > 0 ? '…' : ''}${text.slice(first, first + MAX_WIDTH)}${isCutAfter ? '…' : ''}`;
  if (caret === null) return { text: shown, caret };
  const start = caret.start - first + (first > 0 ? 1 : 0);
  return { text: shown, caret: { start, width: Math.max(1, Math.min(caret.width, shown.length - start)) } };
}
