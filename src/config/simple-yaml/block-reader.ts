import { type LineCounter, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { FlowReader } from './flow-reader.ts';
import {
  closingQuote,
  COLON,
  DASH,
  DOUBLE_QUOTE,
  giveUp,
  HASH,
  mayBeginPlain,
  notSimple,
  OPEN_BRACE,
  OPEN_BRACKET,
  quotedAt,
  scalarAt,
  SINGLE_QUOTE,
  SPACE,
} from './scalars.ts';

/** Deeper ones are left to the parser that knows limits. */
const MAX_DEPTH = 100;

/** The longest key that YAML allows without "?" is a little longer. */
const MAX_KEY = 1000;

/** What cannot be simple wherever it stands: tabs, lone carriage returns, byte order marks. */
const strange = /\t|\r(?!\n)|\uFEFF/;

/**
 * Reads the YAML that nearly all configs are written in: block maps and lists, scalars on one line, flow collections
 * on one line, comments. Makes the same nodes as the `yaml` package at a fraction of the cost, which for a big file is
 * most of the time a check takes. `null` for everything else, errors included: then the whole parser must read it.
 * The end of a block collection's range is not worked out, so lists that a finding may point at as a whole are left too:
 * those at the root or in a list, which have no key, and those of a merge key.
 */
export function readSimpleYaml(text: string, lines: LineCounter): Node | null {
  if (strange.test(text)) return null;
  try {
    const root = new BlockReader(text).read();
    lines.addNewLine(0);
    for (let at = text.indexOf('\n') + 1; at > 0; at = text.indexOf('\n', at) + 1) lines.addNewLine(at);
    return root;
  } catch (error) {
    if (error === notSimple) return null;
    throw error;
  }
}

class BlockReader {
  readonly #text: string;
  readonly #flow: FlowReader;
  /** Start of the line, of what is to be read on it, its end without the line break, and the next line. */
  #lineStart = 0;
  #at = 0;
  #end = 0;
  #next = 0;
  #isDone = false;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#flow = new FlowReader(text);
  }

  read(): Node {
    let hasLine = this.#advance();
    if (this.#text.slice(this.#lineStart, this.#end) === '---') hasLine = this.#advance();
    if (!hasLine) giveUp();
    if (this.#isDash(this.#at)) giveUp();
    const root = this.#readBlock();
    return this.#isDone ? root : giveUp();
  }

  /** Moves to the next line that is neither blank nor a comment; false when there is none. */
  #advance(): boolean {
    const { length } = this.#text;
    while (this.#next < length) {
      this.#lineStart = this.#next;
      const lineEnd = this.#text.indexOf('\n', this.#lineStart);
      this.#end = lineEnd < 0 ? length : lineEnd;
      this.#next = lineEnd < 0 ? length : lineEnd + 1;
      if (this.#text.charCodeAt(this.#end - 1) === 0x0d && this.#end > this.#lineStart) this.#end--;
      this.#at = this.#skipSpaces(this.#lineStart);
      if (this.#at < this.#end && this.#text.charCodeAt(this.#at) !== HASH) {
        if (this.#at === this.#lineStart) this.#refuseMarker();
        return true;
      }
    }
    this.#isDone = true;
    return false;
  }

  /** Markers between documents; the first line may be one. */
  #refuseMarker(): void {
    const mark = this.#text.slice(this.#at, this.#at + 3);
    if (mark === '...') giveUp();
    if (mark === '---' && (this.#depth > 0 || this.#end !== this.#at + 3)) giveUp();
  }

  get #column(): number {
    return this.#at - this.#lineStart;
  }

  #readBlock(): Node {
    if (++this.#depth > MAX_DEPTH) giveUp();
    const node = this.#isDash(this.#at) ? this.#readList() : this.#readMap();
    this.#depth--;
    return node;
  }

  #readList(): YAMLSeq {
    const column = this.#column;
    const list = new YAMLSeq();
    list.range = [this.#at, this.#at, this.#at];
    while (!this.#isDone && this.#column === column && this.#isDash(this.#at)) {
      const afterDash = this.#at + 1;
      this.#at = this.#skipSpaces(afterDash);
      if (this.#isEndOfLine(this.#at, afterDash)) list.items.push(this.#readBelow(column, false));
      else if (this.#isDash(this.#at)) giveUp();
      else if (this.#findColon(this.#at) >= 0) list.items.push(this.#readBlock());
      else list.items.push(this.#readInline(column));
    }
    if (!this.#isDone && this.#column > column) giveUp();
    return list;
  }

  #readMap(): YAMLMap {
    const column = this.#column;
    const map = new YAMLMap();
    map.range = [this.#at, this.#at, this.#at];
    while (!this.#isDone && this.#column === column) {
      const colon = this.#findColon(this.#at);
      if (colon < 0) giveUp();
      const key = this.#readKey(colon);
      this.#at = this.#skipSpaces(colon + 1);
      const isAlone = this.#isEndOfLine(this.#at, colon + 1);
      map.items.push(new Pair(key, isAlone ? this.#readBelow(column, true) : this.#readInline(column)));
    }
    if (!this.#isDone && this.#column > column) giveUp();
    return map;
  }

  /** The value of a key or dash that stands alone on its line; a list may stand as far left as the key it belongs to. */
  #readBelow(column: number, isOfKey: boolean): Node {
    const empty = this.#at;
    this.#advance();
    if (!isOfKey && !this.#isDone && this.#column > column && this.#isDash(this.#at)) giveUp();
    if (!this.#isDone && this.#column > column) return this.#readBlock();
    if (isOfKey && !this.#isDone && this.#column === column && this.#isDash(this.#at)) return this.#readBlock();
    return scalarAt('', Scalar.PLAIN, empty, empty);
  }

  /** A value on the line of its key or dash. The next line must not go on with it. */
  #readInline(column: number): Node {
    const node = this.#readValue();
    this.#advance();
    if (!this.#isDone && this.#column > column) giveUp();
    return node;
  }

  #readValue(): Node {
    const start = this.#at;
    const code = this.#text.charCodeAt(start);
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      const close = closingQuote(this.#text, start, this.#end);
      this.#requireEnd(close + 1);
      return quotedAt(this.#text, start, close);
    }
    if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      const node = this.#flow.read(start, this.#end);
      this.#requireEnd(this.#flow.end);
      return node;
    }
    const end = this.#plainEnd(start);
    return scalarAt(this.#text.slice(start, end), Scalar.PLAIN, start, end);
  }

  /** Nothing but a comment may follow. */
  #requireEnd(at: number): void {
    if (!this.#isEndOfLine(this.#skipSpaces(at), at)) giveUp();
  }

  #plainEnd(start: number): number {
    if (!mayBeginPlain(this.#text, start)) giveUp();
    let end = start;
    for (let at = start; at < this.#end; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === SPACE) continue;
      if (code === HASH && this.#text.charCodeAt(at - 1) === SPACE) break;
      if (code === COLON && (at + 1 === this.#end || this.#text.charCodeAt(at + 1) === SPACE)) giveUp();
      end = at + 1;
    }
    return end;
  }

  /** Where the colon behind a key stands that begins at `start`; negative when the line has no key. */
  #findColon(start: number): number {
    const code = this.#text.charCodeAt(start);
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      const colon = closingQuote(this.#text, start, this.#end) + 1;
      return this.#isKeyColon(colon) ? colon : -1;
    }
    if (!mayBeginPlain(this.#text, start)) return -1;
    for (let at = start; at < this.#end; at++) {
      const next = this.#text.charCodeAt(at);
      if (next === HASH && this.#text.charCodeAt(at - 1) === SPACE) return -1;
      if (next === COLON && this.#isKeyColon(at)) return at;
    }
    return -1;
  }

  #isKeyColon(at: number): boolean {
    if (at >= this.#end || this.#text.charCodeAt(at) !== COLON) return false;
    return at + 1 === this.#end || this.#text.charCodeAt(at + 1) === SPACE;
  }

  #readKey(colon: number): Scalar {
    const code = this.#text.charCodeAt(this.#at);
    if (colon - this.#at > MAX_KEY || this.#text.charCodeAt(colon - 1) === SPACE) giveUp();
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) return quotedAt(this.#text, this.#at, colon - 1);
    const key = this.#text.slice(this.#at, colon);
    return key === '<<' ? giveUp() : scalarAt(key, Scalar.PLAIN, this.#at, colon);
  }

  #isDash(at: number): boolean {
    if (this.#text.charCodeAt(at) !== DASH) return false;
    return at + 1 >= this.#end || this.#text.charCodeAt(at + 1) === SPACE;
  }

  /** Whether nothing or a comment is at `at`; a comment needs a space before it. */
  #isEndOfLine(at: number, before: number): boolean {
    return at >= this.#end || (this.#text.charCodeAt(at) === HASH && at > before);
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (at < this.#end && this.#text.charCodeAt(at) === SPACE) at++;
    return at;
  }
}
