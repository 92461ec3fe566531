import type { Operator, Span } from './expression-node.ts';
import { type Scanner, syntaxFailure } from './scanner.ts';

const signs = ['==', '!=', '~', '^=', '=^', '>=', '>', '<=', '<'] as const satisfies readonly Operator[];

const signRun = /[=!~^<>$]+/y;
const wordRun = /[A-Za-z_]+/y;

/** What people write, from other languages, and what it is here. */
const meant: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['===', '=='],
  ['!==', '!='],
  ['<>', '!='],
  ['=~', '~'],
  ['~=', '~'],
  ['~~', '~'],
  ['^', '^='],
  ['$=', '=^'],
  ['^^=', '^='],
  ['=>', '>='],
  ['=<', '<='],
  ['eq', '=='],
  ['is', '=='],
  ['ne', '!='],
  ['matches', '~'],
  ['startswith', '^='],
  ['starts_with', '^='],
  ['endswith', '=^'],
  ['ends_with', '=^'],
]);

/** An operator with its place. */
export interface FoundOperator {
  readonly operator: Operator;
  readonly span: Span;
}

/** Reads the operator of a predicate. @throws {ExpressionFailure} */
export function readOperator(scanner: Scanner): FoundOperator {
  const start = scanner.at;
  const written = scanner.read(signRun) ?? scanner.read(wordRun);
  const here = (): Span => ({ start, end: scanner.last });
  if (written === null) throw scanner.expected('an operator such as "=="', hintAfterField(scanner));
  if (written === 'not') return { operator: readNotIn(scanner, start), span: here() };
  const operator = [...signs, 'in' as const, 'contains' as const].find((candidate) => candidate === written);
  if (operator !== undefined) return { operator, span: here() };
  throw syntaxFailure(`there is no operator "${written}"`, hintFor(written), here());
}

function readNotIn(scanner: Scanner, start: number): Operator {
  const gap = scanner.at - scanner.last;
  const word = scanner.read(wordRun);
  const span = { start, end: scanner.last };
  if (word !== 'in') throw syntaxFailure('"not" is followed by "in"', 'a condition is negated as "!(…)"', span);
  // Kong's engine dies of any other white space between the two.
  if (gap !== 1) throw syntaxFailure('"not in" is written with one space', null, span);
  return 'not in';
}

function hintFor(written: string): string {
  if (written === '!~') return 'negate the condition as a whole: "!(field ~ …)"';
  if (/^(?:and|or)$/i.test(written)) return 'the field before it is not compared with anything';
  const known = meant.get(written.toLowerCase());
  return known === undefined ? `there are ${signs.join(' ')}, in, not in, contains` : `did you mean "${known}"?`;
}

/** A dash ends a name: the most common reason why no operator follows. */
function hintAfterField(scanner: Scanner): string | null {
  return scanner.text.charAt(scanner.at) === '-' ? 'names of headers are written with "_" for "-"' : null;
}
