import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type ServerHttp2Stream,
} from 'node:http2';
import t from 'tap';
import type { RequestHandlers } from '../../../src/runtime/listen/request-handlers.ts';
import { type ListenerChoices, type RunningListener, startListener } from '../../support/listener.ts';
import { RawConnection } from '../../support/raw-connection.ts';

type Tap = Pick<typeof t, 'teardown'>;

async function start(t: Tap, choices: ListenerChoices = {}): Promise<RunningListener> {
  const running = await startListener({ ...choices, address: { isHttp2: true, ...choices.address } });
  t.teardown(() => running.close());
  return running;
}

/** An open session; a session that ends in an error is the test's own business. */
async function session(t: Tap, url: string): Promise<ClientHttp2Session> {
  const client = connect(url, { rejectUnauthorized: false });
  client.on('error', () => undefined);
  t.teardown(() => client.destroy());
  await once(client, 'remoteSettings');
  return client;
}

async function read(stream: ClientHttp2Stream): Promise<{ status: unknown; text: string }> {
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return { status: headers[':status'], text };
}

/** A handler that answers nothing by itself. */
function holding(): {
  handlers: Partial<RequestHandlers>;
  next: () => Promise<ServerHttp2Stream>;
} {
  const held: ServerHttp2Stream[] = [];
  let wake: (() => void) | null = null;
  return {
    handlers: {
      stream(stream) {
        stream.on('error', () => undefined);
        held.push(stream);
        wake?.();
      },
    },
    next: async () => {
      if (held.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return held.shift()!;
    },
  };
}

t.test('one port speaks HTTP/1.1 and, by prior knowledge, HTTP/2', async (t) => {
  const running = await start(t);
  const client = await session(t, running.url);
  t.same(await read(client.request({ ':path': '/a' })), { status: 200, text: 'http/2 /a' });
  t.equal(await (await fetch(`${running.url}/b`)).text(), 'http/1 /b');
  const big = await fetch(`${running.url}/c`, { method: 'POST', body: Buffer.alloc(1_000_000) });
  t.equal(await big.text(), 'http/1 /c');
  t.match(running.facts, [{ remoteAddress: '127.0.0.1', isTls: false }, {}, {}]);
});

t.test('over TLS too, with the server name among the facts', async (t) => {
  const running = await start(t, { address: { isTls: true } });
  const client = await session(t, running.url.replace('127.0.0.1', 'localhost'));
  t.same(await read(client.request({ ':path': '/a' })), { status: 200, text: 'http/2 /a' });
  t.match(running.facts, [{ isTls: true, sni: 'localhost', localPort: running.port }]);
});

t.test('the preface in pieces is a preface; a method that begins like one is not', async (t) => {
  const running = await start(t);
  const slow = await RawConnection.open(running.port);
  for (const byte of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0') {
    slow.send(byte);
    await new Promise(setImmediate);
  }
  // The server's own SETTINGS, then its acknowledgement of ours.
  await slow.until(/\x04\x01\0\0\0\0/);
  slow.close();
  const find = await RawConnection.open(running.port);
  find.send('P');
  await new Promise(setImmediate);
  t.match(await find.send('ROPFIND /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n').rest(), 'http/1 /p');
});

t.test('HTTP/2 is not spoken where the address does not say so', async (t) => {
  const running = await start(t, { address: { isHttp2: false } });
  const connection = await RawConnection.open(running.port);
  const text = await connection.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n').rest();
  t.match(text, /^HTTP\/1\.1 400/);
});

t.test('draining: GOAWAY at once, streams under way end, the rest is cut at the deadline', async (t) => {
  const { handlers, next } = holding();
  const running = await start(t, { handlers });
  const client = await session(t, running.url);
  const first = client.request({ ':path': '/first' });
  const held = await next();
  const closing = running.close(10_000);
  const [code] = (await once(client, 'goaway')) as [number];
  t.equal(code, constants.NGHTTP2_NO_ERROR);
  held.respond({ ':status': 200 });
  held.end('done');
  t.same(await read(first), { status: 200, text: 'done' });
  await closing;
  for (let tick = 0; running.listener.active > 0 && tick < 1000; tick++) await new Promise(setImmediate);
  t.equal(running.listener.active, 0);

  const stuck = holding();
  const other = await start(t, { handlers: stuck.handlers });
  const cut = (await session(t, other.url)).request({ ':path': '/stuck' });
  cut.on('error', () => undefined);
  await stuck.next();
  const before = performance.now();
  await other.close(100);
  t.ok(performance.now() - before >= 95);
  if (!cut.destroyed) await once(cut, 'close');
});

t.test('limits: open streams, requests per connection, sizes', async (t) => {
  const { handlers, next } = holding();
  const few = await start(t, { limits: { http2Streams: 2 }, handlers });
  const busy = await session(t, few.url);
  t.equal(busy.remoteSettings.maxConcurrentStreams, 2);
  t.equal(busy.remoteSettings.enablePush, false);
  busy.request({ ':path': '/' }).on('error', () => undefined);
  await next();

  const three = await start(t, { limits: { keepAliveRequests: 3 } });
  const client = await session(t, three.url);
  const gone = once(client, 'goaway');
  for (const path of ['/1', '/2', '/3']) t.equal((await read(client.request({ ':path': path }))).status, 200);
  await gone;

  const small = await start(t, { limits: { headerBytes: 4096, headerLineBytes: 1024, headerCount: 20 } });
  const sizes = await session(t, small.url);
  t.match(await read(sizes.request({ ':path': `/${'x'.repeat(2000)}` })), { status: 414, text: 'URI too long' });
  t.match(await read(sizes.request({ ':path': '/', a: 'x'.repeat(2000) })), {
    status: 494,
    text: /Request header or cookie too large/,
  });
  const many = Object.fromEntries(Array.from({ length: 22 }, (_, index) => [`h${index}`, '1']));
  t.match(await read(sizes.request({ ':path': '/', ...many })), { status: 494 });
  const all = sizes.request({
    ':path': '/',
    ...Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((n) => [n, 'x'.repeat(900)])),
  });
  await t.rejects(read(all), 'beyond all of it the stream is reset');
  t.equal((await read(sizes.request({ ':path': '/fine' }))).status, 200);
});

t.test(
  'a client that opens streams only to reset them is disconnected; one that does it now and then is not',
  async (t) => {
    const { handlers } = holding();
    const running = await start(t, { handlers });
    const calm = await session(t, running.url);
    const hostile = await session(t, running.url);
    const reset = async (client: ClientHttp2Session): Promise<void> => {
      const stream = client.request({ ':path': '/' });
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      await new Promise(setImmediate);
    };
    for (let count = 0; count < 20; count++) await reset(calm);
    let code: number | null = null;
    hostile.once('goaway', (given: number) => (code = given));
    let opened = 0;
    while (!hostile.closed && !hostile.destroyed && opened < 5000) {
      opened++;
      await reset(hostile);
    }
    if (!hostile.destroyed) await once(hostile, 'close');
    t.equal(code, constants.NGHTTP2_ENHANCE_YOUR_CALM, `after ${opened} streams`);
    t.equal(calm.destroyed, false);
  },
);

t.test('an idle session is told to go, a client that takes no answer loses its stream', async (t) => {
  const idle = await start(t, { limits: { keepAliveTimeoutMs: 100 } });
  const client = connect(idle.url);
  await once(client, 'goaway');
  client.destroy();

  const endless: ListenerChoices['handlers'] = {
    stream(stream) {
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200 });
      stream.write(Buffer.alloc(1_000_000));
    },
  };
  const slow = await start(t, { limits: { sendTimeoutMs: 100 }, handlers: endless });
  const reader = await session(t, slow.url);
  const stream = reader.request({ ':path': '/' });
  stream.on('error', () => undefined);
  await once(stream, 'response');
  stream.pause();
  await once(stream, 'close');
  t.equal(stream.rstCode, constants.NGHTTP2_CANCEL);
});
