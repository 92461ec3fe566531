import type { ExpressionNode, Literal, Predicate } from './expression-node.ts';

/** Writes an expression so that it reads back as the same, with parentheses wherever `&&` and `||` meet. */
export function printExpression(node: ExpressionNode): string {
  if (node.kind === 'predicate') return printPredicate(node);
  if (node.kind === 'not') return `!(${printExpression(node.operand)})`;
  const operands = node.operands.map((operand) =>
    operand.kind === 'and' || operand.kind === 'or' ? `(${printExpression(operand)})` : printExpression(operand),
  );
  return operands.join(node.kind === 'and' ? ' && ' : ' || ');
}

function printPredicate({ field, operator, value }: Predicate): string {
  const lower = field.isLower ? `lower(${field.name})` : field.name;
  return `${field.isAny ? `any(${lower})` : lower} ${operator} ${printLiteral(value)}`;
}

function printLiteral(value: Literal): string {
  if (value.type === 'integer') return String(value.integer);
  if (value.type === 'address') return value.address;
  if (value.type === 'range') return value.range;
  return value.text.includes('\\') && !value.text.includes('"#') ? `r#"${value.text}"#` : quote(value.text);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quote(text: string): string {
  return `"${text.replace(/["\\\n\r\t]/g, (character) => escapes[character] ?? character)}"`;
}
