import type { ExpressionProblem, Span } from './expression-node.ts';

/** Ends the reading of an expression; never leaves the parser. */
export class ExpressionFailure extends Error {
  readonly problem: ExpressionProblem;

  constructor(problem: ExpressionProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Longer pieces of an expression are cut in messages. */
const MAX_SHOWN = 60;

/** Steps through the text of an expression. White space is skipped before each thing that is read. */
export class Scanner {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Where the next thing begins. */
  get at(): number {
    let at = this.#at;
    while (/[ \t\r\n]/.test(this.text.charAt(at))) at++;
    return at;
  }

  /** The offset behind what was read last. */
  get last(): number {
    return this.#at;
  }

  isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Steps over `word` if it comes next. */
  accept(word: string): Span | null {
    const start = this.at;
    if (!this.text.startsWith(word, start)) return null;
    this.#at = start + word.length;
    return { start, end: this.#at };
  }

  /** Steps over what the sticky `pattern` matches; `null` if it does not match here. */
  read(pattern: RegExp): string | null {
    const start = this.at;
    const found = this.peek(pattern);
    if (found !== null) this.#at = start + found.length;
    return found;
  }

  /** What the sticky `pattern` matches here, without stepping over it. */
  peek(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0] ?? null;
  }

  /** Steps to an offset. */
  jump(offset: number): void {
    this.#at = offset;
  }

  /** Complains about what comes next. `expected` is what should stand there. */
  expected(expected: string, hint: string | null = null): ExpressionFailure {
    const start = this.at;
    if (start >= this.text.length)
      return syntaxFailure(`the expression ends where ${expected} should stand`, hint, this.#end());
    const found = this.peek(/[\w.]+|[=!~^<>&|$]+|./uy) ?? '';
    return syntaxFailure(`expected ${expected}, found "${shorten(found)}"`, hint, { start, end: start + found.length });
  }

  /** The last character that is no white space, to point at when the text ends too early. */
  #end(): Span {
    const end = this.text.trimEnd().length;
    return { start: Math.max(0, end - 1), end };
  }
}

/** A failure of the kind that no router could read. */
export function syntaxFailure(message: string, hint: string | null, { start, end }: Span): ExpressionFailure {
  return new ExpressionFailure({ kind: 'syntax', message, hint, start, end });
}

/** A piece of an expression for a message. */
export function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}
