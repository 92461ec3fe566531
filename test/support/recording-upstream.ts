import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { parseStrictly, type StrictRequest } from './strict-http.ts';

/** An upstream that keeps every byte and reads them strictly. */
export interface RecordingUpstream {
  readonly url: string;
  /** Whole requests, in the order they were complete. */
  readonly requests: readonly StrictRequest[];
  /** What a strict reader would not have taken, with the bytes. */
  readonly problems: readonly string[];
  /** Bytes of requests that never became whole, one entry per connection. */
  incomplete(): string[];
  /** Forgets requests and problems. */
  clear(): void;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1; it answers every whole request with 200 and the body `ok`. */
export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const requests: StrictRequest[] = [];
  const problems: string[] = [];
  /** Bytes not yet part of a whole request, by connection. */
  const unread = new Map<Socket, string>();
  const server = createServer((socket) => {
    unread.set(socket, '');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      const bytes = (unread.get(socket) ?? '') + chunk.toString('latin1');
      const reading = parseStrictly(bytes);
      if (reading.problem !== null) {
        problems.push(`${reading.problem} in ${JSON.stringify(bytes)}`);
        socket.destroy();
        return;
      }
      if (reading.isIncomplete && reading.requests.length === 0) {
        unread.set(socket, bytes);
        return;
      }
      // The gateway does not pipeline: bytes behind a whole request are a second one that nobody sent.
      if (reading.isIncomplete || reading.requests.length > 1)
        problems.push(`more than a request: ${JSON.stringify(bytes)}`);
      unread.set(socket, '');
      requests.push(...reading.requests);
      for (const request of reading.requests) {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${request.method === 'HEAD' ? '' : 'ok'}`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    problems,
    incomplete: () => [...unread.values()].filter((bytes) => bytes !== ''),
    clear: () => {
      requests.length = 0;
      problems.length = 0;
      for (const socket of unread.keys()) {
        if (socket.destroyed) unread.delete(socket);
      }
    },
    close: async () => {
      for (const socket of unread.keys()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
