/** Writers of DER (ITU-T X.690), as far as a certificate needs it. Each returns one whole element. */

/** The element of ASN.1's `NULL`. */
export const NULL = element(0x05, Buffer.alloc(0));
/** The element of a `BOOLEAN` that is true. */
export const TRUE = element(0x01, Buffer.from([0xff]));

/** `SEQUENCE` of elements. */
export function sequence(...items: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(items));
}

/** `SET` of one element; of several they would have to be sorted. */
export function set(item: Buffer): Buffer {
  return element(0x31, item);
}

/** `INTEGER` from its bytes, two's complement, without leading zeros that need not be. */
export function integer(bytes: Buffer): Buffer {
  return element(0x02, bytes);
}

/** `BIT STRING` of whole bytes. */
export function bitString(bytes: Buffer): Buffer {
  return element(0x03, Buffer.concat([Buffer.alloc(1), bytes]));
}

/** `OCTET STRING`. */
export function octetString(bytes: Buffer): Buffer {
  return element(0x04, bytes);
}

/** `UTF8String`. */
export function utf8(text: string): Buffer {
  return element(0x0c, Buffer.from(text));
}

/** `OBJECT IDENTIFIER` from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** `UTCTime` until 2049, `GeneralizedTime` from then on (RFC 5280 §4.1.2.5); whole seconds. */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050' ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits));
}

/** An element inside a tag of the context, `[number] EXPLICIT`. */
export function explicit(number: number, item: Buffer): Buffer {
  return element(0xa0 | number, item);
}

/** Content under a tag of the context in place of its own, `[number] IMPLICIT`. */
export function implicit(number: number, content: Buffer): Buffer {
  return element(0x80 | number, content);
}

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(content.length)]), content]);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function base128(value: number): readonly number[] {
  const septets = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) septets.unshift((rest & 0x7f) | 0x80);
  return septets;
}
