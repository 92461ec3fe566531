import { once } from 'node:events';
import { connect, constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { headersForHttp2 } from '../../../src/runtime/client/http2-headers.ts';

void t.test(
  'what belongs to a connection of HTTP/1.1 is left out, names are lower case, repeated fields stay apart',
  (t) => {
    const headers = headersForHttp2([
      ...['Connection', 'close', 'Keep-Alive', 'timeout=5', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c'],
      ...['Host', 'a', 'TE', 'gzip', 'X-Twice', '1', 'x-twice', '2', 'X-TWICE', '3', 'Set-Cookie', 'a=1'],
      ...['Content-Type', 'text/plain', 'content-type', 'text/html'],
    ]);
    t.strictSame(
      { ...headers },
      { 'x-twice': ['1', '2', '3'], 'set-cookie': 'a=1', 'content-type': 'text/plain' },
      'of a field with one value the first counts',
    );
    t.strictSame({ ...headersForHttp2(['te', 'trailers']) }, { te: 'trailers' });
    t.end();
  },
);

void t.test('Node takes every field it knows, even sent twice', async (t) => {
  const names = Object.entries(constants)
    .filter(([key]) => key.startsWith('HTTP2_HEADER_'))
    .map(([, name]) => String(name))
    .filter((name) => !name.startsWith(':') && name !== 'content-length');
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    const twice = names.flatMap((name) => [name, '1', name, '1']);
    stream.respond({ ...headersForHttp2(twice), ':status': 200 }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.teardown(() => {
    session.destroy();
    server.close();
  });
  const [headers] = (await once(session.request({}), 'response')) as [Record<string, unknown>];
  t.equal(headers[':status'], 200);
  t.ok(names.length > 50, `${names.length} fields`);
});

t.end();
