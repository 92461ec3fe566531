import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { expectsContinue, type RequestHandlers } from '../../../src/runtime/listen/request-handlers.ts';
import { type ListenerChoices, type RunningListener, startListener } from '../../support/listener.ts';
import { RawConnection } from '../../support/raw-connection.ts';

type Tap = Pick<typeof t, 'teardown'>;

async function start(t: Tap, choices: ListenerChoices = {}): Promise<RunningListener> {
  const running = await startListener(choices);
  t.teardown(() => running.close());
  return running;
}

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';

t.test(
  'a unix socket: requests, no address, nothing left behind, and what a dead process left is taken over',
  async (t) => {
    const path = join(mkdtempSync(join(tmpdir(), 'gw-socket-')), 'gw.sock');
    const dead = createServer().listen(path);
    await once(dead, 'listening');
    await t.rejects(startListener({ address: { host: `unix:${path}` } }), {
      message: `cannot listen on unix:${path}: the port is in use by another process`,
    });
    dead.close();
    await once(dead, 'close');
    writeFileSync(path, '');
    const running = await start(t, { address: { host: `unix:${path}` } });
    t.equal(running.url, `unix:${path}`);
    const socket = connect(path);
    socket.end('GET /u HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
    t.match(text, 'http/1 /u');
    await running.close();
    t.equal(existsSync(path), false);
  },
);

t.test('an address that cannot be had says why', async (t) => {
  const running = await start(t);
  await t.rejects(startListener({ address: { port: running.port } }), {
    message: `cannot listen on 127.0.0.1:${running.port}: the port is in use by another process`,
  });
  await t.rejects(startListener({ address: { host: '192.0.2.1' } }), {
    message: 'cannot listen on 192.0.2.1:0: this machine does not have that address',
  });
  const sixth = await start(t, { address: { host: '::1' } }).catch(() => null);
  if (sixth !== null) t.equal(sixth.url, `http://[::1]:${sixth.port}`);
});

t.test('CONNECT is refused and ends the connection', async (t) => {
  const running = await start(t);
  const connection = await RawConnection.open(running.port);
  const text = await connection.send('CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n').rest();
  t.match(text, /^HTTP\/1\.1 405 /);
  t.same(running.facts, []);
});

t.test('Expect is left to the gateway: nothing is sent before it wants the body', async (t) => {
  const seen: boolean[] = [];
  const handlers: Partial<RequestHandlers> = {
    request(incoming, outgoing) {
      seen.push(expectsContinue(incoming));
      if (incoming.url === '/wanted') outgoing.writeContinue();
      else outgoing.shouldKeepAlive = false;
      if (incoming.url !== '/wanted') outgoing.writeHead(403).end();
      else incoming.resume().on('end', () => outgoing.end('thanks'));
    },
  };
  const running = await start(t, { handlers });
  const post = (path: string, expectation: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n${expectation}\r\n`;
  const wanted = await RawConnection.open(running.port);
  await wanted.send(post('/wanted', 'Expect: 100-continue\r\n')).until(/^HTTP\/1\.1 100 /);
  t.match(await wanted.send('body').until(/thanks/), /200 OK/);
  const refused = await RawConnection.open(running.port);
  t.match(await refused.send(post('/no', 'Expect: 100-continue\r\n')).rest(), /^HTTP\/1\.1 403 /);
  const strange = await RawConnection.open(running.port);
  t.match(await strange.send(post('/no', 'Expect: a-pony\r\n')).rest(), /^HTTP\/1\.1 403 /);
  const usual = await RawConnection.open(running.port);
  await usual.send(`${post('/no', '')}body`).rest();
  t.same(seen, [true, true, true, false]);
});

t.test('an upgrade may be given back, to be read again as the request it is, on the same connection', async (t) => {
  const handlers: Partial<RequestHandlers> = {
    upgrade(incoming, socket, head, server) {
      if (incoming.url === '/switch') {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
        socket.pipe(socket);
        return;
      }
      socket.unshift(Buffer.concat([Buffer.from('GET /again HTTP/1.1\r\nHost: a\r\n\r\n'), head]));
      server.emit('connection', socket);
    },
  };
  for (const address of [{}, { isHttp2: true }]) {
    const running = await start(t, { handlers, address });
    const connection = await RawConnection.open(running.port);
    const offer = (path: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;
    t.match(await connection.send(offer('/back') + GET).until(/http\/1 \/x/), 'http/1 /again');
    t.equal(running.listener.accepted, 1, 'no second connection');
    await connection.send(offer('/switch')).until(/ 101 /);
    t.match(await connection.send('echo').until(/echo/), 'echo');
    connection.close();
  }
});

t.test('draining: idle and silent connections end at once, an answer under way is waited for', async (t) => {
  const answers: ServerResponse[] = [];
  const handlers: Partial<RequestHandlers> = {
    request(incoming, outgoing) {
      if (incoming.url === '/held') answers.push(outgoing);
      else outgoing.end('fine');
    },
  };
  for (const address of [{}, { isHttp2: true }, { isProxyProtocol: true }]) {
    const running = await startListener({ handlers, address });
    const lead = address.isProxyProtocol === true ? 'PROXY UNKNOWN\r\n' : '';
    const [silent, idle, held] = [
      await RawConnection.open(running.port),
      await RawConnection.open(running.port),
      await RawConnection.open(running.port),
    ];
    await idle.send(lead + GET).until(/fine/);
    held.send(`${lead}GET /held HTTP/1.1\r\nHost: a\r\n\r\n`);
    while (answers.length === 0) await new Promise(setImmediate);
    const closed = running.close(30_000);
    t.equal(await silent.rest(), '');
    await idle.rest();
    answers.pop()?.end('late');
    t.match(await held.rest(), 'late');
    await closed;
    await t.rejects(RawConnection.open(running.port));
  }
});

t.test('draining: at the deadline upgraded connections and stuck answers are cut', async (t) => {
  const handlers: Partial<RequestHandlers> = {
    request: () => undefined,
    upgrade: (_incoming, socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  };
  const running = await startListener({ handlers });
  const tunnel = await RawConnection.open(running.port);
  await tunnel.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n').until(/101/);
  const stuck = await RawConnection.open(running.port);
  stuck.send(GET);
  const begun = performance.now();
  await running.close(150);
  t.ok(performance.now() - begun >= 145);
  await Promise.all([tunnel.rest(), stuck.rest()]);
});
