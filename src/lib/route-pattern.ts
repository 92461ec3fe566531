import { RE2JS } from 're2js';

/** What a path pattern matched. */
export interface RegexMatch {
  /** All of the text that matched. */
  readonly matched: string;
  /** Groups that took part, by number (`"1"`, `"2"`, …) and, if they have one, by name. */
  readonly groups: ReadonlyMap<string, string>;
}

/**
 * A regular expression of a route. The dialect is that of Kong's default router, Rust's `regex`: linear time, without
 * look-around and back-references. Paths of untrusted length are safe to match.
 */
export interface RoutePattern {
  /**
   * Matches a path from its start; it need not reach the end. Like Kong this puts `^` in front of the source, so in
   * `/a|/b` only `/a` is anchored.
   */
  matchPrefix(path: string): RegexMatch | null;
  /** The first match anywhere in `value`, as expressions and header values are matched. */
  find(value: string): RegexMatch | null;
  /** Whether any part of `value` matches. */
  test(value: string): boolean;
}

/** Outcome of {@link compileRoutePattern}; `message` has a lower-case start and no final dot. */
export type CompiledRoutePattern =
  | { readonly ok: true; readonly pattern: RoutePattern }
  | { readonly ok: false; readonly message: string };

/** Compiles a pattern, given without the `~` or `~*` that marks it in a config. Never throws. */
export function compileRoutePattern(source: string): CompiledRoutePattern {
  try {
    return { ok: true, pattern: new Re2RoutePattern(source) };
  } catch (error) {
    return { ok: false, message: explain(source, error) };
  }
}

class Re2RoutePattern implements RoutePattern {
  readonly #source: string;
  readonly #anywhere: RE2JS;
  /** Compiled when a path is matched: patterns of headers never need it. */
  #fromStart: RE2JS | null = null;

  constructor(source: string) {
    this.#source = source;
    this.#anywhere = RE2JS.compile(source);
  }

  matchPrefix(path: string): RegexMatch | null {
    this.#fromStart ??= RE2JS.compile(`^${this.#source}`);
    return firstMatch(this.#fromStart, path);
  }

  find(value: string): RegexMatch | null {
    return firstMatch(this.#anywhere, value);
  }

  test(value: string): boolean {
    return this.#anywhere.test(value);
  }
}

function firstMatch(pattern: RE2JS, text: string): RegexMatch | null {
  const matcher = pattern.matcher(text);
  if (!matcher.find()) return null;
  const groups = new Map<string, string>();
  for (let number = 1; number <= matcher.groupCount(); number++) {
    const value = matcher.group(number);
    if (value !== null) groups.set(String(number), value);
  }
  for (const [name, number] of Object.entries(pattern.namedGroups())) {
    const value = matcher.group(number);
    if (value !== null) groups.set(name, value);
  }
  return { matched: matcher.group() ?? '', groups };
}

function explain(source: string, error: unknown): string {
  if (/\(\?(?:<?[=!]|>)/.test(source)) return 'look-around and atomic groups are not supported';
  if (/\\[1-9]/.test(source)) return 'back-references are not supported';
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^error parsing regexp: /, '').replaceAll('`', '"');
}
