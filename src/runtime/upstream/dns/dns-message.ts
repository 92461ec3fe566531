/** Record types that gw asks for or follows (RFC 1035 §3.2.2, RFC 3596, RFC 2782). */
export const RECORD_TYPES = { A: 1, CNAME: 5, SOA: 6, AAAA: 28, SRV: 33 } as const;

/** A type of records that can be asked for. */
export type AddressType = 'A' | 'AAAA' | 'SRV';

/** Response codes that matter here (RFC 1035 §4.1.1). */
export const RESPONSE_CODES = { ok: 0, nameError: 3 } as const;

/** A record of a response. Names are in lower case, without a dot at the end. */
export type DnsRecord =
  | { readonly type: 'A' | 'AAAA'; readonly name: string; readonly ttl: number; readonly address: string }
  | { readonly type: 'CNAME'; readonly name: string; readonly ttl: number; readonly target: string }
  | {
      readonly type: 'SRV';
      readonly name: string;
      readonly ttl: number;
      readonly target: string;
      readonly port: number;
      readonly priority: number;
      readonly weight: number;
    };

/** What a server said. */
export interface DnsMessage {
  readonly code: number;
  /** The answer did not fit: ask again over TCP. */
  readonly isTruncated: boolean;
  /** Answers and additional records of the types gw knows. TTLs in seconds. */
  readonly records: readonly DnsRecord[];
}

const HEADER_BYTES = 12;
const RECURSION_DESIRED = 0x0100;
const IS_RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const CLASS_IN = 1;
const POINTER = 0xc0;
const MAX_LABEL_BYTES = 63;
const MAX_NAME_BYTES = 253;

/** A query for one name and type. @throws {TypeError} when the name cannot be a DNS name */
export function encodeQuery(id: number, name: string, type: AddressType): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'));
  if (name.length > MAX_NAME_BYTES || labels.some(({ length }) => length === 0 || length > MAX_LABEL_BYTES)) {
    throw new TypeError(`"${name}" is not a name that DNS can have`);
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RECURSION_DESIRED, 2);
  header.writeUInt16BE(1, 4);
  const question = labels.flatMap((label) => [Buffer.from([label.length]), label]);
  const end = Buffer.from([0, 0, RECORD_TYPES[type], 0, CLASS_IN]);
  return Buffer.concat([header, ...question, end]);
}

/**
 * Reads a response.
 * @returns `null` when it answers another question than this one, as a forged or a late one does
 * @throws {RangeError} when it is malformed
 */
export function decodeResponse(message: Buffer, id: number, name: string, type: AddressType): DnsMessage | null {
  const reader = new MessageReader(message);
  const receivedId = reader.uint16();
  const flags = reader.uint16();
  const counts = { questions: reader.uint16(), answers: reader.uint16() };
  const authorities = reader.uint16();
  const additional = reader.uint16();
  if (receivedId !== id || (flags & IS_RESPONSE) === 0 || counts.questions !== 1) return null;
  if (reader.name() !== name.toLowerCase() || reader.uint16() !== RECORD_TYPES[type]) return null;
  reader.uint16();
  const isTruncated = (flags & TRUNCATED) !== 0;
  const records: DnsRecord[] = [];
  for (let left = isTruncated ? 0 : counts.answers + authorities + additional; left > 0; left--) {
    const record = reader.record();
    if (record !== null) records.push(record);
  }
  return { code: flags & 0x0f, isTruncated, records };
}

/** Reads on from the start of a message; reading past its end throws a RangeError. */
class MessageReader {
  readonly #message: Buffer;
  #at = 0;

  constructor(message: Buffer) {
    this.#message = message;
  }

  uint16(): number {
    this.#at += 2;
    return this.#message.readUInt16BE(this.#at - 2);
  }

  name(): string {
    const [name, next] = this.#nameAt(this.#at);
    this.#at = next;
    return name;
  }

  /** `null` for a type or class that gw has no use for. */
  record(): DnsRecord | null {
    const name = this.name();
    const type = this.uint16();
    const isInternet = this.uint16() === CLASS_IN;
    const ttl = Math.max(0, this.#message.readInt32BE(this.#at));
    this.#at += 4;
    const length = this.uint16();
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#message.length) throw new RangeError('a record is longer than its message');
    return isInternet ? this.#readData(type, { name, ttl }, start, length) : null;
  }

  #readData(type: number, common: { name: string; ttl: number }, start: number, length: number): DnsRecord | null {
    const data = this.#message;
    if (type === RECORD_TYPES.A && length === 4) {
      return { type: 'A', ...common, address: data.subarray(start, start + 4).join('.') };
    }
    if (type === RECORD_TYPES.AAAA && length === 16) {
      return { type: 'AAAA', ...common, address: formatIpv6(data.subarray(start, start + 16)) };
    }
    if (type === RECORD_TYPES.CNAME) return { type: 'CNAME', ...common, target: this.#nameAt(start)[0] };
    if (type !== RECORD_TYPES.SRV) return null;
    const [priority, weight, port] = [0, 2, 4].map((offset) => data.readUInt16BE(start + offset)) as [
      number,
      number,
      number,
    ];
    return { type: 'SRV', ...common, priority, weight, port, target: this.#nameAt(start + 6)[0] };
  }

  /** The name at `at` and where reading goes on. Names may point back to earlier ones (RFC 1035 §4.1.4). */
  #nameAt(at: number): [string, number] {
    const labels: string[] = [];
    let end = -1;
    let size = 0;
    for (;;) {
      const length = this.#message.readUInt8(at);
      if (length === 0) return [labels.join('.').toLowerCase(), end < 0 ? at + 1 : end];
      if (length >= POINTER) {
        if (end < 0) end = at + 2;
        const target = this.#message.readUInt16BE(at) & 0x3fff;
        // Only backwards, so that reading ends.
        if (target >= at) throw new RangeError('a name points forward');
        at = target;
        continue;
      }
      size += length + 1;
      if (length > MAX_LABEL_BYTES || size > MAX_NAME_BYTES + 2) throw new RangeError('a name is too long');
      if (at + 1 + length > this.#message.length) throw new RangeError('a name is longer than its message');
      labels.push(this.#message.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
  }
}

/** RFC 5952: the longest run of zeros becomes `::`. */
function formatIpv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const runs = groups.join(':').match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return groups.join(':');
  return groups.join(':').replace(new RegExp(`:?\\b${longest}\\b:?`), '::');
}
