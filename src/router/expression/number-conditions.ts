import { type AddressRange, parseAddressRange } from '../../lib/address-range.ts';
import type { Condition } from './condition.ts';
import type { ExpressionFacts } from './expression-facts.ts';
import type { Literal, Operator } from './expression-node.ts';
import type { FixedField } from './fields.ts';

/** Compares a port, or the number of segments. */
export class IntegerCondition implements Condition {
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

/** Compares an end of the connection. */
export class AddressCondition implements Condition {
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

/** The addresses that a literal stands for. @throws {Error} for one that is no address */
export function readRange(value: Literal): AddressRange {
  const range =
    value.type === 'range'
      ? parseAddressRange(value.range)
      : value.type === 'address'
        ? parseAddressRange(value.address)
        : null;
  if (range === null) throw new Error('an address field is compared with an address or a range');
  return range;
}
