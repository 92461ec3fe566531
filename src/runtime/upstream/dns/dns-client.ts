import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { type AddressType, decodeResponse, type DnsMessage, encodeQuery, RESPONSE_CODES } from './dns-message.ts';

/** Where a name server is. */
export interface NameServer {
  readonly host: string;
  readonly port: number;
}

/** No name server gave a usable answer. */
export class DnsServerError extends Error {
  override readonly name = 'DnsServerError';
}

type Transport = (server: NameServer, query: Buffer, timeoutMs: number, accept: Accept) => Promise<DnsMessage>;
/** `null` for a message that is not the answer. */
type Accept = (message: Buffer) => DnsMessage | null;

const DNS_PORT = 53;

/**
 * Asks name servers over UDP, and over TCP when an answer does not fit. Node's own resolver does not say how long an
 * SRV record is valid; this one does. Each query comes from its own port with a random id (RFC 5452 §9).
 */
export class DnsClient {
  readonly #servers: readonly NameServer[];
  readonly #timeoutMs: number;
  readonly #attempts: number;

  /** @param options `timeoutMs` for one server, `attempts` at the whole list */
  constructor(servers: readonly NameServer[], options: { readonly timeoutMs: number; readonly attempts: number }) {
    this.#servers = servers;
    this.#timeoutMs = options.timeoutMs;
    this.#attempts = options.attempts;
  }

  /**
   * The answer of the first server that has one, which may be that the name does not exist.
   * @throws {DnsServerError} when no server has one
   */
  async query(name: string, type: AddressType): Promise<DnsMessage> {
    let last = 'there is no name server';
    for (let attempt = 0; attempt < this.#attempts; attempt++) {
      for (const server of this.#servers) {
        try {
          const message = await this.#ask(server, name, type);
          if (message.code === RESPONSE_CODES.ok || message.code === RESPONSE_CODES.nameError) return message;
          last = `${server.host} answered with code ${message.code}`;
        } catch (error) {
          last = `${server.host}: ${(error as Error).message}`;
        }
      }
    }
    throw new DnsServerError(`no answer for "${name}" (${type}): ${last}`);
  }

  async #ask(server: NameServer, name: string, type: AddressType): Promise<DnsMessage> {
    const id = randomInt(0x10000);
    const query = encodeQuery(id, name, type);
    const accept: Accept = (message) => decodeResponse(message, id, name, type);
    const message = await askUdp(server, query, this.#timeoutMs, accept);
    return message.isTruncated ? askTcp(server, query, this.#timeoutMs, accept) : message;
  }
}

/** Reads `ip`, `ip:port` and `[ip]:port`. @throws {TypeError} when it is none of these */
export function parseNameServer(text: string): NameServer {
  if (isIPv6(text)) return { host: text, port: DNS_PORT };
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw new TypeError(`"${text}" is not the address of a name server (ip or ip:port)`);
  return { host, port: Number(match?.[3] ?? DNS_PORT) };
}

/** The error when the message is malformed. */
function tryAccept(accept: Accept, bytes: Buffer): DnsMessage | Error | null {
  try {
    return accept(bytes);
  } catch (error) {
    return error as Error;
  }
}

const askUdp: Transport = (server, query, timeoutMs, accept) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4');
    socket.unref();
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners().on('error', () => undefined);
      socket.close();
      settle();
    };
    const timer = setTimeout(() => finish(() => reject(new Error('timeout'))), timeoutMs).unref();
    socket.on('error', (error) => finish(() => reject(error)));
    socket.on('message', (bytes) => {
      const message = tryAccept(accept, bytes);
      if (message instanceof Error) finish(() => reject(message));
      else if (message !== null) finish(() => resolve(message));
    });
    // Connected: datagrams of others are dropped, and a closed port is told at once.
    socket.connect(server.port, server.host, () => socket.send(query));
  });

const askTcp: Transport = (server, query, timeoutMs, accept) =>
  new Promise((resolve, reject) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    const socket = connect(server.port, server.host, () => socket.write(Buffer.concat([length, query])));
    socket.unref();
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('timeout')));
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const message = tryAccept(accept, received.subarray(2));
      if (message instanceof Error) reject(message);
      else if (message !== null) resolve(message);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed')));
  });
