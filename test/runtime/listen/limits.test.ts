import { once } from 'node:events';
import t from 'tap';
import type { RequestHandlers } from '../../../src/runtime/listen/request-handlers.ts';
import { type ListenerChoices, type RunningListener, startListener } from '../../support/listener.ts';
import { RawConnection } from '../../support/raw-connection.ts';

type Tap = Pick<typeof t, 'teardown'>;

async function start(t: Tap, choices: ListenerChoices): Promise<RunningListener> {
  const running = await startListener(choices);
  t.teardown(() => running.close());
  return running;
}

function get(path: string, ...headers: readonly string[]): string {
  return `GET ${path} HTTP/1.1\r\n${['Host: a', ...headers].join('\r\n')}\r\n\r\n`;
}

async function statusOf(port: number, request: string): Promise<string | undefined> {
  const connection = await RawConnection.open(port);
  await connection.send(request).until(/\r\n\r\n/);
  connection.close();
  return /^HTTP\/1\.1 (\d+)/.exec(connection.text)?.[1];
}

t.test('sizes: a long target is 414, a long header and too many or too much of them 494, as in Kong', async (t) => {
  const { port } = await start(t, { limits: { headerBytes: 4096, headerLineBytes: 1024, headerCount: 10 } });
  const fits = `/${'x'.repeat(1024 - 'GET  HTTP/1.1\r\n'.length - 1)}`;
  t.equal(await statusOf(port, get(fits)), '200');
  t.equal(await statusOf(port, get(`${fits}x`)), '414');
  t.equal(await statusOf(port, get('/', `a: ${'x'.repeat(1019)}`)), '200');
  t.equal(await statusOf(port, get('/', `a: ${'x'.repeat(1020)}`)), '494');
  const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `h${index}: 1`);
  t.equal(await statusOf(port, get('/', ...lines(9))), '200');
  t.equal(await statusOf(port, get('/', ...lines(10))), '494');
  t.equal(await statusOf(port, get('/', ...lines(5).map((line) => line + 'x'.repeat(1000)))), '494');
  const one = await RawConnection.open(port);
  await one.send(get(`${fits}x`)).rest();
  t.match(one.text, /connection: close/i);
  t.match(one.text, /"message":"URI too long",\s+"request_id":"[0-9a-f]{32}"/);
});

t.test(
  'slow-loris: a head that does not end gets 408, however its bytes trickle in; many cost one timer each',
  async (t) => {
    const running = await start(t, { limits: { headerTimeoutMs: 200 }, address: { isHttp2: true } });
    const connections = await Promise.all(Array.from({ length: 50 }, () => RawConnection.open(running.port)));
    const trickle = setInterval(() => {
      for (const connection of connections) if (connection.socket.writable) connection.send('X');
    }, 20);
    t.teardown(() => clearInterval(trickle));
    for (const connection of connections) connection.send('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    const texts = await Promise.all(connections.map((connection) => connection.rest()));
    for (const text of texts) t.match(text, /^HTTP\/1\.1 408 /);
    t.same(running.facts, []);
  },
);

t.test('a connection that says nothing is closed, with and without HTTP/2', async (t) => {
  for (const isHttp2 of [true, false]) {
    const { port } = await start(t, { limits: { headerTimeoutMs: 150, sendTimeoutMs: 150 }, address: { isHttp2 } });
    const connection = await RawConnection.open(port);
    t.notMatch(await connection.rest(), '200');
  }
});

t.test(
  'a connection that waits for its next request is closed after keepalive_timeout, and after so many requests',
  async (t) => {
    const idle = await start(t, { limits: { keepAliveTimeoutMs: 100 } });
    const connection = await RawConnection.open(idle.port);
    connection.send(get('/1'));
    t.match(await connection.rest(), 'http/1 /1');

    const three = await start(t, { limits: { keepAliveRequests: 3 } });
    const busy = await RawConnection.open(three.port);
    for (const path of ['/1', '/2', '/3']) {
      busy.send(get(path));
      await busy.until(new RegExp(`http/1 ${path}`));
    }
    const text = await busy.rest();
    t.equal(text.match(/connection: keep-alive/gi)?.length, 2);
    t.equal(text.match(/connection: close/gi)?.length, 1);
  },
);

t.test('connections beyond the limit are closed at once and logged once; those that end make room', async (t) => {
  const running = await start(t, { limits: { connections: 2 } });
  const [one, two] = [await RawConnection.open(running.port), await RawConnection.open(running.port)];
  for (const connection of [one, two]) await connection.send(get('/ok')).until(/http\/1/);
  for (let count = 0; count < 5; count++) {
    t.equal(await (await RawConnection.open(running.port)).send(get('/no')).rest(), '');
  }
  t.equal(running.log.lines.filter(({ message }) => message.includes('too many connections')).length, 1);
  one.close();
  while (running.listener.active > 1) await new Promise(setImmediate);
  const again = await RawConnection.open(running.port);
  t.match(await again.send(get('/again')).until(/again/), '200');
  t.equal(running.listener.accepted, 8);
});

t.test('a client that does not take its answer is cut; one that waits for a slow gateway is not', async (t) => {
  let answer: (() => void) | null = null;
  const handlers: Partial<RequestHandlers> = {
    request(incoming, outgoing) {
      if (incoming.url === '/slow') answer = () => outgoing.end('at last');
      else outgoing.end(Buffer.alloc(20_000_000));
    },
  };
  const running = await start(t, { limits: { sendTimeoutMs: 100 }, handlers });
  const lazy = await RawConnection.open(running.port);
  const patient = await RawConnection.open(running.port);
  patient.send(get('/slow'));
  lazy.send(get('/big'));
  await lazy.until(/\r\n\r\n/);
  lazy.socket.pause();
  while (running.listener.active > 1) await new Promise((resolve) => setTimeout(resolve, 20));
  lazy.close();
  t.not(answer, null);
  (answer as (() => void) | null)?.();
  t.match(await patient.until(/at last/), '200');
});

t.test('a client that owes the body of an answered request loses its connection, not its answer', async (t) => {
  const handlers: Partial<RequestHandlers> = { request: (_incoming, outgoing) => void outgoing.end('early') };
  const running = await start(t, { limits: { keepAliveTimeoutMs: 100 }, handlers });
  const connection = await RawConnection.open(running.port);
  connection.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
  t.match(await connection.rest(), /200 OK.*early/s);
  if (!connection.socket.destroyed) {
    connection.socket.end();
    await once(connection.socket, 'close');
  }
});
