import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a path answers: a value becomes JSON with status 200, a function answers itself. */
export type Answer = object | ((request: IncomingMessage, response: ServerResponse) => void);

/** A server of hand-made documents, for everything a certified provider would never do. */
export interface Documents {
  readonly origin: string;
  readonly port: number;
  /** By path; may be changed at any time. A path that is not here is 404. */
  readonly answers: Map<string, Answer>;
  /** Requests per path since the start. */
  hits(path: string): number;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** Serves `answers` on a free port of 127.0.0.1. */
export async function serveDocuments(answers: Record<string, Answer> = {}): Promise<Documents> {
  const byPath = new Map(Object.entries(answers));
  const requests: IncomingMessage[] = [];
  const server = createServer(answering(byPath, requests));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    answers: byPath,
    requests,
    hits: (path) => requests.filter(({ url }) => url === path).length,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answering(byPath: Map<string, Answer>, requests: IncomingMessage[]): RequestListener {
  return (request, response) => {
    requests.push(request);
    const answer = byPath.get(request.url ?? '');
    if (typeof answer === 'function') {
      answer(request, response);
      return;
    }
    request.resume();
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: 'not_found' }));
  };
}

/** An answer with this status and text. */
export function text(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };
}
