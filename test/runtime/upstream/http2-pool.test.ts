import { once } from 'node:events';
import { constants, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import type { Dispatcher } from 'undici';
import { Http2Pool } from '../../../src/runtime/upstream/http2-pool.ts';
import { codeOf } from '../../../src/runtime/upstream-failure.ts';
import { socketUpstream } from '../../support/small-upstreams.ts';

interface Peer {
  readonly server: Http2Server;
  readonly pool: Http2Pool;
  readonly sessions: ServerHttp2Session[];
}

async function startPeer(
  t: Test,
  answer: (stream: ServerHttp2Stream, path: string) => void,
  maxConcurrentStreams = 100,
): Promise<Peer> {
  const sessions: ServerHttp2Session[] = [];
  const server = createServer({ settings: { maxConcurrentStreams } });
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    answer(stream, String(headers[':path']));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pool = new Http2Pool(`http://127.0.0.1:${port}`, { connectTimeoutMs: 2_000, tls: null });
  t.teardown(async () => {
    await pool.close();
    for (const session of sessions) session.destroy();
    server.close();
    await once(server, 'close');
  });
  return { server, pool, sessions };
}

interface Outcome {
  /** Code of the error; `null` for none. */
  readonly code: string | null;
  readonly status: number;
  readonly body: string;
  readonly trailers: readonly string[];
  readonly error: Error | null;
}

/** Dispatches one request and gathers what its handler is told. */
function get(
  pool: Http2Pool,
  path: string,
  timeouts: { headersTimeout?: number; bodyTimeout?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    let status = 0;
    let body = '';
    const handler = {
      onConnect: () => undefined,
      onHeaders: (code: number) => {
        status = code;
        return true;
      },
      onData: (chunk: Buffer) => {
        body += chunk.toString();
        return true;
      },
      onComplete: (trailers: readonly string[]) => resolve({ status, body, trailers, error: null, code: null }),
      onError: (error: Error) => resolve({ status, body, trailers: [], error, code: codeOf(error) }),
    };
    const options = { path, method: 'GET' as const, headers: ['Host', 'a.example'], ...timeouts };
    pool.dispatch(options, handler as unknown as Dispatcher.DispatchHandler);
  });
}

void t.test('requests share one connection until it is full, then another is opened', async (t) => {
  const held: ServerHttp2Stream[] = [];
  const peer = await startPeer(
    t,
    (stream, path) => {
      if (path === '/hold') held.push(stream);
      else respond(stream, path);
    },
    2,
  );
  t.equal((await get(peer.pool, '/first')).body, '/first');
  const waiting = [get(peer.pool, '/hold'), get(peer.pool, '/hold')];
  t.equal((await get(peer.pool, '/third')).body, '/third');
  t.equal(peer.sessions.length, 2, 'the third found the first connection full');
  for (const stream of held) respond(stream, 'released');
  t.strictSame(
    (await Promise.all(waiting)).map(({ body }) => body),
    ['released', 'released'],
  );
});

void t.test('a connection that the peer wants to end finishes its requests and takes no more', async (t) => {
  const held: ServerHttp2Stream[] = [];
  const peer = await startPeer(t, (stream, path) => {
    if (path === '/hold') held.push(stream);
    else respond(stream, path);
  });
  const under = get(peer.pool, '/hold');
  await get(peer.pool, '/warm');
  const [first] = peer.sessions;
  const told = once(peer.server, 'session');
  first?.goaway(constants.NGHTTP2_NO_ERROR);
  // GOAWAY is on its way: a request that crosses it is refused unseen, the one after it opens a new connection.
  while (peer.sessions.length < 2) {
    const { code } = await get(peer.pool, '/next');
    t.ok(code === null || code === 'GW_REFUSED_STREAM');
  }
  await told;
  for (const stream of held) respond(stream, 'finished');
  t.equal((await under).body, 'finished');
});

void t.test('head and end in one frame are reported in one go; trailers come with the end', async (t) => {
  const peer = await startPeer(t, (stream, path) => {
    if (path === '/only-head') {
      stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true });
      return;
    }
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end('body');
  });
  t.match(await get(peer.pool, '/only-head'), { status: 200, body: '', trailers: [], error: null });
  t.match(await get(peer.pool, '/'), { body: 'body', trailers: ['grpc-status', '0'] });
});

void t.test('a refused stream is told apart from a reset one', async (t) => {
  const peer = await startPeer(t, (stream, path) => {
    stream.close(path === '/refuse' ? constants.NGHTTP2_REFUSED_STREAM : constants.NGHTTP2_INTERNAL_ERROR);
  });
  const refused = await get(peer.pool, '/refuse');
  t.equal(refused.code, 'GW_REFUSED_STREAM');
  const reset = await get(peer.pool, '/reset');
  t.equal(reset.code, 'GW_STREAM_RESET');
});

void t.test('a peer that does not answer, or stops in the middle, runs into the timeouts', async (t) => {
  const peer = await startPeer(t, (stream, path) => {
    if (path === '/half') stream.respond({ ':status': 200 });
    if (path === '/half') stream.write('half');
  });
  t.equal((await get(peer.pool, '/never', { headersTimeout: 50 })).code, 'UND_ERR_HEADERS_TIMEOUT');
  const half = await get(peer.pool, '/half', { bodyTimeout: 50 });
  t.equal(half.body, 'half');
  t.equal(half.code, 'UND_ERR_BODY_TIMEOUT');
});

void t.test('a connection that breaks fails its requests; the next one gets a new connection', async (t) => {
  const peer = await startPeer(t, (stream, path) => {
    if (path === '/break') stream.session?.destroy();
    else respond(stream, path);
  });
  const broken = await get(peer.pool, '/break');
  t.ok(broken.error !== null);
  t.equal((await get(peer.pool, '/after')).body, '/after');
});

void t.test('what is no HTTP/2 server is an error, not a hang', async (t) => {
  const plain = await socketUpstream((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
  const pool = new Http2Pool(plain.url, { connectTimeoutMs: 2_000, tls: null });
  t.teardown(async () => {
    await pool.close();
    await plain.close();
  });
  t.ok((await get(pool, '/')).error instanceof Error);
  await plain.close();
  t.equal((await get(pool, '/')).code, 'ECONNREFUSED');
});

function respond(stream: ServerHttp2Stream, body: string): void {
  stream.respond({ ':status': 200 });
  stream.end(body);
}

t.end();
