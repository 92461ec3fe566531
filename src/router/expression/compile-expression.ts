import type { Condition } from './condition.ts';
import type { ExpressionFacts } from './expression-facts.ts';
import { type ExpressionMatch, MatchRecord } from './expression-match.ts';
import type { ExpressionNode, Predicate } from './expression-node.ts';
import { type ExpressionRequirements, requirementsOf } from './expression-requirements.ts';
import { findField } from './fields.ts';
import { AddressCondition, IntegerCondition, readRange } from './number-conditions.ts';
import { compileText } from './text-conditions.ts';
import { compileTextTest } from './text-test.ts';

/** An expression ready to be tried. */
export interface CompiledExpression {
  /** `null` when the request does not match. */
  match(facts: ExpressionFacts): ExpressionMatch | null;
  /** What must hold for any request that matches, for an index. */
  readonly requirements: ExpressionRequirements;
}

/**
 * Compiles what {@link parseExpression} accepted.
 * @throws {Error} for a node that it would have refused
 */
export function compileExpression(node: ExpressionNode): CompiledExpression {
  return new Expression(node);
}

class Expression implements CompiledExpression {
  readonly requirements: ExpressionRequirements;
  readonly #condition: Condition;
  readonly #record = new MatchRecord();

  constructor(node: ExpressionNode) {
    this.requirements = requirementsOf(node);
    this.#condition = compileNode(node);
  }

  match(facts: ExpressionFacts): ExpressionMatch | null {
    const record = this.#record;
    record.reset();
    if (!this.#condition.holds(facts, record) || record.isUnreadable) return null;
    return record.toMatch();
  }
}

function compileNode(node: ExpressionNode): Condition {
  if (node.kind === 'predicate') return compilePredicate(node);
  if (node.kind === 'not') return new Not(compileNode(node.operand));
  const operands = node.operands.map(compileNode);
  return node.kind === 'and' ? new All(operands) : new Any(operands);
}

class All implements Condition {
  readonly #operands: readonly Condition[];

  constructor(operands: readonly Condition[]) {
    this.#operands = operands;
  }

  holds(facts: ExpressionFacts, record: MatchRecord): boolean {
    for (const operand of this.#operands) if (!operand.holds(facts, record)) return false;
    return true;
  }
}

class Any implements Condition {
  readonly #operands: readonly Condition[];

  constructor(operands: readonly Condition[]) {
    this.#operands = operands;
  }

  holds(facts: ExpressionFacts, record: MatchRecord): boolean {
    for (const operand of this.#operands) if (operand.holds(facts, record)) return true;
    return false;
  }
}

class Not implements Condition {
  readonly #operand: Condition;

  constructor(operand: Condition) {
    this.#operand = operand;
  }

  holds(facts: ExpressionFacts, record: MatchRecord): boolean {
    return !this.#operand.holds(facts, record);
  }
}

function compilePredicate(predicate: Predicate): Condition {
  const { field, operator, value } = predicate;
  const known = findField(field.name, 'http');
  if (known.type === 'unknown') throw new Error(`there is no field "${field.name}"`);
  if (known.type === 'text') {
    if (value.type !== 'text') throw new Error(`"${field.name}" is compared with a text`);
    const test = compileTextTest(operator, value.text, known.name === 'http.path', field.isLower);
    return compileText(known, test, field.isAny);
  }
  if (known.type === 'integer') {
    if (value.type !== 'integer') throw new Error(`"${field.name}" is compared with a number`);
    return new IntegerCondition(known.name, operator, Number(value.integer));
  }
  return new AddressCondition(known.name, operator, readRange(value));
}
