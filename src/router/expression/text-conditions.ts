import { indexOfHeader } from '../../lib/header-list.ts';
import type { Condition } from './condition.ts';
import { decodeHeader, type ExpressionFacts } from './expression-facts.ts';
import type { MatchRecord } from './expression-match.ts';
import type { FixedField, KnownField } from './fields.ts';
import type { TextTest } from './text-test.ts';

/** The condition that a field passes a test. @param isAny one value of several is enough */
export function compileText(field: KnownField, test: TextTest, isAny: boolean): Condition {
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
