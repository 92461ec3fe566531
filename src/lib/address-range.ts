import { isIP } from 'node:net';

/** An IP address as numbers of 32 bits: one for IPv4, four for IPv6. */
export type Address = readonly number[];

/** Reads an address; `null` for anything else. An IPv4 address mapped into IPv6 is an IPv4 address; zones are dropped. */
export function parseAddress(text: string): Address | null {
  const family = isIP(text);
  if (family === 4) return [parseV4(text)];
  if (family !== 6) return null;
  const words = parseV6(text);
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff ? [words[3] ?? 0] : words;
}

/** Whether two addresses are the same. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.length === b.length && a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

/** All addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`. */
export class AddressRange {
  readonly #words: Address;
  readonly #masks: Address;

  /** @param bits how many bits count, from 0 to the length of the address; the others are ignored */
  constructor(address: Address, bits: number) {
    this.#masks = address.map((_, index) => maskOf(bits - 32 * index));
    this.#words = address.map((word, index) => (word & (this.#masks[index] ?? 0)) >>> 0);
  }

  /** An address of the other family is in no range. */
  contains(address: Address): boolean {
    if (address.length !== this.#words.length) return false;
    for (let at = 0; at < address.length; at++) {
      if (((address[at] ?? 0) & (this.#masks[at] ?? 0)) >>> 0 !== this.#words[at]) return false;
    }
    return true;
  }

  /** True when every address of `other` is in this range. */
  includes(other: AddressRange): boolean {
    return this.contains(other.#words) && this.#masks.every((mask, at) => (mask & ~(other.#masks[at] ?? 0)) === 0);
  }

  /** The address of the range with all other bits zero, in the usual notation. */
  get network(): string {
    return formatAddress(this.#words);
  }
}

/** Reads `10.0.0.0/8`, or an address alone, which is a range of one; `null` for anything else. */
export function parseAddressRange(text: string): AddressRange | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  if (slash < 0) return new AddressRange(address, 32 * address.length);
  const bits = text.slice(slash + 1);
  const length = text.includes(':') ? 128 : 32;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > length) return null;
  return new AddressRange(address, Number(bits) - (length - 32 * address.length));
}

/** The usual notation: the longest run of zeros is left out (RFC 5952 §4). */
export function formatAddress(address: Address): string {
  if (address.length === 1) return formatV4(address[0] ?? 0);
  const groups = address.flatMap((word) => [(word >>> 16).toString(16), (word & 0xffff).toString(16)]);
  const zeros = [...groups.join(':').matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length)[0];
  const text = groups.join(':');
  if (zeros === undefined) return text;
  const head = text.slice(0, zeros.index).replace(/:$/, '');
  const tail = text.slice(zeros.index + zeros[0].length).replace(/^:/, '');
  return `${head}::${tail}`;
}

function formatV4(word: number): string {
  return [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff).join('.');
}

function parseV4(text: string): number {
  return text.split('.').reduce((word, part) => ((word << 8) | Number(part)) >>> 0, 0);
}

function parseV6(text: string): number[] {
  const zone = text.indexOf('%');
  const plain = (zone < 0 ? text : text.slice(0, zone)).replace(/[\d.]+$/, (tail) =>
    tail.includes('.') ? groupsOfV4(parseV4(tail)) : tail,
  );
  const [head = '', tail] = plain.split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
  return [0, 2, 4, 6].map((at) => (((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0)) >>> 0);
}

function groupsOfV4(word: number): string {
  return `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}
