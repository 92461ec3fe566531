import { EventEmitter, once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { entities, route, service } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { send, sendRaw } from '../support/http.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

let upstream: Upstream;
t.before(async () => {
  upstream = await startUpstream();
});
t.after(() => upstream.close());

/** A gateway whose only route leads to the upstream. */
async function proxyTo(
  url: string,
  fields: { readonly route?: Parameters<typeof route>[1]; readonly service?: Parameters<typeof service>[1] } = {},
): Promise<RunningGateway> {
  const owner = service(url, fields.service);
  return startGateway(entities({ services: [owner], routes: [route(owner, { strip_path: false, ...fields.route })] }));
}

/** An upstream made of one handler. */
async function handlerUpstream(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

void t.test('passes method, path, query, headers and body on, and the answer back', async (t) => {
  const gw = await proxyTo(upstream.url);
  t.teardown(() => gw.close());
  const answer = await send(`${gw.url}/anything/a?x=1&y=%20`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-custom': 'yes' },
    body: '{"a":1}',
  });
  t.equal(answer.status, 200);
  t.match(answer.json(), { method: 'POST', args: { x: '1', y: ' ' }, json: { a: 1 }, headers: { 'X-Custom': 'yes' } });
  t.equal(upstream.requests.at(-1)?.url, '/anything/a?x=1&y=%20', 'the query goes on byte for byte');
});

void t.test('tells the upstream about the caller, and the caller about the gateway', async (t) => {
  const gw = await proxyTo(upstream.url, {
    route: { paths: ['/anything'], strip_path: true },
    service: { path: '/anything' },
  });
  t.teardown(() => gw.close());
  const answer = await send(`${gw.url}/anything/b?q=1`, {
    headers: { 'x-forwarded-for': '10.0.0.9', host: 'api.example:1' },
  });
  const { headers } = answer.json() as { headers: Record<string, string> };
  t.match(headers, {
    Host: new URL(upstream.url).host,
    'X-Forwarded-For': '10.0.0.9, 127.0.0.1',
    'X-Real-Ip': '127.0.0.1',
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Host': 'api.example',
    'X-Forwarded-Port': String(gw.port),
    'X-Forwarded-Path': '/anything/b',
    'X-Forwarded-Prefix': '/anything',
    Via: /^1\.1 gw\//,
  });
  t.equal(answer.headers['x-kong-request-id'], headers['X-Kong-Request-Id'], 'one id on both sides');
  t.match(answer.headers, {
    via: /^1\.1 gw\//,
    'x-kong-upstream-latency': /^\d+$/,
    'x-kong-proxy-latency': /^\d+$/,
    'x-kong-request-id': /^[0-9a-f]{32}$/,
  });
});

void t.test('X-Forwarded-* of strangers is replaced, of trusted peers believed', async (t) => {
  const owner = service(upstream.url);
  const config = entities({ services: [owner], routes: [route(owner, { strip_path: false })] });
  const claims = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', 'x-forwarded-port': '1' };
  const wary = await startGateway(config);
  const trusting = await startGateway(config, { settings: { trustedIps: ['127.0.0.0/8'] } });
  t.teardown(() => Promise.all([wary.close(), trusting.close()]));
  const seen = async (url: string): Promise<unknown> => (await send(`${url}/anything`, { headers: claims })).json();
  t.match(await seen(wary.url), { headers: { 'X-Forwarded-Proto': 'http', 'X-Forwarded-Host': '127.0.0.1' } });
  t.match(await seen(trusting.url), {
    headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Port': '1' },
  });
});

void t.test('headers that name the caller never come from outside', async (t) => {
  const gw = await proxyTo(upstream.url);
  t.teardown(() => gw.close());
  const spoofed = {
    'X-Consumer-ID': '1',
    x_consumer_username: 'admin',
    'X-Consumer-Custom-Id': '2',
    'X-Credential-Identifier': '3',
    'X-Authenticated-Groups': 'root',
    'X-Anonymous-Consumer': 'true',
    'X-Consumer-Groups': 'gold',
  };
  await send(`${gw.url}/anything`, { headers: { ...spoofed, 'x-conduct': 'kept' } });
  const seen = upstream.requests.at(-1)?.rawHeaders.filter((_, index) => index % 2 === 0) ?? [];
  t.strictSame(
    seen.filter((name) => /consumer|credential|authenticated/i.test(name)),
    [],
  );
  t.ok(seen.includes('x-conduct'));
});

void t.test('hop-by-hop headers end at the gateway, in both directions, with those Connection names', async (t) => {
  const other = await handlerUpstream((_request, response) => {
    response.writeHead(200, { Connection: 'close, X-Hop', 'X-Hop': '1', 'Keep-Alive': 'timeout=1', 'X-Kept': '1' });
    response.end('ok');
  });
  const gw = await proxyTo(other.url);
  const echo = await proxyTo(upstream.url);
  t.teardown(() => Promise.all([gw.close(), echo.close(), other.close()]));
  const raw = await sendRaw(
    echo.port,
    'GET /anything HTTP/1.1\r\nHost: a\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nTE: gzip, trailers\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nX-Kept: 1\r\n\r\n',
  );
  t.match(raw, /^HTTP\/1\.1 200 /);
  const seen = upstream.requests.at(-1)?.headers ?? {};
  for (const name of ['x-mine', 'proxy-connection', 'upgrade']) t.equal(seen[name], undefined, name);
  t.equal(seen.te, 'trailers', 'who can take trailers is known to the upstream, other codings are not');
  t.equal(seen['x-kept'], '1');
  const answer = await send(`${gw.url}/`);
  t.equal(answer.headers['x-hop'], undefined);
  t.equal(answer.headers['x-kept'], '1');
});

void t.test('no route, no service, and https demanded have their own answers', async (t) => {
  const owner = service(upstream.url);
  const gw = await startGateway(
    entities({
      services: [owner],
      routes: [
        route(null, { paths: ['/orphan'] }),
        route(owner, { paths: ['/tls'], protocols: ['https'] }),
        route(owner, { paths: ['/moved'], protocols: ['https'], https_redirect_status_code: 308 }),
      ],
    }),
  );
  t.teardown(() => gw.close());
  const missing = await send(`${gw.url}/nowhere`);
  t.equal(missing.status, 404);
  t.equal(missing.headers['content-type'], 'application/json; charset=utf-8');
  t.match(missing.headers, { server: /^gw\//, 'x-kong-response-latency': /^\d+$/ });
  t.equal(
    missing.text,
    `{\n  "message":"no Route matched with those values",\n  "request_id":"${String(missing.headers['x-kong-request-id'])}"\n}`,
  );
  t.match(await send(`${gw.url}/orphan`), { status: 503, text: /no Service found with those values/ });
  t.match(await send(`${gw.url}/tls`), {
    status: 426,
    text: /Please use HTTPS protocol/,
    headers: { upgrade: 'TLS/1.2, HTTP/1.1' },
  });
  t.match(await send(`${gw.url}/moved/x?y=1`, { headers: { host: 'API.example:80' } }), {
    status: 308,
    headers: { location: 'https://api.example/moved/x?y=1' },
  });
});

void t.test('error bodies follow the Accept header', async (t) => {
  const gw = await startGateway(entities({}));
  t.teardown(() => gw.close());
  const kinds: readonly (readonly [string, RegExp, RegExp])[] = [
    ['text/html,application/json;q=0.5', /^text\/html/, /<p>no Route matched/],
    ['application/xml', /^application\/xml/, /<message>no Route matched/],
    ['text/plain', /^text\/plain/, /^no Route matched/],
    ['image/png', /^application\/json/, /"message":"no Route matched/],
    ['application/json;q=0.9, text/html;q=0.1', /^application\/json/, /"message"/],
  ];
  for (const [accept, type, body] of kinds) {
    t.match(
      await send(`${gw.url}/x`, { headers: { accept } }),
      { headers: { 'content-type': type }, text: body },
      accept,
    );
  }
});

void t.test('an upstream that fails is told apart: 502, 503, 504', async (t) => {
  const closed = createTcpServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const garbage = createTcpServer((socket) => socket.end('this is no HTTP\r\n\r\n')).listen(0, '127.0.0.1');
  await once(garbage, 'listening');
  const gws = {
    refused: await proxyTo(`http://127.0.0.1:${port}`),
    garbage: await proxyTo(`http://127.0.0.1:${(garbage.address() as AddressInfo).port}`),
    unresolved: await proxyTo('http://does-not-exist.invalid'),
    slow: await proxyTo(upstream.url, { service: { read_timeout: 50 } }),
    reset: await proxyTo(upstream.url, { service: { retries: 0 } }),
  };
  t.teardown(async () => {
    garbage.close();
    await Promise.all(Object.values(gws).map((gw) => gw.close()));
  });
  const invalid = /An invalid response was received from the upstream server/;
  t.match(await send(`${gws.refused.url}/x`, { method: 'POST', body: 'kept until it can be sent' }), {
    status: 502,
    text: invalid,
  });
  t.match(await send(`${gws.garbage.url}/x`), { status: 502, text: invalid });
  t.match(await send(`${gws.unresolved.url}/x`), { status: 503, text: /name resolution failed/ });
  t.match(await send(`${gws.slow.url}/delay/5000`), { status: 504, text: /The upstream server is timing out/ });
  t.match(await send(`${gws.reset.url}/reset`), { status: 502, text: invalid });
});

void t.test('a request is tried again on a broken connection if doing it twice does no harm', async (t) => {
  let calls = 0;
  const flaky = await handlerUpstream((request, response) => {
    calls++;
    request.resume();
    if (calls % 3 !== 0) request.socket.destroy();
    else response.end('third time');
  });
  const gw = await proxyTo(flaky.url);
  t.teardown(() => Promise.all([gw.close(), flaky.close()]));
  t.match(await send(`${gw.url}/x`), { status: 200, text: 'third time' });
  t.equal(calls, 3);
  calls = 0;
  t.match(await send(`${gw.url}/x`, { method: 'POST', body: 'once' }), { status: 502 });
  t.equal(calls, 1, 'a POST that may have been done is not repeated');
});

void t.test('answers begin before the upstream is done, and end where it ends', async (t) => {
  let finish: () => void = () => undefined;
  const slow = await handlerUpstream((_request, response) => {
    response.write('first;');
    finish = () => response.end('last');
  });
  const gw = await proxyTo(slow.url);
  t.teardown(() => Promise.all([gw.close(), slow.close()]));
  const call = httpRequest(`${gw.url}/x`).end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const received: string[] = [];
  for await (const chunk of response) {
    received.push(String(chunk));
    if (received.length === 1) finish();
  }
  t.strictSame(received, ['first;', 'last'], 'the first chunk came while the upstream was still working');
});

void t.test('a caller that goes away takes the upstream request with it', async (t) => {
  const arrivals = new EventEmitter();
  const waiting = await handlerUpstream((request) => arrivals.emit('request', request));
  const gw = await proxyTo(waiting.url);
  t.teardown(() => Promise.all([gw.close(), waiting.close()]));
  const caller = httpRequest(`${gw.url}/x`).on('error', () => undefined);
  caller.end();
  const [{ socket }] = (await once(arrivals, 'request')) as [IncomingMessage];
  const closed = once(socket, 'close');
  caller.destroy();
  await closed;
  t.pass('the upstream saw its connection close');
});

void t.test('a response that breaks off breaks off for the caller too', async (t) => {
  const gw = await proxyTo(upstream.url);
  t.teardown(() => gw.close());
  await t.rejects(send(`${gw.url}/reset/10`), 'no caller mistakes half an answer for a whole one');
});

void t.test('HEAD, 204 and 304 have no body and keep the connection usable', async (t) => {
  const gw = await proxyTo(upstream.url);
  t.teardown(() => gw.close());
  t.match(await send(`${gw.url}/bytes/100`, { method: 'HEAD' }), {
    status: 200,
    text: '',
    headers: { 'content-length': '100' },
  });
  t.match(await send(`${gw.url}/status/204`), { status: 204, text: '' });
  t.match(await send(`${gw.url}/status/304`), { status: 304, text: '' });
  t.match(await send(`${gw.url}/status/418`), { status: 418 });
});

void t.test('ambiguous requests are refused', async (t) => {
  const gw = await proxyTo(upstream.url);
  t.teardown(() => gw.close());
  const heads: Readonly<Record<string, string>> = {
    'two Host headers': 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    'no Host header': 'GET / HTTP/1.1\r\n\r\n',
    'target and Host disagree': 'GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n',
    'Content-Length and Transfer-Encoding':
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a transfer coding besides chunked':
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'chunked twice':
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'two lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'a space before the colon': 'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
    'a folded header': 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n  2\r\n\r\n',
    'a broken escape': 'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n',
    'an escaped NUL': 'GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n',
    'an asterisk': 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  };
  for (const [name, head] of Object.entries(heads)) {
    const closing = head.replace('\r\n', '\r\nConnection: close\r\n');
    t.match(await sendRaw(gw.port, closing), /^HTTP\/1\.1 400 /, name);
  }
  const whole = await sendRaw(gw.port, `GET http://a/anything HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  t.match(whole, /^HTTP\/1\.1 200 /, 'the absolute form that agrees with Host is fine');
});

void t.test('preserve_host and header overrides decide the Host header', async (t) => {
  const owner = service(upstream.url);
  const gw = await startGateway(
    entities({ services: [owner], routes: [route(owner, { preserve_host: true, strip_path: false })] }),
  );
  t.teardown(() => gw.close());
  t.match((await send(`${gw.url}/anything`, { headers: { host: 'api.example:8443' } })).json(), {
    headers: { Host: 'api.example:8443' },
  });
});

void t.test('draining ends a kept-alive connection as soon as its response is complete', async (t) => {
  const arrivals = new EventEmitter();
  const slow = await handlerUpstream((_request, response) => arrivals.emit('request', response));
  const gw = await proxyTo(slow.url);
  t.teardown(() => slow.close());
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const arrived = once(arrivals, 'request');
  const call = httpRequest(`${gw.url}/x`, { agent }).end();
  const [upstreamResponse] = (await arrived) as [ServerResponse];
  upstreamResponse.write('begun;');
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const drained = gw.gateway.drain(30_000);
  upstreamResponse.end('done');
  const chunks: string[] = [];
  for await (const chunk of response) chunks.push(String(chunk));
  t.equal(chunks.join(''), 'begun;done');
  await drained;
  t.pass('without waiting for the keep-alive timeout');
});

void t.test('a disabled service takes its routes away', async (t) => {
  const gw = await proxyTo(upstream.url, { service: { enabled: false } });
  t.teardown(() => gw.close());
  t.equal((await send(`${gw.url}/anything`)).status, 404);
});

t.end();
