import { LinearPattern } from '../../lib/linear-pattern.ts';
import { compileRoutePattern, type RegexMatch } from '../../lib/route-pattern.ts';
import type { MatchRecord } from './expression-match.ts';
import type { Operator } from './expression-node.ts';

/** Compares a text with the value of a predicate. */
export interface TextTest {
  holds(text: string, record: MatchRecord): boolean;
}

/**
 * @param isPath whether what it matches may be taken off the path
 * @param isLower whether the text is put into lower case first
 * @throws {Error} for an operator that takes no text, or a regular expression that does not compile
 */
export function compileTextTest(operator: Operator, value: string, isPath: boolean, isLower: boolean): TextTest {
  const test =
    operator === '~' ? new PatternTest(compilePattern(value), isPath) : compilePlain(operator, value, isPath);
  return isLower ? new LowerCase(test) : test;
}

function compilePlain(operator: Operator, value: string, isPath: boolean): TextTest {
  const compare = comparisons[operator];
  if (compare === undefined) throw new Error(`"${operator}" does not compare texts`);
  return new PlainTest(compare, value, isPath && yieldsPrefix.has(operator));
}

type Comparison = (text: string, value: string) => boolean;

const comparisons: Readonly<Partial<Record<Operator, Comparison>>> = {
  '==': (text, value) => text === value,
  '!=': (text, value) => text !== value,
  '^=': (text, value) => text.startsWith(value),
  '=^': (text, value) => text.endsWith(value),
  contains: (text, value) => text.includes(value),
};

const yieldsPrefix: ReadonlySet<Operator> = new Set<Operator>(['==', '^=', '=^']);

class PlainTest implements TextTest {
  readonly #compare: Comparison;
  readonly #value: string;
  readonly #isPath: boolean;

  constructor(compare: Comparison, value: string, isPath: boolean) {
    this.#compare = compare;
    this.#value = value;
    this.#isPath = isPath;
  }

  holds(text: string, record: MatchRecord): boolean {
    if (!this.#compare(text, this.#value)) return false;
    if (this.#isPath) record.path = this.#value;
    return true;
  }
}

class PatternTest implements TextTest {
  readonly #find: (text: string) => RegexMatch | null;
  readonly #isPath: boolean;

  constructor(find: (text: string) => RegexMatch | null, isPath: boolean) {
    this.#find = find;
    this.#isPath = isPath;
  }

  holds(text: string, record: MatchRecord): boolean {
    const found = this.#find(text);
    if (found === null) return false;
    record.addRegex(found.matched, found.groups);
    if (this.#isPath) record.path = found.matched;
    return true;
  }
}

class LowerCase implements TextTest {
  readonly #test: TextTest;

  constructor(test: TextTest) {
    this.#test = test;
  }

  holds(text: string, record: MatchRecord): boolean {
    return this.#test.holds(text.toLowerCase(), record);
  }
}

/** One that is anchored at the start runs natively where that is safe, as those of paths do. */
function compilePattern(source: string): (text: string) => RegexMatch | null {
  const isAnchored = /^\^(?![*+?{])/.test(source);
  const native = isAnchored ? LinearPattern.compile(source.slice(1)) : null;
  if (native !== null) return (text) => native.match(text);
  const compiled = compileRoutePattern(source);
  if (!compiled.ok) throw new Error(`regular expression "${source}" does not compile: ${compiled.message}`);
  return (text) => compiled.pattern.find(text);
}
