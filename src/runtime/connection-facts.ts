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
const sockets = new WeakMap<ConnectionFacts, Socket>();
const certificates = new WeakMap<ConnectionFacts, Buffer | null>();

/** The facts of a connection, read once. */
export function connectionFacts(socket: Socket): ConnectionFacts {
  let facts = known.get(socket);
  if (facts === undefined) {
    facts = readFacts(socket);
    noteConnectionFacts(socket, facts);
  }
  return facts;
}

/** Says what a connection's own ends do not: called by a listener before it hands the connection on. */
export function noteConnectionFacts(socket: Socket, facts: ConnectionFacts): void {
  known.set(socket, facts);
  if (!sockets.has(facts)) sockets.set(facts, socket);
}

/**
 * The certificate (DER) that the other end showed in its TLS handshake, whose key it has proved to have; `null` when it
 * showed none. Who issued it is unchecked. Read once per connection.
 */
export function clientCertificateOf(facts: ConnectionFacts): Buffer | null {
  let certificate = certificates.get(facts);
  if (certificate === undefined) {
    const socket = facts.isTls ? sockets.get(facts) : undefined;
    certificate = (socket as TLSSocket | undefined)?.getPeerX509Certificate()?.raw ?? null;
    certificates.set(facts, certificate);
  }
  return certificate;
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
