import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type ClientHello, readClientHello } from '../stream/client-hello.ts';
import type { ServedCertificate } from './certificate-table.ts';
import { readFirstBytes, type Verdict } from './first-bytes.ts';
import type { ListenerTls } from './listener-context.ts';
import { certificateOptions, secureOptions } from './secure-context.ts';

/** Node's servers for one certificate: one asks clients for theirs, one does not. */
interface ServerPair {
  readonly asking: Server;
  readonly plain: Server;
}

/** What nginx answers to a request that lacks TLS; Kong's form of it. */
const NO_TLS_BODY = '{"message":"The plain HTTP request was sent to HTTPS port"}';
const NO_TLS_ANSWER = `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${NO_TLS_BODY.length}\r\nConnection: close\r\n\r\n${NO_TLS_BODY}`;

/**
 * Agrees on TLS with the clients of a listener.
 *
 * Node's own choice by server name takes no more than one certificate per name, and asks all clients of a server for
 * their certificate or none. So the name is read from the ClientHello first, and each certificate has a server of its
 * own, which listens nowhere; it is made at the first handshake that needs it.
 */
export class TlsAcceptor {
  readonly #tls: ListenerTls;
  readonly #protocols: string[];
  readonly #timeoutMs: number;
  readonly #onSecure: (socket: TLSSocket) => void;
  readonly #servers = new WeakMap<ServedCertificate, ServerPair>();

  /**
   * @param protocols for ALPN, the best first
   * @param timeoutMs for a handshake; 0 for Node's own limit
   * @param onSecure takes every connection whose handshake is done
   */
  constructor(
    tls: ListenerTls,
    protocols: readonly string[],
    timeoutMs: number,
    onSecure: (socket: TLSSocket) => void,
  ) {
    this.#tls = tls;
    this.#protocols = [...protocols];
    this.#timeoutMs = timeoutMs;
    this.#onSecure = onSecure;
  }

  /** Takes a connection from its first byte; one that fails is destroyed. */
  accept(socket: Socket): void {
    const done = (hello: ClientHello | null): void => {
      if (hello === null) socket.end(NO_TLS_ANSWER, () => socket.destroy());
      else this.#serverFor(hello.sni).emit('connection', socket);
    };
    readFirstBytes(socket, this.#timeoutMs, judge, done, () => undefined);
  }

  /** The server with the certificate for a name, as the config in force has it. */
  #serverFor(name: string | null): Server {
    const served = this.#tls.certificateFor(name);
    let pair = this.#servers.get(served);
    if (pair === undefined) {
      pair = { asking: this.#create(served, true), plain: this.#create(served, false) };
      this.#servers.set(served, pair);
    }
    return this.#tls.wantsClientCertificate(name) ? pair.asking : pair.plain;
  }

  #create(served: ServedCertificate, requestCert: boolean): Server {
    const server = createServer({
      ...secureOptions(this.#tls.policy),
      ...certificateOptions(served.pairs),
      ALPNProtocols: this.#protocols,
      requestCert,
      // Whether a certificate will do is for the plugin to say that wanted it.
      rejectUnauthorized: false,
      ...(this.#timeoutMs === 0 ? {} : { handshakeTimeout: this.#timeoutMs }),
    });
    server.on('secureConnection', this.#onSecure);
    server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
    return server;
  }
}

/** The ClientHello, left where it is; `null` for a request in the clear. */
function judge(bytes: Buffer): Verdict<ClientHello | null> {
  const reading = readClientHello(bytes);
  if (reading.kind === 'hello') return { kind: 'done', result: reading.hello, taken: 0 };
  if (reading.kind === 'incomplete') return { kind: 'more' };
  const isRequest = /^[A-Z]{3,16} /.test(bytes.toString('latin1', 0, 20));
  return isRequest ? { kind: 'done', result: null, taken: bytes.length } : { kind: 'refused', reason: reading.reason };
}
