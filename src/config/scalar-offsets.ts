import type { Scalar } from 'yaml';

/**
 * For each UTF-16 unit of a scalar's value where it is written: an offset into `written`, which is the scalar as it
 * stands in the text, quotes and block header included. One more at the end is where the value ends. `null` when the
 * two cannot be brought together; then only the scalar as a whole has a place.
 */
export function scalarOffsets(
  written: string,
  type: Scalar.Type | null | undefined,
  value: string,
): readonly number[] | null {
  const wanted = value.replace(/\n+$/, '');
  for (const { text, offsets } of readings(written, type)) {
    if (text.replace(/\n+$/, '') !== wanted) continue;
    const end = (offsets.at(-1) ?? -1) + 1;
    while (offsets.length <= value.length) offsets.push(end);
    return offsets.slice(0, value.length + 1);
  }
  return null;
}

/** A value as far as it is read, and where each of its units comes from. */
class Reading {
  text = '';
  readonly offsets: number[] = [];

  /** Adds units that stand one after the other. */
  addText(text: string, at: number): void {
    this.text += text;
    for (let index = 0; index < text.length; index++) this.offsets.push(at + index);
  }

  /** Adds units that all stand for what begins at one place. */
  addFor(text: string, at: number): void {
    this.text += text;
    for (let left = text.length; left > 0; left--) this.offsets.push(at);
  }
}

/** A line of a text without its break. */
interface Line {
  readonly text: string;
  readonly at: number;
}

/** The ways in which a scalar can be read: one, except for a block that states its indentation. */
function* readings(written: string, type: Scalar.Type | null | undefined): Generator<Reading> {
  if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED') {
    const [, ...lines] = linesOf(written, 0);
    const first = lines.find(({ text }) => text.trim() !== '')?.text ?? '';
    // Without a stated indentation that of the first line counts; a stated one has one digit.
    const most = /^ */.exec(first)?.[0].length ?? 0;
    for (let indent = most; indent > 0; indent--) {
      const body = lines.map((line) => unindent(line, indent));
      yield type === 'BLOCK_LITERAL' ? readLiteral(body) : readFolded(body);
    }
    return;
  }
  const isQuoted = type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE';
  const inner = isQuoted ? written.slice(1, -1) : written;
  yield readFlow(linesOf(inner, isQuoted ? 1 : 0), type);
}

function linesOf(text: string, start: number): Line[] {
  const lines: Line[] = [];
  let at = start;
  for (const line of text.split('\n')) {
    lines.push({ text: line.endsWith('\r') ? line.slice(0, -1) : line, at });
    at += line.length + 1;
  }
  return lines;
}

function unindent({ text, at }: Line, indent: number): Line {
  const skipped = Math.min(indent, /^ */.exec(text)?.[0].length ?? 0);
  return { text: text.slice(skipped), at: at + skipped };
}

function readLiteral(lines: readonly Line[]): Reading {
  const reading = new Reading();
  for (const [index, { text, at }] of lines.entries()) {
    reading.addText(text, at);
    if (index < lines.length - 1) reading.addFor('\n', at + text.length);
  }
  return reading;
}

/** Folding of a block (YAML 1.2.2 §8.1.3): lines join with a space unless one of them is indented more. */
function readFolded(lines: readonly Line[]): Reading {
  const reading = new Reading();
  let before: Line | null = null;
  let blank = 0;
  for (const line of lines) {
    if (line.text === '') {
      blank++;
      continue;
    }
    if (before === null) reading.addFor('\n'.repeat(blank), line.at);
    else reading.addFor(foldedBreak(before, line, blank), before.at + before.text.length);
    reading.addText(line.text, line.at);
    before = line;
    blank = 0;
  }
  return reading;
}

function foldedBreak(before: Line, after: Line, blank: number): string {
  if (/^[ \t]/.test(before.text) || /^[ \t]/.test(after.text)) return '\n'.repeat(blank + 1);
  return blank === 0 ? ' ' : '\n'.repeat(blank);
}

/** Folding of plain and quoted scalars (§7.3): the break and the white space around it are a space. */
function readFlow(lines: readonly Line[], type: Scalar.Type | null | undefined): Reading {
  const reading = new Reading();
  const last = lines.length - 1;
  let blank = 0;
  let isJoined = true;
  for (const [index, line] of lines.entries()) {
    const hasEscapedEnd = type === 'QUOTE_DOUBLE' && index < last && endsEscaped(line.text);
    const trimmed = trimLine(line, index > 0, index < last && !hasEscapedEnd);
    if (trimmed.text === '' && index > 0 && index < last) {
      blank++;
      continue;
    }
    if (blank > 0) reading.addFor('\n'.repeat(blank), line.at - 1);
    else if (!isJoined) reading.addFor(' ', line.at - 1);
    addContent(reading, hasEscapedEnd ? { ...trimmed, text: trimmed.text.slice(0, -1) } : trimmed, type);
    isJoined = hasEscapedEnd;
    blank = 0;
  }
  return reading;
}

/** Whether a line ends with a backslash that is not escaped itself. */
function endsEscaped(text: string): boolean {
  let count = 0;
  while (text.charAt(text.length - 1 - count) === '\\') count++;
  return count % 2 === 1;
}

function trimLine({ text, at }: Line, isStart: boolean, isEnd: boolean): Line {
  const start = isStart ? text.length - text.trimStart().length : 0;
  return { text: isEnd ? text.slice(start).trimEnd() : text.slice(start), at: at + start };
}

const escapes: Readonly<Record<string, string>> = {
  ...{ '0': '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b' },
  ...{ N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029' },
};

function addContent(reading: Reading, { text, at }: Line, type: Scalar.Type | null | undefined): void {
  if (type === 'QUOTE_SINGLE') {
    for (const { 0: found, index } of text.matchAll(/''|[^']+|'/g)) {
      reading.addText(found === "''" ? "'" : found, at + index);
    }
  } else if (type === 'QUOTE_DOUBLE') {
    for (const { 0: found, index } of text.matchAll(escapeOrText)) {
      if (found.startsWith('\\')) reading.addFor(unescape(found), at + index);
      else reading.addText(found, at + index);
    }
  } else {
    reading.addText(text, at);
  }
}

const escapeOrText = /\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^])|[^\\]+|\\/g;

function unescape(found: string): string {
  const code = found.length > 2 ? Number.parseInt(found.slice(2), 16) : -1;
  if (code >= 0) return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  return escapes[found.charAt(1)] ?? found.charAt(1);
}
