import { createServer, type Server, type Socket } from 'node:net';
import { bindAddress } from '../listen/bind-address.ts';
import type { BoundAddress, ListenAddress } from '../listen/listen-address.ts';
import type { ListenerContext } from '../listen/listener-context.ts';
import { ProxiedConnections } from '../listen/proxied-connections.ts';

/** One entry of `stream_listen`: hands on each connection, after its PROXY protocol header if it has one. */
export class StreamListener {
  readonly #address: ListenAddress;
  readonly #context: ListenerContext;
  readonly #serve: (socket: Socket) => void;
  readonly #proxied: ProxiedConnections | null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #accepted = 0;

  /** @param serve takes a connection over */
  constructor(address: ListenAddress, context: ListenerContext, serve: (socket: Socket) => void) {
    this.#address = address;
    this.#context = context;
    this.#serve = serve;
    this.#proxied = address.isProxyProtocol === true ? new ProxiedConnections(context) : null;
    // Each direction of a connection ends by itself, and small messages are not held back.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Connections open now. */
  get active(): number {
    return this.#sockets.size;
  }

  /** Connections accepted since start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** @throws {ListenError} */
  listen(): Promise<BoundAddress> {
    return bindAddress(this.#server, this.#address, this.#address.isTls === true ? 'tls' : 'tcp');
  }

  /** Takes no more connections, lets those that are open go on for `timeoutMs`, then cuts them. */
  close(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const deadline = setTimeout(() => {
        for (const socket of this.#sockets) socket.destroy();
      }, timeoutMs);
      this.#server.close(() => {
        clearTimeout(deadline);
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    this.#accepted++;
    if (!this.#context.connections.enter()) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#context.connections.leave();
    });
    if (this.#proxied === null) this.#serve(socket);
    else this.#proxied.read(socket, () => this.#serve(socket));
  }
}
