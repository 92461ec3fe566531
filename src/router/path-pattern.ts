import { LruMap } from '../lib/lru-map.ts';
import { LinearPattern } from '../lib/linear-pattern.ts';
import { compileRoutePattern, type RegexMatch, type RoutePattern } from '../lib/route-pattern.ts';
import { headOfRegex } from './regex-head.ts';
import type { RouterFlavor } from './router.ts';

/** A regular expression of a path, anchored at the start. */
export interface PathPattern {
  /** What every path that matches begins with. */
  readonly head: string;
  /** A text that it has behind that, in any place; empty when none is known. */
  readonly inner: string;
  match(path: string): RegexMatch | null;
  /** The same for a path that is known to begin with the head. */
  matchBehindHead(path: string): RegexMatch | null;
}

/**
 * Compiles the regular expression of a path: natively where that is safe, otherwise for RE2. Kong puts `^` in front,
 * which anchors its first alternative only; in `traditional` all are anchored.
 */
export function pathPatternOf(source: string, flavor: RouterFlavor): PathPattern {
  const anchored = flavor === 'traditional' && source.includes('|') ? `(?:${source})` : source;
  return LinearPattern.compile(anchored) ?? new Re2PathPattern(anchored);
}

class Re2PathPattern implements PathPattern {
  readonly head: string;
  readonly inner = '';
  readonly #pattern: RoutePattern;

  constructor(source: string) {
    this.head = headOfRegex(source).head;
    this.#pattern = patternOf(source);
  }

  match(path: string): RegexMatch | null {
    return this.#pattern.matchPrefix(path);
  }

  matchBehindHead(path: string): RegexMatch | null {
    return this.match(path);
  }
}

/** What stands in for a pattern that does not compile: such a route is left out, as in Kong. */
const nothing: RoutePattern = { matchPrefix: () => null, find: () => null, test: () => false };

/** Compiles a pattern of a header. Config checking refuses a bad one; one that got here all the same matches nothing. */
export function patternOf(source: string): RoutePattern {
  let pattern = known.get(source);
  if (pattern === undefined) {
    const compiled = compileRoutePattern(source);
    pattern = compiled.ok ? compiled.pattern : nothing;
    known.set(source, pattern);
  }
  return pattern;
}

/** RE2 takes a tenth of a millisecond to compile one, and routes often share them, as do a config and its next version. */
const known = new LruMap<string, RoutePattern>(5000);
