import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { canonicalHeaders, httpbinEcho } from './httpbin-echo.ts';

/** One request as the upstream received it. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query as on the wire. */
  readonly url: string;
  /** Lower-case names, as node:http gives them. */
  readonly headers: IncomingMessage['headers'];
  /** Names and values in turn, in the order and spelling of the wire. */
  readonly rawHeaders: readonly string[];
  /** Bytes of the body that have arrived so far. */
  bodyBytes: number;
}

/** A running upstream. */
export interface Upstream {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The latest 10,000 requests, oldest first. */
  readonly requests: readonly UpstreamRequest[];
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

/** What can be chosen about the upstream. */
export interface UpstreamOptions {
  /** Default 0: any free port. */
  readonly port?: number;
}

const recordedRequests = 10_000;

/**
 * Starts an upstream with httpbin's vocabulary on 127.0.0.1:
 *
 * - `/anything[/…]` echoes method, url, headers, args, body; `/headers` the headers only
 * - `/status/N` answers with status N; `/response-headers?a=b` with these headers
 * - `/bytes/N` has a Content-Length, `/stream-bytes/N` is chunked; any size, see {@link patternBlock}
 * - `/upload` counts and hashes the body: `{"bytes": n, "sha256": hex}`
 * - `/early/N` answers with status N before it has read the body
 * - `/delay/MS` waits, then echoes; `/drip/N?ms=M` sends N bytes, one every M milliseconds
 * - `/reset` resets the connection, `/reset/N` after N bytes of the body
 * - `/trailers` ends with the trailer `x-checksum`; `/sse/N` sends N server-sent events
 */
export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const requests: UpstreamRequest[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const call = new Call(request, response);
    if (requests.length === recordedRequests) requests.shift();
    requests.push(call.seen);
    const [, name = '', argument] = call.seen.url.split('?')[0]?.split('/') ?? [];
    // A client that goes away makes writes fail; that is the client's business, not the upstream's.
    (answers[name] ?? notFound)(call, argument).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, requests, close: () => closeServer(server) };
}

/** The body of `/bytes/N` is this 64 KiB block over and over, cut at N. */
export const patternBlock: Buffer = Buffer.from(Array.from({ length: 65_536 }, (_, i) => i % 251));

type Answer = (call: Call, argument: string | undefined) => Promise<void>;

const answers: Readonly<Record<string, Answer>> = {
  anything: async (call) => {
    call.json(httpbinEcho(call.request, await call.body()));
  },
  headers: async (call) => {
    await call.drain();
    call.json({ headers: canonicalHeaders(call.request.rawHeaders) });
  },
  status: async (call, code) => {
    await call.drain();
    call.response.writeHead(count(code, 200)).end();
  },
  early: (call, code) => {
    call.response.writeHead(count(code, 413), { 'content-type': 'text/plain' }).end('enough\n');
    return Promise.resolve();
  },
  'response-headers': async (call) => {
    await call.drain();
    const wanted = new URL(call.seen.url, 'http://upstream').searchParams;
    for (const [name, value] of wanted) call.response.appendHeader(name, value);
    call.json({});
  },
  bytes: async (call, size) => {
    await call.drain();
    const total = count(size, 1024);
    call.response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': total });
    await call.sendPattern(total);
  },
  'stream-bytes': async (call, size) => {
    await call.drain();
    call.response.writeHead(200, { 'content-type': 'application/octet-stream' });
    await call.sendPattern(count(size, 1024));
  },
  upload: async (call) => {
    const hash = createHash('sha256');
    for await (const chunk of call.chunks()) hash.update(chunk);
    call.json({ bytes: call.seen.bodyBytes, sha256: hash.digest('hex') });
  },
  delay: async (call, ms) => {
    const body = await call.body();
    await wait(count(ms, 0));
    call.json(httpbinEcho(call.request, body));
  },
  drip: async (call, bytes) => {
    await call.drain();
    const pauseMs = count(new URL(call.seen.url, 'http://upstream').searchParams.get('ms') ?? undefined, 10);
    call.response.writeHead(200, { 'content-type': 'application/octet-stream' }).flushHeaders();
    for (let sent = 0; sent < count(bytes, 10); sent += 1) {
      if (sent > 0) await wait(pauseMs);
      await call.write(Buffer.from('*'));
    }
    call.response.end();
  },
  reset: async (call, after) => {
    await call.drain();
    if (after !== undefined) {
      const bytes = Math.min(count(after, 0), patternBlock.length);
      call.response.writeHead(200, { 'content-length': bytes + 1 });
      // Only once these bytes have left: a reset throws away what still waits in the socket.
      await new Promise((resolve) => call.response.write(patternBlock.subarray(0, bytes), resolve));
    }
    call.request.socket.resetAndDestroy();
  },
  trailers: async (call) => {
    await call.drain();
    call.response.writeHead(200, { 'content-type': 'text/plain', trailer: 'x-checksum' });
    call.response.write('body');
    call.response.addTrailers({ 'x-checksum': createHash('sha256').update('body').digest('hex') });
    call.response.end();
  },
  sse: async (call, events) => {
    await call.drain();
    call.response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    for (let id = 1; id <= count(events, 3); id += 1) {
      await call.write(Buffer.from(`id: ${id}\nevent: tick\ndata: {"n":${id}}\n\n`));
    }
    call.response.end();
  },
};

const notFound: Answer = async (call) => {
  await call.drain();
  call.json({ message: `nothing at ${call.seen.url}` }, 404);
};

/** One request being answered: reads the body while counting it, writes while the receiver can take it. */
class Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly seen: UpstreamRequest;

  constructor(request: IncomingMessage, response: ServerResponse) {
    const { method = '', url = '', headers, rawHeaders } = request;
    this.request = request;
    this.response = response;
    this.seen = { method, url, headers, rawHeaders, bodyBytes: 0 };
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of this.request as AsyncIterable<Buffer>) {
      this.seen.bodyBytes += chunk.length;
      yield chunk;
    }
  }

  async body(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.chunks()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async drain(): Promise<void> {
    const chunks = this.chunks();
    while ((await chunks.next()).done !== true);
  }

  json(value: unknown, status = 200): void {
    const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    this.response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  }

  async sendPattern(total: number): Promise<void> {
    for (let left = total; left > 0; left -= patternBlock.length) {
      await this.write(left >= patternBlock.length ? patternBlock : patternBlock.subarray(0, left));
    }
    this.response.end();
  }

  /** Writes, and waits while the receiver is slow. @throws when the connection is gone */
  async write(chunk: Buffer): Promise<void> {
    if (this.response.destroyed) throw new Error('the client has gone');
    if (this.response.write(chunk)) return;
    await new Promise<void>((resolve, reject) => {
      const gone = (): void => {
        reject(new Error('the client has gone'));
      };
      this.response.once('close', gone);
      this.response.once('drain', () => {
        this.response.off('close', gone);
        resolve();
      });
    });
  }
}

function count(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  return Number.isSafeInteger(number) && number >= 0 ? number : otherwise;
}

async function closeServer(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
