import { nearest } from '../../lib/nearest.ts';
import { checkExpression } from './check-expression.ts';
import type {
  ExpressionNode,
  ExpressionProblem,
  FieldReference,
  Junction,
  Predicate,
  Span,
  Subsystem,
} from './expression-node.ts';
import { readLiteral } from './read-literal.ts';
import { readOperator } from './read-operator.ts';
import { ExpressionFailure, Scanner, shorten, syntaxFailure } from './scanner.ts';

/** What comes of reading an expression. */
export type ParsedExpression =
  | { readonly ok: true; readonly expression: ExpressionNode }
  | {
      readonly ok: false;
      /** The first one. */
      readonly problem: ExpressionProblem;
      /** All that can be told: one if the text cannot be read, else each wrong predicate. */
      readonly problems: readonly ExpressionProblem[];
    };

/** Deeper parentheses are refused: reading them, and every later step, goes as deep on the stack. */
const MAX_DEPTH = 100;

const identifier = /[A-Za-z][\w.]*/y;
const functions = ['lower', 'any'] as const;

/**
 * Reads an expression of Kong's `expressions` router and checks it against the fields of `subsystem`. Never throws.
 * As in Kong, `||` binds tighter than `&&`: `a && b || c` is `a && (b || c)`.
 */
export function parseExpression(text: string, subsystem: Subsystem): ParsedExpression {
  const read = readExpression(text);
  if ('problem' in read) return { ok: false, problem: read.problem, problems: [read.problem] };
  const problems = checkExpression(read.expression, subsystem);
  const [problem] = problems;
  return problem === undefined ? { ok: true, expression: read.expression } : { ok: false, problem, problems };
}

/** The same without looking at what fields there are. */
export function readExpression(
  text: string,
): { readonly expression: ExpressionNode } | { readonly problem: ExpressionProblem } {
  try {
    const parser = new Parser(text);
    return { expression: parser.parse() };
  } catch (error) {
    if (error instanceof ExpressionFailure) return { problem: error.problem };
    throw error;
  }
}

class Parser {
  readonly #scanner: Scanner;
  #depth = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  parse(): ExpressionNode {
    if (this.#scanner.isAtEnd()) throw syntaxFailure('the expression is empty', null, { start: 0, end: 0 });
    const expression = this.#junctionOfAnd();
    if (!this.#scanner.isAtEnd()) throw this.#scanner.expected('"&&", "||" or the end', hintForRest(this.#scanner));
    return expression;
  }

  #junctionOfAnd(): ExpressionNode {
    return this.#junction('and', '&&', () => this.#junction('or', '||', () => this.#term()));
  }

  #junction(kind: 'and' | 'or', sign: string, operand: () => ExpressionNode): ExpressionNode {
    const first = operand();
    const operands = [first];
    let operatorSpan: Span | null = null;
    for (let found = this.#scanner.accept(sign); found !== null; found = this.#scanner.accept(sign)) {
      operatorSpan ??= found;
      operands.push(operand());
    }
    if (operatorSpan === null) return first;
    return { kind, operands, isGrouped: false, operatorSpan, start: first.start, end: this.#scanner.last };
  }

  #term(): ExpressionNode {
    const scanner = this.#scanner;
    const not = scanner.accept('!');
    if (not !== null) {
      const isGroup = scanner.peek(/\(/y) !== null;
      if (!isGroup) throw syntaxFailure('"!" negates what stands in parentheses', 'write "!(…)"', not);
      return { kind: 'not', operand: this.#group(), start: not.start, end: scanner.last };
    }
    return scanner.peek(/\(/y) === null ? this.#predicate() : this.#group();
  }

  #group(): ExpressionNode {
    const open = this.#scanner.accept('(') ?? { start: 0, end: 0 };
    if (++this.#depth > MAX_DEPTH) {
      throw syntaxFailure(`parentheses are nested more than ${MAX_DEPTH} deep`, null, open);
    }
    const inner = this.#junctionOfAnd();
    if (this.#scanner.accept(')') === null) {
      if (this.#scanner.isAtEnd()) throw syntaxFailure('the parenthesis is not closed', null, open);
      throw this.#scanner.expected('"&&", "||" or ")"', hintForRest(this.#scanner));
    }
    this.#depth--;
    const span = { start: open.start, end: this.#scanner.last };
    return isJunction(inner) ? { ...inner, ...span, isGrouped: true } : inner;
  }

  #predicate(): Predicate {
    const field = this.#field();
    const { operator, span } = readOperator(this.#scanner);
    const value = readLiteral(this.#scanner);
    return { kind: 'predicate', field, operator, operatorSpan: span, value, start: field.start, end: value.end };
  }

  /** `name`, or `function(…)` around it. */
  #field(): FieldReference {
    const scanner = this.#scanner;
    const { at: start } = scanner;
    const used: string[] = [];
    for (;;) {
      const from = scanner.at;
      const name = scanner.read(identifier);
      if (name === null) throw scanner.expected(used.length > 0 ? 'a field' : 'a condition', hintForStart(scanner));
      const nameSpan = { start: from, end: scanner.last };
      if (scanner.accept('(') !== null) {
        used.push(checkFunction(name, nameSpan));
        continue;
      }
      for (let open = used.length; open > 0; open--) {
        if (scanner.accept(')') === null) throw scanner.expected('")"');
      }
      const [isLower, isAny] = [used.includes('lower'), used.includes('any')];
      return { name, nameSpan, isLower, isAny, start, end: scanner.last };
    }
  }
}

function isJunction(node: ExpressionNode): node is Junction {
  return node.kind === 'and' || node.kind === 'or';
}

function checkFunction(name: string, span: Span): string {
  if ((functions as readonly string[]).includes(name)) return name;
  const hint = name === 'not' ? 'negate with "!(…)"' : didYouMean(nearest(name, functions));
  throw syntaxFailure(`there is no function "${shorten(name)}"`, hint ?? 'there are "lower" and "any"', span);
}

function didYouMean(name: string | null): string | null {
  return name === null ? null : `did you mean "${name}"?`;
}

/** Why the text cannot go on like this. */
function hintForRest(scanner: Scanner): string | null {
  const found = scanner.peek(/\w+|[&|]+|./uy);
  if (found === null) return null;
  if (/^(?:and|&)$/i.test(found)) return 'write "&&"';
  if (/^(?:or|\|)$/i.test(found)) return 'write "||"';
  return found === ')' ? 'there is no "(" for it' : null;
}

function hintForStart(scanner: Scanner): string {
  const found = scanner.peek(/./uy);
  if (found === '"' || found === "'") return 'the field stands left of the operator';
  return 'a condition is a field, an operator and a value: http.path ^= "/orders"';
}
