import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request as a forward proxy saw it. */
export interface ProxiedRequest {
  readonly method: string;
  /** `host:port` of a tunnel, else the absolute URL. */
  readonly target: string;
  readonly authorization: string | null;
}

/** A real forward proxy: tunnels for CONNECT, and absolute URLs for plain http. */
export class ForwardProxy {
  readonly requests: ProxiedRequest[] = [];
  /** The `Proxy-Authorization` that is asked for; null lets everybody through. */
  wanted: string | null = null;
  /** Connections that clients have made. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing));
    this.#server.on('connect', (incoming: IncomingMessage, socket: Duplex) => this.#tunnel(incoming, socket));
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#keep(socket);
    });
  }

  static async start(): Promise<ForwardProxy> {
    const proxy = new ForwardProxy();
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  /** Whether the request may pass. */
  #note({ method = '', url = '', headers }: IncomingMessage): boolean {
    const authorization = headers['proxy-authorization'] ?? null;
    this.requests.push({ method, target: url, authorization });
    return this.wanted === null || authorization === this.wanted;
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (!this.#note(incoming)) {
      outgoing.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
      return;
    }
    const headers = { ...incoming.headers };
    delete headers['proxy-authorization'];
    const onward = request(incoming.url ?? '', { method: incoming.method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  }

  #tunnel(incoming: IncomingMessage, socket: Duplex): void {
    if (!this.#note(incoming)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    const [host, port] = (incoming.url ?? '').split(':');
    const onward = connect(Number(port), host);
    this.#keep(onward);
    onward.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
  }
}
