import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type ConnectionFacts, noteConnectionFacts, plainAddress } from '../connection-facts.ts';
import { readFirstBytes, type Verdict } from './first-bytes.ts';
import type { ListenerContext } from './listener-context.ts';
import { type ProxiedConnection, readProxyHeader } from './proxy-protocol.ts';

/** What a PROXY protocol listener needs of its context. */
export type ProxyContext = Pick<ListenerContext, 'limits' | 'believesProxy' | 'log'>;

/** Reads the PROXY protocol header at the beginning of connections, and keeps what it says where it is believed. */
export class ProxiedConnections {
  readonly #context: ProxyContext;
  /** By the ends of the socket: TLS wraps a socket in another one, and says not which. */
  readonly #byEnds = new Map<string, ConnectionFacts>();

  constructor(context: ProxyContext) {
    this.#context = context;
  }

  /** Goes on with `next`, the socket paused, once the header is read; destroys a connection without one. */
  read(socket: Socket, next: () => void): void {
    const { limits, log } = this.#context;
    const peer = socket.remoteAddress ?? '';
    readFirstBytes(
      socket,
      limits.headerTimeoutMs,
      judge,
      (connection) => {
        this.#note(socket, connection);
        next();
      },
      (reason) => log.info({ peer: plainAddress(peer), reason }, 'closed a connection without PROXY protocol header'),
    );
  }

  /** What is known about the connection below a TLS socket, with what TLS adds; `null` where nothing is. */
  factsOf(socket: TLSSocket): ConnectionFacts | null {
    const facts = this.#byEnds.get(endsOf(socket));
    if (facts === undefined) return null;
    const name = socket.servername;
    return { ...facts, isTls: true, sni: typeof name === 'string' && name !== '' ? name : null };
  }

  #note(socket: Socket, connection: ProxiedConnection | null): void {
    const peerAddress = peerOf(socket);
    if (connection === null || !this.#context.believesProxy(peerAddress)) return;
    const facts: ConnectionFacts = {
      remoteAddress: plainAddress(connection.sourceAddress),
      remotePort: connection.sourcePort,
      localAddress: plainAddress(connection.destinationAddress),
      localPort: connection.destinationPort,
      isTls: false,
      sni: null,
      peerAddress,
    };
    noteConnectionFacts(socket, facts);
    const ends = endsOf(socket);
    this.#byEnds.set(ends, facts);
    socket.once('close', () => this.#byEnds.delete(ends));
  }
}

function judge(bytes: Buffer): Verdict<ProxiedConnection | null> {
  const reading = readProxyHeader(bytes);
  if (reading.kind === 'incomplete') return { kind: 'more' };
  if (reading.kind === 'invalid') return { kind: 'refused', reason: reading.reason };
  return { kind: 'done', result: reading.connection, taken: reading.length };
}

/** nginx's name for callers on unix sockets, which have no address. */
function peerOf(socket: Socket): string {
  return socket.remoteAddress === undefined ? 'unix:' : plainAddress(socket.remoteAddress);
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress ?? ''}|${remotePort ?? ''}|${localAddress ?? ''}|${localPort ?? ''}`;
}
