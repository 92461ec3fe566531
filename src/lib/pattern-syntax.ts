/** A piece of a plain regular expression. */
export type PatternNode = Characters | Group | { readonly kind: 'end' };

/** One character of a set, `min` to `max` times. */
export interface Characters {
  readonly kind: 'characters';
  /** Bits 0 to 127 for the characters of ASCII, bit 128 for all others. */
  readonly set: bigint;
  /** The same for JavaScript, in a regular expression with the flag `u`. */
  readonly source: string;
  /** The character, if it can be one only. */
  readonly literal: string | null;
  readonly min: number;
  readonly max: number;
  readonly isLazy: boolean;
}

/** Alternatives, once or not at all. */
export interface Group {
  readonly kind: 'group';
  readonly branches: readonly (readonly PatternNode[])[];
  readonly isCapturing: boolean;
  readonly isOptional: boolean;
  readonly isLazy: boolean;
}

/** A pattern that was read. */
export interface ParsedPattern {
  readonly nodes: readonly PatternNode[];
  /** Name of each capturing group, in order; `null` for one without. */
  readonly groups: readonly (string | null)[];
}

/** Longer ones, and more repetitions, are left to RE2. */
const MAX_LENGTH = 300;
const MAX_COUNT = 32;
const OTHERS = 1n << 128n;
const ALL = (1n << 129n) - 1n;

/**
 * Reads a pattern of the common dialect of RE2, Rust and JavaScript: characters, classes, `.`, `\d`, `\w`, groups with
 * and without a name, alternatives inside of groups, repetitions of single characters, `(…)?`, `$` at the end.
 *
 * @returns `null` for anything else, whether it is a regular expression or not
 */
export function parsePattern(source: string): ParsedPattern | null {
  if (source.length > MAX_LENGTH) return null;
  const parser = new PatternParser(source.startsWith('^') ? source.slice(1) : source);
  try {
    return { nodes: parser.parse(), groups: parser.groups };
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

class NotPlain extends Error {}

class PatternParser {
  readonly groups: (string | null)[] = [];
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): readonly PatternNode[] {
    const nodes = this.#sequence(true);
    if (this.#at < this.#source.length) throw new NotPlain();
    return nodes;
  }

  #sequence(isOutermost: boolean): readonly PatternNode[] {
    const nodes: PatternNode[] = [];
    for (let next = this.#peek(); next !== '' && next !== '|' && next !== ')'; next = this.#peek()) {
      if (next === '$' && isOutermost && this.#at === this.#source.length - 1) {
        this.#at++;
        nodes.push({ kind: 'end' });
      } else {
        nodes.push(next === '(' ? this.#group() : this.#characters());
      }
    }
    return nodes;
  }

  #group(): Group {
    const [opening, name] = this.#match(/^\((?:\?:|\?P?<([A-Za-z_]\w*)>|(?!\?))/) ?? [];
    if (opening === undefined || (name !== undefined && this.groups.includes(name))) throw new NotPlain();
    const isCapturing = !opening.startsWith('(?:');
    if (isCapturing) this.groups.push(name ?? null);
    const branches = [this.#sequence(false)];
    while (this.#take('|')) branches.push(this.#sequence(false));
    if (!this.#take(')')) throw new NotPlain();
    const isOptional = this.#take('?');
    const isLazy = isOptional && this.#take('?');
    if (/[*+?{]/.test(this.#peek())) throw new NotPlain();
    return { kind: 'group', branches, isCapturing, isOptional, isLazy };
  }

  #characters(): Characters {
    const one = this.#peek() === '[' ? this.#class() : this.#single(false);
    const [min, max] = this.#count();
    const isLazy = min !== max && this.#take('?');
    if (/[*+?{]/.test(this.#peek())) throw new NotPlain();
    return { kind: 'characters', ...one, min, max, isLazy };
  }

  #count(): readonly [number, number] {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (this.#peek() !== '{') return [1, 1];
    const [, from, comma, to] = this.#match(/^\{(\d{1,2})(,?)(\d{0,2})\}/) ?? [];
    if (from === undefined || (comma === '' && to !== '')) throw new NotPlain();
    const min = Number(from);
    const max = comma === '' ? min : to === '' ? Number.POSITIVE_INFINITY : Number(to);
    if (max === 0 || min > max || min > MAX_COUNT || (max !== Number.POSITIVE_INFINITY && max > MAX_COUNT)) {
      throw new NotPlain();
    }
    return [min, max];
  }

  #class(): CharacterSet {
    const isNegated = this.#match(/^\[\^/) !== null;
    if (!isNegated) this.#at++;
    let [set, source] = [0n, ''];
    while (this.#peek() !== ']') {
      const from = this.#hyphen(source === '') ?? this.#single(true);
      const isRange = this.#match(/^-(?!\])/) !== null;
      const to = isRange ? this.#single(true) : from;
      const [low, high] = [codeOf(from), codeOf(to)];
      if (isRange && (low < 0 || high < low || high > 127)) throw new NotPlain();
      if (isRange) for (let code = low; code <= high; code++) set |= 1n << BigInt(code);
      else set |= from.set;
      source += isRange ? `${from.source}-${to.source}` : from.source;
    }
    this.#at++;
    if (source === '') throw new NotPlain();
    const isOther = (set & OTHERS) !== 0n;
    // The complement of some of the others has some of the others.
    return isNegated
      ? { set: (ALL & ~set) | OTHERS, source: `[^${source}]`, literal: null }
      : { set: isOther ? set | OTHERS : set, source: `[${source}]`, literal: null };
  }

  /** A hyphen at either end of a class stands for itself. */
  #hyphen(isFirst: boolean): CharacterSet | null {
    return this.#match(isFirst ? /^-/ : /^-(?=\])/) === null ? null : literalCharacter('-');
  }

  #single(isInClass: boolean): CharacterSet {
    const [escaped] = this.#match(/^\\./) ?? [];
    if (escaped !== undefined) return escapedCharacter(escaped);
    const [plain] = this.#match(/^[^\\]/u) ?? [];
    if (plain === undefined || plain < ' ' || plain === '\x7f') throw new NotPlain();
    if (isInClass) {
      // Set operations of Rust, classes of POSIX, and a hyphen that is not escaped.
      if (/[[\]&~^-]/.test(plain)) throw new NotPlain();
      return literalCharacter(plain);
    }
    if (plain === '.') return { set: ALL & ~(1n << 10n), source: '[^\\n]', literal: null };
    if (/[$^*+?{}()|[\]]/.test(plain)) throw new NotPlain();
    return literalCharacter(plain);
  }

  #peek(): string {
    return this.#source.charAt(this.#at);
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    const found = pattern.exec(this.#source.slice(this.#at));
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}

type CharacterSet = Pick<Characters, 'set' | 'source' | 'literal'>;

function codeOf({ literal }: CharacterSet): number {
  return literal === null ? -1 : (literal.codePointAt(0) ?? -1);
}

function literalCharacter(character: string): CharacterSet {
  const code = character.codePointAt(0) ?? 0;
  const source = /[\^$\\.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
  return {
    set: code < 128 ? 1n << BigInt(code) : OTHERS,
    source: source === '\\-' ? '\\x2d' : source,
    literal: character,
  };
}

const DIGITS = setOf('0123456789');
const WORD = DIGITS | setOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_');
const named: Readonly<Record<string, bigint>> = {
  '\\d': DIGITS,
  '\\D': ALL & ~DIGITS,
  '\\w': WORD,
  '\\W': ALL & ~WORD,
};

function escapedCharacter(escaped: string): CharacterSet {
  const set = named[escaped];
  if (set !== undefined) return { set, source: escaped, literal: null };
  const character = escaped.slice(1);
  if (!/^[!-/:-@[-`{-~]$/.test(character) || /[<>]/.test(character)) throw new NotPlain();
  return literalCharacter(character);
}

function setOf(characters: string): bigint {
  let set = 0n;
  for (const character of characters) set |= 1n << BigInt(character.charCodeAt(0));
  return set;
}
