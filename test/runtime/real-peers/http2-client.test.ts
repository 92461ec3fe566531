import { execFile, execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { gatewayTo, type ProtocolGateway } from '../../support/protocol-gateway.ts';
import { handlerUpstream } from '../../support/small-upstreams.ts';
import { startUpstream } from '../../support/upstream.ts';

const run = promisify(execFile);

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, unknown>>;
}

function open(t: Test, { http2Port }: ProtocolGateway): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${http2Port}`);
  session.on('error', () => undefined);
  t.teardown(() => session.destroy());
  return session;
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  let trailers: Record<string, unknown> = {};
  stream.on('trailers', (received: Record<string, unknown>) => (trailers = received));
  const [headers] = (await once(stream, 'response')) as [Record<string, string>];
  let body = '';
  for await (const chunk of stream) body += String(chunk);
  return { status: Number(headers[':status']), headers, body, trailers };
}

void t.test('a request of HTTP/2 becomes one of HTTP/1.1, and its answer one of HTTP/2', async (t) => {
  const upstream = await startUpstream();
  const gw = await gatewayTo(t, upstream, { route: { preserve_host: true } });
  const session = open(t, gw);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/anything/a?x=1',
    ':authority': 'api.example',
    cookie: ['a=1', 'b=2'],
    'x-twice': ['one', 'two'],
    te: 'trailers',
  });
  stream.end('payload');
  const answer = await answerOf(stream);
  t.equal(answer.status, 200);
  const seen = upstream.requests.at(-1);
  t.equal(seen?.url, '/anything/a?x=1');
  t.match(seen?.headers, {
    host: 'api.example',
    cookie: 'a=1; b=2',
    'x-twice': 'one, two',
    'transfer-encoding': 'chunked',
  });
  t.match(JSON.parse(answer.body), { method: 'POST', data: 'payload' });
  t.equal(answer.headers.connection, undefined);
  t.match(answer.headers['x-kong-request-id'], /^[0-9a-f]{32}$/);
});

void t.test('a declared length stays one, and an absent body is none', async (t) => {
  const upstream = await startUpstream();
  const session = open(t, await gatewayTo(t, upstream));
  const declared = session.request({ ':method': 'PUT', ':path': '/anything', 'content-length': '3' });
  declared.end('abc');
  await answerOf(declared);
  t.match(upstream.requests.at(-1)?.headers, { 'content-length': '3' });
  await answerOf(session.request({ ':path': '/anything' }));
  const { headers } = upstream.requests.at(-1) ?? {};
  t.equal(headers?.['transfer-encoding'], undefined);
  t.equal(headers?.['content-length'], undefined);
});

void t.test('many requests share a connection, and a slow one holds up no other', async (t) => {
  const held: ServerResponse[] = [];
  const upstream = await handlerUpstream((request, response) => {
    if (request.url === '/slow') held.push(response);
    else response.end(request.url);
  });
  const session = open(t, await gatewayTo(t, upstream));
  const slow = answerOf(session.request({ ':path': '/slow' }));
  const quick = Array.from({ length: 50 }, (_, n) => answerOf(session.request({ ':path': `/${n}` })));
  const bodies = (await Promise.all(quick)).map(({ body }) => body);
  t.strictSame(
    bodies,
    Array.from({ length: 50 }, (_, n) => `/${n}`),
  );
  held[0]?.end('at last');
  t.equal((await slow).body, 'at last');
});

void t.test('answers of megabytes arrive whole, at the pace of the reader', async (t) => {
  const upstream = await startUpstream();
  const session = open(t, await gatewayTo(t, upstream));
  const bytes = 8 * 1024 * 1024;
  let received = 0;
  const stream = session.request({ ':path': `/bytes/${bytes}` });
  stream.on('data', (chunk: Buffer) => {
    received += chunk.length;
    stream.pause();
    setImmediate(() => stream.resume());
  });
  await once(stream, 'end');
  t.equal(received, bytes);
});

void t.test('repeated answer fields stay apart, trailers follow the body, 103 comes before', async (t) => {
  const upstream = await handlerUpstream((_request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
    response.writeHead(200, [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['X-Twice', '1'],
      ['X-Twice', '2'],
      ['Connection', 'close'],
      ['Trailer', 'X-Sum'],
    ] as never);
    response.addTrailers({ 'X-Sum': '42' });
    response.end('body');
  });
  const session = open(t, await gatewayTo(t, upstream));
  const stream = session.request({ ':path': '/' });
  const hints = once(stream, 'headers');
  const answer = await answerOf(stream);
  const [informational] = (await hints) as [Record<string, unknown>];
  t.match(informational, { ':status': 103, link: '</a.css>; rel=preload' });
  t.strictSame(answer.headers['set-cookie'], ['a=1', 'b=2']);
  t.equal(answer.headers['x-twice'], '1, 2');
  t.equal(answer.body, 'body');
  t.match(answer.trailers, { 'x-sum': '42' });
});

void t.test('Expect: 100-continue is answered when the upstream wants the body', async (t) => {
  const upstream = await handlerUpstream(
    () => undefined,
    (server) => {
      server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
        response.writeContinue();
        request.resume().on('end', () => response.end('done'));
      });
    },
  );
  const session = open(t, await gatewayTo(t, upstream));
  const stream = session.request({ ':method': 'POST', ':path': '/', expect: '100-continue' });
  await once(stream, 'continue');
  stream.end('body');
  t.match(await answerOf(stream), { status: 200, body: 'done' });
});

void t.test('HEAD and empty answers end with their head', async (t) => {
  const upstream = await startUpstream();
  const session = open(t, await gatewayTo(t, upstream));
  const head = await answerOf(session.request({ ':method': 'HEAD', ':path': '/bytes/100' }));
  t.match(head, { status: 200, body: '', headers: { 'content-length': '100' } });
  t.match(await answerOf(session.request({ ':path': '/status/204' })), { status: 204, body: '' });
  t.match(await answerOf(session.request({ ':path': '/status/304' })), { status: 304, body: '' });
});

void t.test('a stream that is reset ends its upstream request, and no other', async (t) => {
  const arrivals = new EventEmitter();
  const upstream = await handlerUpstream((request, response) => {
    if (request.url === '/wait') arrivals.emit('request', request);
    else response.end('fine');
  });
  const session = open(t, await gatewayTo(t, upstream));
  const arrived = once(arrivals, 'request');
  const stream = session.request({ ':path': '/wait' });
  stream.on('error', () => undefined);
  const [request] = (await arrived) as [IncomingMessage];
  const closed = once(request.socket, 'close');
  stream.close(constants.NGHTTP2_CANCEL);
  await closed;
  t.equal((await answerOf(session.request({ ':path': '/other' }))).body, 'fine');
});

void t.test('an answer that breaks off resets its stream: nobody takes it for whole', async (t) => {
  const upstream = await startUpstream();
  const session = open(t, await gatewayTo(t, upstream));
  const stream = session.request({ ':path': '/reset/10' });
  await t.rejects(answerOf(stream));
  t.equal(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR);
});

void t.test('an answer before the end of a body is complete, and the connection goes on', async (t) => {
  const upstream = await startUpstream();
  const session = open(t, await gatewayTo(t, upstream, { settings: { clientMaxBodyBytes: 100 } }));
  const early = session.request({ ':method': 'POST', ':path': '/early/403' });
  early.on('error', () => undefined);
  early.write('part');
  t.match(await answerOf(early), { status: 403, body: 'enough\n' });
  const large = session.request({ ':method': 'POST', ':path': '/upload' });
  large.on('error', () => undefined);
  large.write(Buffer.alloc(1000));
  t.match(await answerOf(large), { status: 413, body: /Payload too large/ });
  t.match(await answerOf(session.request({ ':path': '/status/200' })), { status: 200 });
});

void t.test('a Host field that contradicts :authority is refused, as are tunnels', async (t) => {
  const upstream = await startUpstream();
  const session = open(t, await gatewayTo(t, upstream));
  const before = upstream.requests.length;
  const torn = session.request({ ':path': '/', ':authority': 'a.example', host: 'b.example' });
  t.equal((await answerOf(torn)).status, 400);
  const tunnel = session.request({ ':method': 'CONNECT', ':authority': 'a.example:443' });
  tunnel.on('error', () => undefined);
  t.equal((await answerOf(tunnel)).status, 400);
  t.equal(upstream.requests.length, before);
});

const noCurl = has('curl', ['--version'], /HTTP2/) ? false : 'no curl with HTTP/2 on this machine';
void t.test('curl speaks HTTP/2 to the gateway by prior knowledge', { skip: noCurl }, async (t) => {
  const upstream = await startUpstream();
  const gw = await gatewayTo(t, upstream);
  const url = `http://127.0.0.1:${gw.http2Port}/anything`;
  const { stdout } = await run('curl', ['-sS', '-i', '--http2-prior-knowledge', '-d', 'hello', url]);
  t.match(stdout, /^HTTP\/2 200/);
  t.match(stdout, /"data": "hello"|"hello": ""/);
});

const noNghttp = has('h2load', ['--version'], /nghttp2/) ? false : 'no nghttp and h2load on this machine';
void t.test('nghttp and h2load get all their answers', { skip: noNghttp }, async (t) => {
  const upstream = await startUpstream();
  const gw = await gatewayTo(t, upstream);
  const url = `http://127.0.0.1:${gw.http2Port}/bytes/100`;
  t.match((await run('nghttp', ['-nv', url])).stdout, /:status: 200/);
  const { stdout } = await run('h2load', ['-n', '500', '-c', '5', '-m', '10', url]);
  t.match(stdout, /500 succeeded, 0 failed, 0 errored/);
});

function has(tool: string, args: readonly string[], pattern: RegExp): boolean {
  try {
    return pattern.test(execFileSync(tool, [...args], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}

t.end();
