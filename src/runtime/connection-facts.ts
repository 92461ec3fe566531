import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What is known about a caller's connection before its first request. Fixed for the life of the connection. */
export interface ConnectionFacts {
  /** The other end: the socket's, or what a PROXY protocol header said. IPv4 in its own notation; `unix:` for a path. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Our end: the socket's, or what a PROXY protocol header said. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly isTls: boolean;
  /** Server name of the TLS handshake; `null` without one. */
  readonly sni: string | null;
  /** The socket's own other end, which is a load balancer where the PROXY protocol is spoken. */
  readonly peerAddress: string;
}

const known = new WeakMap<Socket, ConnectionFacts>();

/** The facts of a connection, read once. */
export function connectionFacts(socket: Socket): ConnectionFacts {
  let facts = known.get(socket);
  if (facts === undefined) {
    facts = readFacts(socket);
    known.set(socket, facts);
  }
  return facts;
}

/** Says what a connection's own ends do not: called by a listener before it hands the connection on. */
export function noteConnectionFacts(socket: Socket, facts: ConnectionFacts): void {
  known.set(socket, facts);
}

/** `10.0.0.1` for `::ffff:10.0.0.1`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

function readFacts(socket: Socket): ConnectionFacts {
  const isUnix = socket.remoteAddress === undefined && !socket.destroyed;
  const remoteAddress = isUnix ? 'unix:' : plainAddress(socket.remoteAddress ?? '');
  const isTls = 'encrypted' in socket;
  const sni = isTls ? (socket as TLSSocket).servername : null;
  return {
    remoteAddress,
    remotePort: socket.remotePort ?? 0,
    localAddress: plainAddress(socket.localAddress ?? ''),
    localPort: socket.localPort ?? 0,
    isTls,
    sni: typeof sni === 'string' && sni !== '' ? sni : null,
    peerAddress: remoteAddress,
  };
}
