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
  for (const units of readings(written, type)) {
    if (
      units
        .map(({ text }) => text)
        .join('')
        .replace(/\n+$/, '') !== value.replace(/\n+$/, '')
    )
      continue;
    const offsets = units.map(({ at }) => at);
    const end = (offsets.at(-1) ?? -1) + 1;
    while (offsets.length <= value.length) offsets.push(end);
    return offsets.slice(0, value.length + 1);
  }
  return null;
}

/** One UTF-16 unit of a value, and where it comes from. */
interface Unit {
  readonly text: string;
  readonly at: number;
}

/** A line of a text without its break. */
interface Line {
  readonly text: string;
  readonly at: number;
}

/** The ways in which a scalar can be read: one, except for a block that states its indentation. */
function* readings(written: string, type: Scalar.Type | null | undefined): Generator<readonly Unit[]> {
  if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED') {
    const [, ...lines] = linesOf(written, 0);
    const first = lines.find(({ text }) => text.trim() !== '')?.text ?? '';
    // Without a stated indentation that of the first line counts; a stated one is at most that.
    for (let indent = /^ */.exec(first)?.[0].length ?? 0; indent > 0; indent--) {
      const body = lines.map((line) => unindent(line, indent));
      yield type === 'BLOCK_LITERAL' ? literalUnits(body) : foldedUnits(body);
    }
    return;
  }
  const isQuoted = type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE';
  const inner = isQuoted ? written.slice(1, -1) : written;
  yield flowUnits(linesOf(inner, isQuoted ? 1 : 0), type === 'QUOTE_DOUBLE', type === 'QUOTE_SINGLE');
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

function unitsOf({ text, at }: Line): Unit[] {
  return text.split('').map((unit, index) => ({ text: unit, at: at + index }));
}

function literalUnits(lines: readonly Line[]): readonly Unit[] {
  return lines.flatMap((line, index) => {
    const end = { text: '\n', at: line.at + line.text.length };
    return index === lines.length - 1 ? unitsOf(line) : [...unitsOf(line), end];
  });
}

/** Folding of a block (YAML 1.2.2 §8.1.3): lines join with a space unless one of them is indented more. */
function foldedUnits(lines: readonly Line[]): readonly Unit[] {
  const units: Unit[] = [];
  let before: Line | null = null;
  let blank = 0;
  for (const line of lines) {
    if (line.text === '') {
      blank++;
      continue;
    }
    const at = before === null ? line.at : before.at + before.text.length;
    const isKept = before === null || /^[ \t]/.test(line.text) || /^[ \t]/.test(before.text);
    units.push(...joint(at, isKept ? blank + (before === null ? 0 : 1) : blank, isKept));
    units.push(...unitsOf(line));
    before = line;
    blank = 0;
  }
  return units;
}

/** Folding of plain and quoted scalars (§7.3): the break and the white space around it are a space. */
function flowUnits(lines: readonly Line[], hasEscapes: boolean, hasDoubledQuotes: boolean): readonly Unit[] {
  const units: Unit[] = [];
  let blank = 0;
  let isJoined = true;
  for (const [index, line] of lines.entries()) {
    const isEscapedEnd = hasEscapes && /(?:^|[^\\])(?:\\\\)*\\$/.test(line.text);
    const trimmed = trimLine(line, index > 0, index < lines.length - 1 && !isEscapedEnd);
    if (trimmed.text === '' && index > 0 && index < lines.length - 1) {
      blank++;
      continue;
    }
    if (index > 0 && (!isJoined || blank > 0)) units.push(...joint(line.at - 1, blank, false));
    const content =
      isEscapedEnd && index < lines.length - 1 ? { ...trimmed, text: trimmed.text.slice(0, -1) } : trimmed;
    units.push(...(hasEscapes ? escapedUnits(content) : hasDoubledQuotes ? doubledUnits(content) : unitsOf(content)));
    isJoined = isEscapedEnd;
    blank = 0;
  }
  return units;
}

function joint(at: number, breaks: number, isKept: boolean): readonly Unit[] {
  if (breaks === 0) return isKept ? [] : [{ text: ' ', at }];
  return Array.from({ length: breaks }, () => ({ text: '\n', at }));
}

function trimLine({ text, at }: Line, isStart: boolean, isEnd: boolean): Line {
  const start = isStart ? text.length - text.trimStart().length : 0;
  return { text: isEnd ? text.slice(start).trimEnd() : text.slice(start), at: at + start };
}

/** `''` is one quote. */
function doubledUnits({ text, at }: Line): readonly Unit[] {
  return [...text.matchAll(/''|[^]/g)].map(({ 0: found, index }) => ({ text: found.charAt(0), at: at + index }));
}

const escapes: Readonly<Record<string, string>> = {
  ...{ '0': '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b' },
  ...{ N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029' },
};

function escapedUnits({ text, at }: Line): readonly Unit[] {
  const parts = text.matchAll(/\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^])|[^]/g);
  return [...parts].flatMap(({ 0: found, index }) =>
    unescape(found)
      .split('')
      .map((unit) => ({ text: unit, at: at + index })),
  );
}

function unescape(found: string): string {
  if (found.length === 1) return found;
  const code = found.length > 2 ? Number.parseInt(found.slice(2), 16) : -1;
  if (code >= 0) return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  return escapes[found.charAt(1)] ?? found.charAt(1);
}
