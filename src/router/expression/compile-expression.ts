import { type AddressRange, parseAddressRange } from '../../lib/address-range.ts';
import { indexOfHeader } from '../../lib/header-list.ts';
import type { ExpressionFacts } from './expression-facts.ts';
import { decodeHeader } from './expression-facts.ts';
import type { ExpressionNode, Operator, Predicate } from './expression-node.ts';
import { MatchRecord, type ExpressionMatch } from './expression-match.ts';
import { type ExpressionRequirements, requirementsOf } from './expression-requirements.ts';
import { type FixedField, findField, type KnownField } from './fields.ts';
import { compileTextTest, type TextTest } from './text-test.ts';

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

/** A part of an expression. Notes in `record` what a predicate that holds has matched, as Kong does. */
interface Condition {
  holds(facts: ExpressionFacts, record: MatchRecord): boolean;
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

function compileText(field: KnownField, test: TextTest, isAny: boolean): Condition {
  if (field.name === 'http.headers.*') return new HeaderValues(field.key, test, isAny);
  if (field.name === 'http.queries.*') return new QueryValues(field.key, test, isAny);
  if (field.name === 'http.path.segments.*') return new Segments(field.first, field.last, test);
  return new OneText(textReaders[field.name] ?? nothing, test);
}

type TextReader = (facts: ExpressionFacts) => string | null;

const nothing: TextReader = () => null;

const textReaders: Readonly<Partial<Record<FixedField, TextReader>>> = {
  'net.protocol': (facts) => facts.connection.protocol,
  'tls.sni': (facts) => facts.connection.sni,
  'http.method': (facts) => facts.method,
  'http.host': (facts) => (facts.host === '' ? null : facts.host),
  'http.path': (facts) => facts.path,
};

class OneText implements Condition {
  readonly #read: TextReader;
  readonly #test: TextTest;

  constructor(read: TextReader, test: TextTest) {
    this.#read = read;
    this.#test = test;
  }

  holds(facts: ExpressionFacts, record: MatchRecord): boolean {
    const value = this.#read(facts);
    return value !== null && this.#test.holds(value, record);
  }
}

class HeaderValues implements Condition {
  readonly #name: string;
  readonly #test: TextTest;
  readonly #isAny: boolean;

  constructor(name: string, test: TextTest, isAny: boolean) {
    this.#name = name;
    this.#test = test;
    this.#isAny = isAny;
  }

  holds({ rawHeaders }: ExpressionFacts, record: MatchRecord): boolean {
    let isPresent = false;
    for (
      let at = indexOfHeader(rawHeaders, this.#name, 0);
      at >= 0;
      at = indexOfHeader(rawHeaders, this.#name, at + 2)
    ) {
      isPresent = true;
      const value = decodeHeader(rawHeaders[at + 1] ?? '');
      if (value === null) return record.giveUp();
      if (this.#test.holds(value, record) === this.#isAny) return this.#isAny;
    }
    return isPresent && !this.#isAny;
  }
}

class QueryValues implements Condition {
  readonly #name: string;
  readonly #test: TextTest;
  readonly #isAny: boolean;

  constructor(name: string, test: TextTest, isAny: boolean) {
    this.#name = name;
    this.#test = test;
    this.#isAny = isAny;
  }

  holds(facts: ExpressionFacts, record: MatchRecord): boolean {
    const values = facts.queryValues(this.#name);
    for (const value of values) {
      if (value === null) return record.giveUp();
      if (this.#test.holds(value, record) === this.#isAny) return this.#isAny;
    }
    return values.length > 0 && !this.#isAny;
  }
}

/** One segment of the path, or several with the slashes between them. */
class Segments implements Condition {
  readonly #first: number;
  readonly #last: number;
  readonly #test: TextTest;

  constructor(first: number, last: number, test: TextTest) {
    this.#first = first;
    this.#last = last;
    this.#test = test;
  }

  holds({ segments }: ExpressionFacts, record: MatchRecord): boolean {
    if (this.#last >= segments.length) return false;
    const value =
      this.#first === this.#last
        ? (segments[this.#first] ?? '')
        : segments.slice(this.#first, this.#last + 1).join('/');
    return this.#test.holds(value, record);
  }
}

class IntegerCondition implements Condition {
  readonly #field: FixedField;
  readonly #compare: (field: number, value: number) => boolean;
  readonly #value: number;

  constructor(field: FixedField, operator: Operator, value: number) {
    const compare = comparisons[operator];
    if (compare === undefined) throw new Error(`"${operator}" does not compare numbers`);
    this.#field = field;
    this.#compare = compare;
    this.#value = value;
  }

  holds(facts: ExpressionFacts): boolean {
    const field = readInteger(facts, this.#field);
    return field !== null && this.#compare(field, this.#value);
  }
}

function readInteger(facts: ExpressionFacts, field: FixedField): number | null {
  if (field === 'net.src.port') return facts.connection.sourcePort;
  return field === 'net.dst.port' ? facts.connection.destinationPort : facts.segments.length;
}

const comparisons: Readonly<Partial<Record<Operator, (field: number, value: number) => boolean>>> = {
  '==': (field, value) => field === value,
  '!=': (field, value) => field !== value,
  '>': (field, value) => field > value,
  '>=': (field, value) => field >= value,
  '<': (field, value) => field < value,
  '<=': (field, value) => field <= value,
};

class AddressCondition implements Condition {
  readonly #isSource: boolean;
  readonly #isNegated: boolean;
  readonly #range: AddressRange;

  constructor(field: FixedField, operator: Operator, range: AddressRange) {
    this.#isSource = field === 'net.src.ip';
    this.#isNegated = operator === '!=' || operator === 'not in';
    this.#range = range;
  }

  holds(facts: ExpressionFacts): boolean {
    const address = this.#isSource ? facts.source : facts.destination;
    return address !== null && this.#range.contains(address) !== this.#isNegated;
  }
}

function readRange(value: Predicate['value']): AddressRange {
  const range =
    value.type === 'range'
      ? parseAddressRange(value.range)
      : value.type === 'address'
        ? parseAddressRange(value.address)
        : null;
  if (range === null) throw new Error('an address field is compared with an address or a range');
  return range;
}
