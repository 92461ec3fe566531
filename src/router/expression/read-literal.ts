import { isIP } from 'node:net';
import { AddressRange, parseAddress } from '../../lib/address-range.ts';
import type { Literal, Span, TextLiteral } from './expression-node.ts';
import { type Scanner, shorten, syntaxFailure } from './scanner.ts';

const MAX_INTEGER = 2n ** 63n - 1n;

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** All that can be a number or an address, and what people write instead of one. */
const word = /-?[\w.:/%]+/uy;

const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/;
const ipv6 = /^(?::|[0-9A-Fa-f]{1,4}):[0-9A-Fa-f:]*(?:\/\d{1,3})?$/;
const integer = /^(-?)(?:(0[0-7]+)|(0x[0-9A-Fa-f]+)|(\d+))$/;

/** Reads the right side of a predicate. @throws {ExpressionFailure} */
export function readLiteral(scanner: Scanner): Literal {
  const raw = scanner.accept('r#"');
  if (raw !== null) return readRawText(scanner, raw);
  const quote = scanner.accept('"');
  if (quote !== null) return readText(scanner, quote.start);
  if (scanner.peek(/'/y) !== null) throw scanner.expected('a value', 'texts stand in double quotes');
  const start = scanner.at;
  const text = scanner.read(word);
  if (text === null) throw scanner.expected('a text in quotes, a number or an address');
  return readWord(text, { start, end: start + text.length });
}

function readWord(text: string, span: Span): Literal {
  if (ipv4.test(text) || ipv6.test(text)) return readAddress(text, span);
  const [, sign = '', octal, hex, decimal] = integer.exec(text) ?? [];
  const digits = octal !== undefined ? `0o${octal}` : (hex ?? decimal);
  if (digits === undefined) {
    const hint = /^-?[\d.:/]+$/.test(text) ? null : `a text stands in quotes: "${shorten(text)}"`;
    throw syntaxFailure(`"${shorten(text)}" is neither a number nor an address`, hint, span);
  }
  const size = BigInt(digits.length > 400 ? '0xffffffffffffffffff' : digits);
  if (size > MAX_INTEGER) throw syntaxFailure(`${shorten(text)} does not fit into 64 bits`, null, span);
  return { type: 'integer', integer: sign === '-' ? -size : size, ...span };
}

function readAddress(text: string, span: Span): Literal {
  const [address = '', bits] = text.split('/');
  const parsed = parseAddress(address);
  // A mapped address cannot be written here: the grammar has no dots in an IPv6 address.
  if (parsed === null || isIP(address) === 0) throw syntaxFailure(`"${text}" is not an address`, null, span);
  if (bits === undefined) return { type: 'address', address, ...span };
  const length = isIP(address) === 4 ? 32 : 128;
  if (Number(bits) > length) throw syntaxFailure(`a range has at most ${length} bits, not ${bits}`, null, span);
  const { network } = new AddressRange(parsed, Number(bits) - (length - 32 * parsed.length));
  if (parseAddress(network)?.join() !== parsed.join()) {
    const message = `the range "${text}" has bits behind the first ${bits} that are not zero`;
    throw syntaxFailure(message, `write "${network}/${bits}"`, span);
  }
  return { type: 'range', range: text, ...span };
}

function readText(scanner: Scanner, start: number): TextLiteral {
  const source = scanner.text;
  let text = '';
  for (let at = start + 1; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '"') {
      scanner.jump(at + 1);
      return { type: 'text', text, start, end: at + 1 };
    }
    if (character !== '\\') {
      text += character;
      continue;
    }
    text += readEscape(source, at);
    at++;
  }
  throw syntaxFailure('the text has no closing quote', null, { start, end: source.length });
}

function readEscape(source: string, at: number): string {
  const character = source.charAt(at + 1);
  const meant = escapes.get(character);
  if (meant !== undefined) return meant;
  const hint = 'write "\\\\" for a backslash, or r#"…"# around a regular expression';
  throw syntaxFailure(`"\\${character}" is no escape: there are \\" \\\\ \\n \\r \\t`, hint, {
    start: at,
    end: Math.min(at + 2, source.length),
  });
}

function readRawText(scanner: Scanner, { start, end }: Span): TextLiteral {
  const close = scanner.text.indexOf('"#', end);
  if (close < 0) {
    throw syntaxFailure('the text has no closing "#', 'end it with "#', { start, end: scanner.text.length });
  }
  scanner.jump(close + 2);
  return { type: 'text', text: scanner.text.slice(end, close), start, end: close + 2 };
}
