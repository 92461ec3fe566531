import { compileRoutePattern } from '../../lib/route-pattern.ts';
import type {
  ExpressionNode,
  ExpressionProblem,
  Literal,
  Operator,
  Predicate,
  Span,
  Subsystem,
} from './expression-node.ts';
import { type FieldType, findField } from './fields.ts';
import { shorten } from './scanner.ts';

type LiteralType = Literal['type'];

/** For each type of field, its operators with the literals they take. */
const accepted: Readonly<Record<FieldType, Readonly<Partial<Record<Operator, LiteralType>>>>> = {
  text: { '==': 'text', '!=': 'text', '~': 'text', '^=': 'text', '=^': 'text', contains: 'text' },
  integer: { '==': 'integer', '!=': 'integer', '>': 'integer', '>=': 'integer', '<': 'integer', '<=': 'integer' },
  address: { '==': 'address', '!=': 'address', in: 'range', 'not in': 'range' },
};

const literalNames: Readonly<Record<LiteralType, string>> = {
  text: 'a text in quotes',
  integer: 'a number',
  address: 'an address',
  range: 'a range such as 10.0.0.0/8',
};

const fieldNames: Readonly<Record<FieldType, string>> = { text: 'a text', integer: 'a number', address: 'an address' };

/** Finds every predicate of an expression that the router would refuse, in the order of the text. */
export function checkExpression(node: ExpressionNode, subsystem: Subsystem): readonly ExpressionProblem[] {
  if (node.kind === 'predicate') return checkPredicate(node, subsystem);
  if (node.kind === 'not') return checkExpression(node.operand, subsystem);
  return node.operands.flatMap((operand) => checkExpression(operand, subsystem));
}

function checkPredicate(predicate: Predicate, subsystem: Subsystem): readonly ExpressionProblem[] {
  const { field, operator, operatorSpan, value } = predicate;
  const known = findField(field.name, subsystem);
  const shown = shorten(field.name);
  if (known.type === 'unknown') {
    const message = `there is no field "${shown}"${known.reason === null ? '' : `: ${known.reason}`}`;
    return [problem('unknown-field', field.nameSpan, message, known.hint)];
  }
  if (field.isLower && known.type !== 'text') {
    return [problem('type', field, `"lower" takes a text, and "${shown}" is ${fieldNames[known.type]}`, null)];
  }
  const operators = accepted[known.type];
  const wanted = operators[operator];
  if (wanted === undefined) {
    const message = `"${operator}" cannot be used with "${shown}", which is ${fieldNames[known.type]}`;
    return [problem('type', operatorSpan, message, hintForOperator(predicate, Object.keys(operators)))];
  }
  if (value.type !== wanted) {
    const message = `"${operator}" with "${shown}" takes ${literalNames[wanted]}, not ${literalNames[value.type]}`;
    return [problem('type', value, message, hintForValue(predicate, wanted))];
  }
  return operator === '~' && value.type === 'text' ? checkPattern(value.text, value) : [];
}

function checkPattern(pattern: string, span: Span): readonly ExpressionProblem[] {
  const compiled = compileRoutePattern(pattern);
  if (compiled.ok) return [];
  const message = `"${shorten(pattern)}" is not a regular expression: ${compiled.message}`;
  return [
    problem('regex', span, message, "the syntax is that of Rust's regex, without look-around and back-references"),
  ];
}

function hintForOperator({ operator, value }: Predicate, operators: readonly string[]): string {
  if (value.type === 'text' && (operator === 'in' || operator === 'not in')) return 'did you mean "contains", or "~"?';
  return `use ${operators.join(', ')}`;
}

function hintForValue({ operator, value }: Predicate, wanted: LiteralType): string | null {
  if (wanted === 'range' && value.type === 'address')
    return `write ${value.address}/${value.address.includes(':') ? 128 : 32}`;
  if (wanted === 'address' && value.type === 'range')
    return `use "${operator === '==' ? 'in' : 'not in'}" with a range`;
  if (value.type === 'text' && wanted !== 'text' && value.text !== '') return 'remove the quotes';
  return null;
}

function problem(
  kind: ExpressionProblem['kind'],
  { start, end }: Span,
  message: string,
  hint: string | null,
): ExpressionProblem {
  return { kind, message, hint, start, end };
}
