import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';

/** A server of one test. */
export interface SmallUpstream {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** An HTTP/1.1 server made of one handler; `prepare` may set further listeners. */
export async function handlerUpstream(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  prepare: (server: Server) => void = () => undefined,
): Promise<SmallUpstream> {
  const server = createServer(handle);
  prepare(server);
  return opened(server);
}

/** A TCP server that answers with whatever bytes it likes. */
export async function socketUpstream(handle: (socket: Socket) => void): Promise<SmallUpstream> {
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    handle(socket);
  });
  return opened(server);
}

async function opened(server: NetServer): Promise<SmallUpstream> {
  const sockets = new Set<Socket>();
  // Node's own list leaves out connections that were upgraded.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
