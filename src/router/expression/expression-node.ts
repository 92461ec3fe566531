/**
 * What an expression of the `expressions` router says, as a tree. Positions are offsets into the text, in UTF-16
 * units; `end` is exclusive.
 */
export type ExpressionNode = Predicate | Junction | Negation;

/** `field operator value`. */
export interface Predicate extends Span {
  readonly kind: 'predicate';
  readonly field: FieldReference;
  readonly operator: Operator;
  readonly operatorSpan: Span;
  readonly value: Literal;
}

/** Operands of `&&` or `||`, at least two, tested from the left until the outcome is known. */
export interface Junction extends Span {
  readonly kind: 'and' | 'or';
  readonly operands: readonly ExpressionNode[];
  /** Whether the author put it in parentheses. */
  readonly isGrouped: boolean;
  /** Where its first operator stands. */
  readonly operatorSpan: Span;
}

/** `!(…)`. */
export interface Negation extends Span {
  readonly kind: 'not';
  readonly operand: ExpressionNode;
}

/** A stretch of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The left side of a predicate. */
export interface FieldReference extends Span {
  /** As written, without transformations. */
  readonly name: string;
  /** Where the name stands. */
  readonly nameSpan: Span;
  /** Compare in lower case. */
  readonly isLower: boolean;
  /** One value of several is enough; otherwise all must match. */
  readonly isAny: boolean;
}

/** Operators as written, with one space in `not in`. */
export type Operator = '==' | '!=' | '~' | '^=' | '=^' | '>' | '>=' | '<' | '<=' | 'in' | 'not in' | 'contains';

/** The right side of a predicate. */
export type Literal = TextLiteral | IntegerLiteral | AddressLiteral | RangeLiteral;

/** `"…"` or `r#"…"#`, escapes resolved. */
export interface TextLiteral extends Span {
  readonly type: 'text';
  readonly text: string;
}

/** A signed number of 64 bits. */
export interface IntegerLiteral extends Span {
  readonly type: 'integer';
  readonly integer: bigint;
}

/** An IPv4 or IPv6 address, as written. */
export interface AddressLiteral extends Span {
  readonly type: 'address';
  readonly address: string;
}

/** Addresses in CIDR notation, as written. */
export interface RangeLiteral extends Span {
  readonly type: 'range';
  readonly range: string;
}

/** Which fields there are: those of a request, or those of a connection. */
export type Subsystem = 'http' | 'stream';

/** Something an expression must not say. */
export interface ExpressionProblem extends Span {
  readonly kind: 'syntax' | 'type' | 'unknown-field' | 'regex';
  /** Lower-case start, no final dot. */
  readonly message: string;
  readonly hint: string | null;
}
