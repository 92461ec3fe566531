import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import type { HttpbinEcho } from './httpbin-echo.ts';
import { patternBlock, startUpstream } from './upstream.ts';

const upstream = await startUpstream();
t.teardown(() => upstream.close());

async function echo(path: string, init: RequestInit = {}): Promise<HttpbinEcho> {
  return (await (await fetch(upstream.url + path, init)).json()) as HttpbinEcho;
}

t.test('echoes method, url, arguments, headers and origin as httpbin does', async (t) => {
  const answer = await echo('/anything/deep/path?b=2&a=1&a=x%20y', {
    method: 'DELETE',
    headers: { 'x-request-ID': 'r1', 'X-FORWARDED-FOR': '192.0.2.7' },
  });
  t.same(Object.keys(answer), ['args', 'data', 'files', 'form', 'headers', 'json', 'method', 'origin', 'url']);
  t.equal(answer.method, 'DELETE');
  t.same(answer.args, { a: ['1', 'x y'], b: '2' });
  t.equal(answer.headers['X-Request-Id'], 'r1');
  t.equal(answer.headers.Host, `127.0.0.1:${upstream.port}`);
  t.equal(answer.origin, '192.0.2.7');
  t.equal(answer.url, `${upstream.url}/anything/deep/path?b=2&a=1&a=x%20y`);
  t.equal(answer.json, null);
});

t.test('shows a JSON body both as data and parsed', async (t) => {
  const answer = await echo('/anything', { method: 'POST', body: '{"n": 1}', headers: { 'content-type': 'a/b' } });
  t.equal(answer.data, '{"n": 1}');
  t.same(answer.json, { n: 1 });
});

t.test('shows a form as fields and leaves data empty', async (t) => {
  const answer = await echo('/anything', { method: 'POST', body: new URLSearchParams('x=1&y=2&y=3') });
  t.same(answer.form, { x: '1', y: ['2', '3'] });
  t.equal(answer.data, '');
});

t.test('shows a body that is not text as a data URL', async (t) => {
  const answer = await echo('/anything', { method: 'PUT', body: Buffer.from([0xff, 0xfe, 0]) });
  t.equal(answer.data, 'data:application/octet-stream;base64,//4A');
});

t.test('records what arrived, body size included', async (t) => {
  await echo('/anything/recorded', { method: 'POST', body: 'x'.repeat(100_000), headers: { 'X-One': '1' } });
  const seen = upstream.requests.at(-1);
  t.match(seen, { method: 'POST', url: '/anything/recorded', headers: { 'x-one': '1' }, bodyBytes: 100_000 });
});

t.test('answers with the status asked for', async (t) => {
  t.equal((await fetch(`${upstream.url}/status/418`)).status, 418);
  t.equal((await fetch(`${upstream.url}/nothing-here`)).status, 404);
});

t.test('sets the response headers asked for, repeated ones too', async (t) => {
  const answer = await fetch(`${upstream.url}/response-headers?x-a=1&set-cookie=a%3D1&set-cookie=b%3D2`);
  t.equal(answer.headers.get('x-a'), '1');
  t.same(answer.headers.getSetCookie(), ['a=1', 'b=2']);
});

t.test('sends any number of bytes, with and without a length', async (t) => {
  const size = 2 * patternBlock.length + 17;
  const expected = createHash('sha256').update(
    Buffer.concat([patternBlock, patternBlock, patternBlock.subarray(0, 17)]),
  );
  const fixed = await fetch(`${upstream.url}/bytes/${size}`);
  t.equal(fixed.headers.get('content-length'), String(size));
  const digest = createHash('sha256').update(Buffer.from(await fixed.arrayBuffer()));
  t.equal(digest.digest('hex'), expected.digest('hex'));
  const chunked = await fetch(`${upstream.url}/stream-bytes/${size}`);
  t.equal(chunked.headers.get('content-length'), null);
  t.equal((await chunked.arrayBuffer()).byteLength, size);
});

t.test('stops writing while the receiver does not read', async (t) => {
  const socket = connect(upstream.port, '127.0.0.1');
  socket.pause();
  socket.write(`GET /bytes/${2 ** 40} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await once(socket, 'readable');
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 500; i += 1) await fetch(`${upstream.url}/status/200`);
  t.ok(process.memoryUsage().rss - before < 100e6, 'memory stays flat');
  socket.destroy();
});

t.test('counts and hashes an upload', async (t) => {
  const body = Buffer.alloc(3_000_000, 'ab');
  const answer = await fetch(`${upstream.url}/upload`, { method: 'POST', body });
  t.same(await answer.json(), { bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') });
});

t.test('answers early without waiting for the body', async (t) => {
  const request = httpRequest(`${upstream.url}/early/413`, { method: 'POST', headers: { 'content-length': 1e9 } });
  request.write('x');
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  t.equal(answer.statusCode, 413);
  request.on('error', () => undefined).destroy();
});

t.test('delays the echo', async (t) => {
  const started = performance.now();
  t.equal((await echo('/delay/60')).method, 'GET');
  t.ok(performance.now() - started >= 55);
});

t.test('drips one byte at a time', async (t) => {
  const answer = await fetch(`${upstream.url}/drip/3?ms=20`);
  const sizes: number[] = [];
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) sizes.push(chunk.length);
  t.same(sizes, [1, 1, 1]);
});

t.test('resets the connection, at once or inside the body', async (t) => {
  await t.rejects(fetch(`${upstream.url}/reset`));
  const answer = await fetch(`${upstream.url}/reset/10`);
  t.equal(answer.status, 200);
  await t.rejects(answer.text());
});

t.test('sends trailers', async (t) => {
  const request = httpRequest(`${upstream.url}/trailers`).end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  await once(answer.resume(), 'end');
  t.equal(answer.trailers['x-checksum'], createHash('sha256').update('body').digest('hex'));
});

t.test('sends server-sent events', async (t) => {
  const answer = await fetch(`${upstream.url}/sse/2`);
  t.equal(answer.headers.get('content-type'), 'text/event-stream');
  t.equal(await answer.text(), 'id: 1\nevent: tick\ndata: {"n":1}\n\nid: 2\nevent: tick\ndata: {"n":2}\n\n');
});
