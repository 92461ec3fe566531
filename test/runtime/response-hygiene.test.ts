import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import t from 'tap';
import { entities, route, service } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { exchangeRaw } from '../support/raw-client.ts';

/** What the upstream answers to whatever it is asked. */
let answer = '';
let upstream: Server;
const sockets = new Set<Socket>();
let gateway: RunningGateway;
t.before(async () => {
  upstream = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(answer, 'latin1'));
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const owner = service(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, { retries: 0 });
  gateway = await startGateway(entities({ services: [owner], routes: [route(owner)] }));
});
t.after(async () => {
  await gateway.close();
  for (const socket of sockets) socket.destroy();
  upstream.close();
});

const REQUEST = 'GET /a HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n';

async function ask(bytes: string): Promise<string> {
  answer = bytes;
  return (await exchangeRaw(gateway.port, [REQUEST])).text;
}

const malformed: Readonly<Record<string, string>> = {
  'CL and TE': 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'CL twice': 'Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello',
  'CL with plus': 'Content-Length: +5\r\n\r\nhello',
  'blank before colon': 'Content-Length : 5\r\n\r\nhello',
  'bare LF': 'X-A: b\nContent-Length: 5\r\n\r\nhello',
  'bare CR': 'X-A: b\rSet-Cookie: c\r\nContent-Length: 5\r\n\r\nhello',
  'folded value': 'X-A: b\r\n c\r\nContent-Length: 5\r\n\r\nhello',
  'NUL in a value': 'X-A: b\x00c\r\nContent-Length: 5\r\n\r\nhello',
  'a name that is no token': 'X(A): b\r\nContent-Length: 5\r\n\r\nhello',
};

for (const [name, rest] of Object.entries(malformed)) {
  void t.test(`a response with ${name} is 502`, async (t) => {
    const text = await ask(`HTTP/1.1 200 OK\r\n${rest}`);
    t.match(text, /^HTTP\/1\.1 502 /);
    t.notMatch(text, /hello|Set-Cookie/);
  });
}

void t.test('what an upstream sends behind its response is nobody’s answer', async (t) => {
  const first = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
  t.match(await ask(`${first}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`), /\r\n\r\nhello$/);
  t.match(await ask('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext'), /\r\n\r\nnext$/);
});

void t.test('a body that ends too early or is badly chunked never looks whole', async (t) => {
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';
  for (const rest of ['0x5\r\nhello\r\n0\r\n\r\n', '0\r\nContent-Length: 5\r\n\r\n']) {
    t.notMatch(await ask(chunked + rest), /\r\n0\r\n/);
  }
});

void t.test('204 is a whole response, whatever length it claims', async (t) => {
  for (const body of ['', 'hello']) {
    const text = await ask(`HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n${body}`);
    t.match(text, /^HTTP\/1\.1 204 /);
    t.notMatch(text, /content-length|hello/i);
  }
});

void t.test('a reason phrase that cannot be sent is replaced', async (t) => {
  t.match(await ask('HTTP/1.1 200 O\x01K\r\nContent-Length: 5\r\n\r\nhello'), /^HTTP\/1\.1 200 OK\r\n[^]*hello$/);
});

t.end();
