import { type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  closingQuote,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  giveUp,
  HASH,
  mayBeginPlain,
  OPEN_BRACE,
  OPEN_BRACKET,
  quotedAt,
  scalarAt,
  SINGLE_QUOTE,
  SPACE,
} from './scalars.ts';

/** Deeper ones are left to the parser that knows limits. */
const MAX_DEPTH = 50;

/** Reads `[…]` and `{…}` that stand on one line. */
export class FlowReader {
  readonly #text: string;
  #at = 0;
  #limit = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The collection that begins at `start` and ends before `limit`. @throws {Error} {@link giveUp} */
  read(start: number, limit: number): Node {
    this.#at = start;
    this.#limit = limit;
    this.#depth = 0;
    return this.#readNode();
  }

  #readNode(): Node {
    const code = this.#text.charCodeAt(this.#at);
    if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (++this.#depth > MAX_DEPTH) giveUp();
      const node = code === OPEN_BRACKET ? this.#readList() : this.#readMap();
      this.#depth--;
      return node;
    }
    return this.#readScalar(false);
  }

  #readList(): YAMLSeq {
    const start = this.#at++;
    const list = new YAMLSeq();
    list.flow = true;
    if (this.#skipSpaces() === CLOSE_BRACKET) this.#at++;
    else {
      do {
        this.#skipSpaces();
        list.items.push(this.#readNode());
      } while (this.#endsItem(CLOSE_BRACKET));
    }
    list.range = [start, this.#at, this.#at];
    return list;
  }

  #readMap(): YAMLMap {
    const start = this.#at++;
    const map = new YAMLMap();
    map.flow = true;
    if (this.#skipSpaces() === CLOSE_BRACE) this.#at++;
    else {
      do {
        this.#skipSpaces();
        const key = this.#readScalar(true);
        if (this.#text.charCodeAt(this.#at) !== COLON || this.#text.charCodeAt(this.#at + 1) !== SPACE) giveUp();
        this.#at++;
        this.#skipSpaces();
        map.items.push(new Pair(key, this.#readNode()));
      } while (this.#endsItem(CLOSE_BRACE));
    }
    map.range = [start, this.#at, this.#at];
    return map;
  }

  /** Steps over the comma or the end of the collection; true when another item follows. */
  #endsItem(close: number): boolean {
    const code = this.#skipSpaces();
    if (code !== COMMA && code !== close) giveUp();
    this.#at++;
    return code === COMMA;
  }

  /** @returns the character that follows the spaces */
  #skipSpaces(): number {
    while (this.#at < this.#limit && this.#text.charCodeAt(this.#at) === SPACE) this.#at++;
    return this.#at < this.#limit ? this.#text.charCodeAt(this.#at) : giveUp();
  }

  #readScalar(isKey: boolean): Scalar {
    const start = this.#at;
    const code = this.#text.charCodeAt(start);
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      const close = closingQuote(this.#text, start, this.#limit);
      this.#at = close + 1;
      return quotedAt(this.#text, start, close);
    }
    if (!mayBeginPlain(this.#text, start)) giveUp();
    const end = this.#plainEnd(start, isKey);
    this.#at = end;
    let trimmed = end;
    while (this.#text.charCodeAt(trimmed - 1) === SPACE) trimmed--;
    // A key with a space before its colon is legal, and rare.
    if (isKey && trimmed !== end) giveUp();
    return scalarAt(this.#text.slice(start, trimmed), Scalar.PLAIN, start, trimmed);
  }

  #plainEnd(start: number, isKey: boolean): number {
    for (let at = start; at < this.#limit; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === COLON) {
        const next = this.#text.charCodeAt(at + 1);
        if (isKey && next === SPACE) return at;
        if (next === SPACE || isFlowMark(next)) giveUp();
      } else if (code === HASH && this.#text.charCodeAt(at - 1) === SPACE) giveUp();
      else if (isFlowMark(code)) return isKey ? giveUp() : at;
    }
    return giveUp();
  }

  /** Where reading stopped: behind the collection. */
  get end(): number {
    return this.#at;
  }
}

function isFlowMark(code: number): boolean {
  return (
    code === COMMA || code === OPEN_BRACKET || code === CLOSE_BRACKET || code === OPEN_BRACE || code === CLOSE_BRACE
  );
}
