/** What a path must begin with. */
export interface PathCondition {
  /** The prefix, or the text that everything a regular expression matches begins with. */
  readonly head: string;
  /** The source of a regular expression that says more than `head`; `null` when `head` is all it says. */
  readonly pattern: string | null;
}

/**
 * What a regular expression of a path surely begins with. One that is a plain text, perhaps with `.*` behind it, is as
 * good as a prefix: regular expressions of routes need not reach the end of the path.
 */
export function headOfRegex(source: string): PathCondition {
  let head = '';
  let at = source.startsWith('^') ? 1 : 0;
  while (at < source.length) {
    const character = source[at] ?? '';
    const isEscaped = character === '\\' && /[^\w\s]/.test(source[at + 1] ?? '');
    const literal = isEscaped ? (source[at + 1] ?? '') : character;
    if (!isEscaped && /[\\^$.|?*+()[\]{}]/.test(character)) break;
    const next = at + (isEscaped ? 2 : 1);
    if (/[?*{]/.test(source[next] ?? '')) break;
    head += literal;
    at = next;
    // The one before a "+" is there at least once.
    if (source[at] === '+') break;
  }
  const rest = source.slice(at);
  if (rest === '' || /^(?:\.\*|\(\.\*\))\$?$/.test(rest)) return { head, pattern: null };
  return { head: hasAlternatives(source) ? '' : head, pattern: source };
}

/** A `|` outside of groups and classes makes what stands before it optional. */
function hasAlternatives(source: string): boolean {
  return source
    .replace(/\\./g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\([^()]*\)/g, '')
    .includes('|');
}
