import { EventEmitter, once } from 'node:events';
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import t from 'tap';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import { defaultLimits } from '../../../src/runtime/listen/listen-limits.ts';
import { entities, plugin, route, service } from '../../support/entities.ts';
import { sendRaw } from '../../support/http.ts';
import { gatewayTo } from '../../support/protocol-gateway.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { handlerUpstream, socketUpstream } from '../../support/small-upstreams.ts';

void t.test('trailers of an answer pass, those that would change its meaning do not', async (t) => {
  const upstream = await handlerUpstream((_request, response) => {
    response.writeHead(200, { Trailer: 'X-Checksum, Set-Cookie' });
    response.write('body');
    response.addTrailers([
      ['X-Checksum', 'abc'],
      ['Set-Cookie', 'a=b'],
    ]);
    response.end();
  });
  const gw = await gatewayTo(t, upstream);
  const call = httpRequest(`${gw.url}/x`).end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  t.match(response.headers.trailer, /X-Checksum/);
  let body = '';
  for await (const chunk of response) body += String(chunk);
  t.equal(body, 'body');
  t.strictSame(response.trailers, { 'x-checksum': 'abc' });
});

void t.test('an HTTP/1.0 caller gets the body of an answer with trailers without them', async (t) => {
  const upstream = await handlerUpstream((_request, response) => {
    response.writeHead(200, { Trailer: 'X-Checksum' });
    response.addTrailers({ 'X-Checksum': 'abc' });
    response.end('body');
  });
  const gw = await gatewayTo(t, upstream);
  const answer = await sendRaw(gw.port, 'GET /x HTTP/1.0\r\nHost: a\r\n\r\n');
  t.match(answer, /^HTTP\/1\.1 200 /);
  t.match(answer, /\r\n\r\nbody$/);
  t.notMatch(answer, /checksum/i);
});

void t.test('trailers of a request pass upstream when they are announced', async (t) => {
  const seen = new EventEmitter();
  const upstream = await handlerUpstream((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen.emit('request', request.headers.trailer, body, request.trailers);
      response.end('ok');
    });
  });
  const gw = await gatewayTo(t, upstream);
  const arrived = once(seen, 'request');
  const call = httpRequest(`${gw.url}/x`, { method: 'POST', headers: { trailer: 'X-Sum, Transfer-Encoding' } });
  call.write('one;');
  call.write('two');
  call.addTrailers([
    ['X-Sum', '7'],
    ['Authorization', 'forged'],
  ]);
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.resume();
  t.equal(response.statusCode, 200);
  t.strictSame(await arrived, ['X-Sum', 'one;two', { 'x-sum': '7' }]);
});

void t.test('what a plugin decided about a header no trailer says differently', async (t) => {
  const seen = new EventEmitter();
  const upstream = await handlerUpstream((request, response) => {
    request.resume().on('end', () => {
      seen.emit('request', request.headers, request.trailers);
      response.end('ok');
    });
  });
  const decider: PluginDefinition = {
    name: 'decider',
    version: '1.0.0',
    priority: 1,
    protocols: ['http'],
    schema: { type: 'object' },
    create: () => ({
      access: (exchange) => {
        exchange.upstream.setHeader('X-User', 'bob');
        exchange.upstream.removeHeader('X-Admin');
      },
    }),
  };
  const gw = await gatewayTo(t, upstream, { plugins: [decider], pluginEntities: [plugin('decider')] });
  const arrived = once(seen, 'request');
  const headers = { trailer: 'X-Sum, X-User, X_User, x-admin' };
  const call = httpRequest(`${gw.url}/x`, { method: 'POST', headers });
  call.write('body');
  call.addTrailers({ 'X-Sum': '7', 'X-User': 'eve', X_User: 'eve', 'x-admin': 'yes' });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.resume();
  const [head, trailers] = (await arrived) as [IncomingMessage['headers'], object];
  t.equal(head['x-user'], 'bob');
  t.strictSame([head.trailer, trailers], ['X-Sum', { 'x-sum': '7' }]);
});

void t.test('a caller that expects 100 gets it when the upstream wants the body, and not before', async (t) => {
  const arrivals = new EventEmitter();
  const upstream = await handlerUpstream(
    () => undefined,
    (server) => {
      server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
        arrivals.emit('head', request, response);
      });
    },
  );
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  const head = once(arrivals, 'head');
  caller.send('POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  const [request, response] = (await head) as [IncomingMessage, ServerResponse];
  t.equal(request.headers.expect, '100-continue', 'the upstream is asked');
  t.equal(caller.text, '', 'nobody has told the caller to go on');
  response.writeContinue();
  await caller.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  caller.send('body');
  await once(request, 'end');
  response.end('done');
  await caller.until(/HTTP\/1\.1 200 OK[^]*done/);
  t.equal(body, 'body');
  t.equal(caller.text.match(/100 Continue/g)?.length, 1, 'one 100 only');
});

void t.test('a refusal before the body reaches the caller without it, and ends the connection', async (t) => {
  const upstream = await handlerUpstream(
    () => undefined,
    (server) => {
      server.on('checkContinue', (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(401, { 'Content-Type': 'text/plain' }).end('no');
      });
    },
  );
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  caller.send('POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  const answer = await caller.rest();
  t.match(answer, /^HTTP\/1\.1 401 /);
  t.match(answer, /Connection: close/i, 'where the next request would begin nobody can say');
});

void t.test('an upstream that says nothing about 100 is sent the body after a moment', async (t) => {
  const upstream = await socketUpstream((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (text.endsWith('body')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  caller.send('POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  await caller.until(/100 Continue/);
  caller.send('body');
  t.match(await caller.until(/ok$/), /HTTP\/1\.1 200 OK/);
});

void t.test('expectations that nobody knows are refused', async (t) => {
  const upstream = await handlerUpstream((_request, response) => response.end('never'));
  const gw = await gatewayTo(t, upstream);
  const answer = await sendRaw(
    gw.port,
    'POST /x HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody',
  );
  t.match(answer, /^HTTP\/1\.1 417 /);
  t.match(answer, /Expectation failed/);
});

void t.test('103 Early Hints go on to the caller as soon as they come', async (t) => {
  const waiting = new EventEmitter();
  const upstream = await handlerUpstream((_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    waiting.emit('response', response);
  });
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  const arrived = once(waiting, 'response');
  caller.send('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
  const [response] = (await arrived) as [ServerResponse];
  const hints = await caller.until(/^HTTP\/1\.1 103 Early Hints\r\n[^]*?\r\n\r\n/);
  t.match(hints, /link: <\/style\.css>; rel=preload/i);
  response.end('page');
  t.match(await caller.until(/page$/), /HTTP\/1\.1 200 OK/);
});

void t.test('HEAD, 204 and 304 have no body, and the connection can be used on', async (t) => {
  const upstream = await socketUpstream((socket) => {
    socket.on('data', (chunk) => {
      const [, path = ''] = String(chunk).split(' ');
      if (path === '/head') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      if (path === '/204') socket.write('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n');
      if (path === '/304') socket.write('HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: "a"\r\n\r\n');
      if (path === '/last') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast');
    });
  });
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  const ask = (line: string): string => `${line} HTTP/1.1\r\nHost: a\r\n\r\n`;
  caller.send(ask('HEAD /head') + ask('GET /204') + ask('GET /304') + ask('GET /last'));
  const text = await caller.until(/last$/);
  const [head = '', empty = '', unchanged = '', last = ''] = text.split(/(?=HTTP\/1\.1 )/);
  t.match(head, /200 OK[^]*Content-Length: 1000\r\n[^]*\r\n\r\n$/i);
  t.match(empty, /204 No Content[^]*\r\n\r\n$/);
  t.notMatch(empty, /content-length|transfer-encoding/i);
  t.match(unchanged, /304 Not Modified[^]*Content-Length: 77[^]*\r\n\r\n$/i);
  t.match(last, /200 OK/);
});

void t.test('pipelined requests are answered in order', async (t) => {
  const order: string[] = [];
  const slow: ServerResponse[] = [];
  const upstream = await handlerUpstream((request, response) => {
    order.push(request.url ?? '');
    if (request.url !== '/slow') {
      response.end(`[${request.url ?? ''}]`);
      slow[0]?.end('[/slow]');
    } else if (order.length === 3) response.end('[/slow]');
    else slow.push(response);
  });
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  caller.send(
    'GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n',
  );
  const text = await caller.until(/\[\/b\]/);
  t.strictSame(text.match(/\[[^\]]+\]/g), ['[/slow]', '[/a]', '[/b]']);
});

void t.test('an answer that comes before the body is over is passed on', async (t) => {
  const upstream = await handlerUpstream((request, response) => {
    request.once('data', () => response.writeHead(403, { 'Content-Length': '6' }).end('enough'));
  });
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  caller.send('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nfirst part');
  t.match(await caller.until(/enough$/), /^HTTP\/1\.1 403 /);
});

void t.test('server-sent events leave one by one, not in a buffer', async (t) => {
  const streams = new EventEmitter();
  const upstream = await handlerUpstream((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    streams.emit('stream', response);
  });
  const gw = await gatewayTo(t, upstream, { route: { response_buffering: true } });
  const started = once(streams, 'stream');
  const call = httpRequest(`${gw.url}/events`).end();
  const [events] = (await started) as [ServerResponse];
  events.write('data: 1\n\n');
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  t.equal(String((await once(response, 'data'))[0]), 'data: 1\n\n', 'the second event does not exist yet');
  const second = once(response, 'data');
  events.write('data: 2\n\n');
  t.equal(String((await second)[0]), 'data: 2\n\n');
  const ended = once(response, 'end');
  events.end();
  response.resume();
  await ended;
});

void t.test('a body beyond client_max_body_size is refused, declared or not', async (t) => {
  let bytes = 0;
  const upstream = await handlerUpstream((request, response) => {
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => response.end(`got ${bytes}`));
  });
  const gw = await gatewayTo(t, upstream, { settings: { clientMaxBodyBytes: 10 } });
  const declared = await sendRaw(gw.port, `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n${'x'.repeat(11)}`);
  t.match(declared, /^HTTP\/1\.1 413 [^]*Connection: close[^]*Payload too large/i);
  t.equal(bytes, 0, 'the upstream saw nothing of it');
  const chunked = 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
  const overflow = await sendRaw(gw.port, `${chunked}8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n`);
  t.match(overflow, /^HTTP\/1\.1 413 [^]*Connection: close[^]*Payload too large/i);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  bytes = 0;
  caller.send(`${chunked}a\r\n1234567890\r\n0\r\n\r\n`);
  t.match(await caller.until(/got \d+/), /^HTTP\/1\.1 200 [^]*got 10/, 'as much as the limit is fine');
});

void t.test('a body that stops coming is answered with 408, and the upstream request ends', async (t) => {
  const arrivals = new EventEmitter();
  const upstream = await handlerUpstream((request) => {
    request.resume().on('error', () => arrivals.emit('aborted'));
  });
  const gw = await gatewayTo(t, upstream, { settings: { limits: { ...defaultLimits, bodyTimeoutMs: 100 } } });
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  const aborted = once(arrivals, 'aborted');
  caller.send('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
  t.match(await caller.rest(), /^HTTP\/1\.1 408 [^]*Connection: close/i);
  await aborted;
});

void t.test('an upstream that takes nothing of a body is given up after write_timeout', async (t) => {
  const upstream = await socketUpstream((socket) => socket.pause());
  const gw = await gatewayTo(t, upstream, { service: { write_timeout: 100, read_timeout: 20_000, retries: 0 } });
  const call = httpRequest(`${gw.url}/x`, { method: 'POST' });
  call.on('error', () => undefined);
  const chunk = Buffer.alloc(1024 * 1024);
  const push = (): void => {
    while (call.write(chunk)) continue;
  };
  call.on('drain', push);
  push();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.resume();
  t.equal(response.statusCode, 504);
  call.destroy();
});

void t.test('a small body is sent again to an upstream that broke off, unless request_buffering is off', async (t) => {
  const bodies: string[] = [];
  const flaky = await handlerUpstream((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      bodies.push(body);
      if (bodies.length % 2 === 1) request.socket.destroy();
      else response.end('second time');
    });
  });
  const gw = await gatewayTo(t, flaky);
  const put = async (port: number): Promise<string> =>
    sendRaw(port, 'PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody');
  t.match(await put(gw.port), /^HTTP\/1\.1 200 [^]*second time/);
  t.strictSame(bodies, ['body', 'body']);
  bodies.length = 0;
  const owner = service(flaky.url);
  gw.apply(entities({ services: [owner], routes: [route(owner, { request_buffering: false })] }));
  t.match(await put(gw.port), /^HTTP\/1\.1 502 /);
  t.strictSame(bodies, ['body']);
});

t.end();
