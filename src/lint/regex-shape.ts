/**
 * A part of a regular expression that can take exponential or high polynomial time in an engine that backtracks, such
 * as PCRE: a group repeated without limit whose content is itself repeated without limit, as in `(a+)+`, `(\w*-?)*`;
 * or two neighbouring repetitions of the same thing, as in `.*.*`. `null` when there is none of this kind.
 */
export function backtrackingPart(source: string): string | null {
  return nestedRepetition(source) ?? /((?:\\.|\[[^\]]*\]|\.)[*+])\1/.exec(source)?.[0] ?? null;
}

interface OpenGroup {
  readonly start: number;
  /** It holds an unlimited repetition, at the end of an alternative or with nothing firm beside it. */
  isLoose: boolean;
  /** Something that must be there, besides what is repeated, keeps repetitions apart. */
  isFirm: boolean;
  /** `.*` takes what should keep repetitions apart for its own. */
  isWild: boolean;
}

const unlimited = /^(?:[*+]|\{\d+,\})/;

/** Walks once through the text with a stack of groups. */
function nestedRepetition(source: string): string | null {
  const stack: OpenGroup[] = [{ start: 0, isLoose: false, isFirm: false, isWild: false }];
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at, at + 200);
    if (rest.startsWith('(')) {
      stack.push({ start: at, isLoose: false, isFirm: false, isWild: false });
      at += /^\((?:\?(?:P?<\w+>|[imsx-]*:|[=!]))?/.exec(rest)?.[0].length ?? 1;
      continue;
    }
    const group = rest.startsWith(')') && stack.length > 1 ? (stack.pop() ?? null) : null;
    const length = group === null ? (/^(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.)/s.exec(rest)?.[0].length ?? 1) : 1;
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?/.exec(source.slice(at + length, at + length + 24))?.[0] ?? '';
    const isUnlimited = unlimited.test(quantifier);
    const isLoose = group !== null && group.isLoose && (group.isWild || !group.isFirm);
    if (isLoose && isUnlimited) return source.slice(group.start, at + length + quantifier.length);
    const outer = stack.at(-1);
    if (outer !== undefined) {
      if (isUnlimited && rest.startsWith('.')) outer.isWild = true;
      if (isUnlimited || isLoose) outer.isLoose = true;
      else if (
        !/^[?*]|^\{0,/.test(quantifier) &&
        !rest.startsWith('|') &&
        !rest.startsWith('^') &&
        !rest.startsWith('$')
      )
        outer.isFirm = true;
    }
    at += length + quantifier.length;
  }
  return null;
}
