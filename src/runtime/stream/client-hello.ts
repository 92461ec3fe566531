/** What a caller says in the clear when it begins TLS. */
export interface ClientHello {
  /** The server name it asks for, as sent; `null` when it names none. */
  readonly sni: string | null;
  /** Protocols it offers by ALPN, in its order. */
  readonly alpn: readonly string[];
}

/** What the first bytes of a connection are. */
export type HelloReading =
  | { readonly kind: 'hello'; readonly hello: ClientHello }
  /** So far they could be the beginning of one. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Bytes after which a ClientHello must be complete; the largest in use, with post-quantum keys, have about 2,000. */
export const MAX_HELLO_BYTES = 16 * 1024;

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER_BYTES = 5;
const MESSAGE_HEADER_BYTES = 4;
/** RFC 8446 §5.1. */
const MAX_RECORD_BYTES = 16 * 1024;
const SERVER_NAME = 0;
const HOST_NAME = 0;
const ALPN = 16;

const INCOMPLETE: HelloReading = { kind: 'incomplete' };

/**
 * Reads a TLS ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2) from the first bytes of a connection, across records.
 * Never throws and takes nothing: the same bytes, and more, may be given again.
 */
export function readClientHello(bytes: Buffer): HelloReading {
  const message = joinRecords(bytes);
  if (typeof message === 'string') return { kind: 'invalid', reason: message };
  if (message === null) return bytes.length >= MAX_HELLO_BYTES ? TOO_LARGE : INCOMPLETE;
  const hello = parseHello(message);
  return hello === null ? { kind: 'invalid', reason: 'a malformed ClientHello' } : { kind: 'hello', hello };
}

const TOO_LARGE: HelloReading = { kind: 'invalid', reason: `a ClientHello of more than ${MAX_HELLO_BYTES} bytes` };

/** The body of the first handshake message; `null` while it is incomplete, text when it is no ClientHello. */
function joinRecords(bytes: Buffer): Buffer | string | null {
  const parts: Buffer[] = [];
  let have = 0;
  let needed: number | string = MESSAGE_HEADER_BYTES;
  for (let at = 0; at < bytes.length && have < needed; ) {
    if (bytes[at] !== HANDSHAKE_RECORD) return at === 0 ? 'no TLS' : 'no handshake record where one was begun';
    if ((bytes[at + 1] ?? 3) !== 3) return 'no TLS';
    if (at + RECORD_HEADER_BYTES > bytes.length) return null;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > MAX_RECORD_BYTES) return 'a TLS record of impossible length';
    at += RECORD_HEADER_BYTES;
    const part = bytes.subarray(at, at + length);
    parts.push(part);
    have += part.length;
    at += length;
    if (needed === MESSAGE_HEADER_BYTES && have > 0) needed = messageBytes(parts, have);
    if (typeof needed === 'string') return needed;
  }
  return have < needed ? null : Buffer.concat(parts).subarray(MESSAGE_HEADER_BYTES, needed);
}

/** How long the message is with its header, as soon as that can be said; text when it cannot be a ClientHello. */
function messageBytes(parts: readonly Buffer[], have: number): number | string {
  const head = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  if (head?.[0] !== CLIENT_HELLO) return 'a handshake that does not begin with a ClientHello';
  if (have < MESSAGE_HEADER_BYTES) return MESSAGE_HEADER_BYTES;
  const length = head.readUIntBE(1, 3);
  return length > MAX_HELLO_BYTES
    ? `a ClientHello of more than ${MAX_HELLO_BYTES} bytes`
    : MESSAGE_HEADER_BYTES + length;
}

/** `null` for a message that is not what it says it is. */
function parseHello(message: Buffer): ClientHello | null {
  const reader = new Reader(message);
  reader.skip(2 + 32);
  const session = reader.vector(1);
  const suites = reader.vector(2);
  const compressions = reader.vector(1);
  if (session.length > 32 || suites.length < 2 || suites.length % 2 !== 0 || compressions.length === 0) return null;
  // TLS 1.0 and 1.1 know hellos without extensions.
  if (!reader.isBroken && reader.isAtEnd) return { sni: null, alpn: [] };
  const extensions = new Reader(reader.vector(2));
  if (!reader.isComplete) return null;
  return parseExtensions(extensions);
}

function parseExtensions(extensions: Reader): ClientHello | null {
  let sni: string | null = null;
  let alpn: readonly string[] = [];
  while (!extensions.isAtEnd && !extensions.isBroken) {
    const type = extensions.number(2);
    const data = extensions.vector(2);
    if (type === SERVER_NAME) {
      const name = parseServerName(data);
      // Two answers to one question would let us and the server behind us disagree.
      if (name === undefined || sni !== null) return null;
      sni = name;
    } else if (type === ALPN) {
      const protocols = parseAlpn(data);
      if (protocols === null) return null;
      alpn = protocols;
    }
  }
  return extensions.isComplete ? { sni, alpn } : null;
}

/** RFC 6066 §3: at most one name of a type. `undefined` when it is malformed. */
function parseServerName(data: Buffer): string | null | undefined {
  const reader = new Reader(data);
  const list = new Reader(reader.vector(2));
  if (!reader.isComplete) return undefined;
  let name: string | null = null;
  while (!list.isAtEnd && !list.isBroken) {
    const type = list.number(1);
    const value = list.vector(2);
    if (type !== HOST_NAME) continue;
    if (name !== null || value.length === 0 || !isPrintable(value)) return undefined;
    name = value.toString('latin1');
  }
  return list.isComplete ? name : undefined;
}

/** RFC 7301 §3.1. */
function parseAlpn(data: Buffer): readonly string[] | null {
  const reader = new Reader(data);
  const list = new Reader(reader.vector(2));
  const protocols: string[] = [];
  while (!list.isAtEnd && !list.isBroken) {
    const protocol = list.vector(1);
    if (protocol.length === 0) return null;
    protocols.push(protocol.toString('latin1'));
  }
  return reader.isComplete && list.isComplete ? protocols : null;
}

/** A name ends up in logs and maps; RFC 6066 allows ASCII only. */
function isPrintable(bytes: Buffer): boolean {
  return bytes.every((byte) => byte > 0x20 && byte < 0x7f);
}

const NOTHING = Buffer.alloc(0);

/** Reads numbers and length-prefixed vectors. Once something is missing it is broken and gives zeros. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  isBroken = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Everything was read and nothing was missing. */
  get isComplete(): boolean {
    return !this.isBroken && this.isAtEnd;
  }

  skip(length: number): void {
    if (this.#has(length)) this.#at += length;
  }

  number(bytes: 1 | 2): number {
    if (!this.#has(bytes)) return 0;
    this.#at += bytes;
    return this.#bytes.readUIntBE(this.#at - bytes, bytes);
  }

  /** Bytes that their length, a number of `lengthBytes`, precedes. */
  vector(lengthBytes: 1 | 2): Buffer {
    const length = this.number(lengthBytes);
    if (!this.#has(length)) return NOTHING;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #has(length: number): boolean {
    if (this.#at + length > this.#bytes.length) this.isBroken = true;
    return !this.isBroken;
  }
}
