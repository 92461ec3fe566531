import { indexOfHeader } from '../lib/header-list.ts';
import type { RoutePattern } from '../lib/route-pattern.ts';
import { patternOf } from './path-pattern.ts';
import type { RouterFlavor } from './router.ts';

/** One name of `headers`. */
export interface HeaderRule {
  readonly name: string;
  /** Lower-cased. */
  readonly values: ReadonlySet<string>;
  readonly patterns: readonly RoutePattern[];
  /** All of them as the route lists them. */
  readonly alternatives: readonly (string | RoutePattern)[];
}

/** Tests request headers against a route's `headers`: every name must have one of its values. */
export class HeaderCondition {
  readonly rules: readonly HeaderRule[];
  /** Whether a match can add captures; in `traditional` those of headers are not kept. */
  readonly hasPatterns: boolean;

  constructor(headers: Readonly<Record<string, readonly string[]>>, flavor: RouterFlavor) {
    const alternativesOf = flavor === 'traditional' ? traditionalAlternatives : compatibleAlternatives;
    this.rules = Object.entries(headers).map(([name, values]) => compileRule(name, alternativesOf(values)));
    this.hasPatterns = flavor !== 'traditional' && this.rules.some(({ patterns }) => patterns.length > 0);
  }

  matches(rawHeaders: readonly string[]): boolean {
    for (const rule of this.rules) if (!ruleMatches(rule, rawHeaders)) return false;
    return true;
  }

  /** Adds what the patterns caught, given that the condition holds: those of headers share one table with the path's. */
  capture(rawHeaders: readonly string[], captures: Map<string, string>): void {
    if (!this.hasPatterns) return;
    for (const rule of this.rules) captureRule(rule, rawHeaders, captures);
  }
}

/** Kong lower-cases the pattern too: `\D` turns into `\d`. */
function compatibleAlternatives(values: readonly string[]): readonly (string | RoutePattern)[] {
  const lowered = values.map((value) => value.toLowerCase());
  return lowered.map((value) => (value.startsWith('~*') ? patternOf(value.slice(2)) : value));
}

/** `~*` counts only as the single value, and the pattern stays as it is. */
function traditionalAlternatives(values: readonly string[]): readonly (string | RoutePattern)[] {
  const [only = ''] = values;
  const patterns = values.length === 1 && only.startsWith('~*') ? [patternOf(only.slice(2))] : [];
  return [...values.map((value) => value.toLowerCase()), ...patterns];
}

function compileRule(name: string, alternatives: readonly (string | RoutePattern)[]): HeaderRule {
  const values = new Set(alternatives.filter((one) => typeof one === 'string'));
  return { name, values, patterns: alternatives.filter((one) => typeof one !== 'string'), alternatives };
}

function ruleMatches({ name, values, patterns }: HeaderRule, rawHeaders: readonly string[]): boolean {
  for (let at = indexOfHeader(rawHeaders, name, 0); at >= 0; at = indexOfHeader(rawHeaders, name, at + 2)) {
    const value = (rawHeaders[at + 1] ?? '').toLowerCase();
    if (values.has(value)) return true;
    for (const pattern of patterns) if (pattern.test(value)) return true;
  }
  return false;
}

/** The first alternative that holds for any occurrence of the header is the last that is looked at. */
function captureRule(
  { name, alternatives }: HeaderRule,
  rawHeaders: readonly string[],
  into: Map<string, string>,
): void {
  for (const alternative of alternatives) {
    for (let at = indexOfHeader(rawHeaders, name, 0); at >= 0; at = indexOfHeader(rawHeaders, name, at + 2)) {
      const value = (rawHeaders[at + 1] ?? '').toLowerCase();
      if (typeof alternative === 'string') {
        if (value === alternative) return;
        continue;
      }
      const found = alternative.find(value);
      if (found === null) continue;
      into.set('0', found.matched);
      for (const [group, text] of found.groups) into.set(group, text);
      return;
    }
  }
}
