import { EventEmitter, once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import t from 'tap';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import type { Exchange } from '../../../src/pdk/exchange.ts';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import { selfSignedPair } from '../../support/certificates.ts';
import { plugin } from '../../support/entities.ts';
import { gatewayTo } from '../../support/protocol-gateway.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { handlerUpstream, type SmallUpstream, socketUpstream } from '../../support/small-upstreams.ts';

/** A WebSocket server that sends every message back, and what its handshakes looked like. */
async function echoUpstream(): Promise<SmallUpstream & { readonly handshakes: IncomingMessage[] }> {
  const handshakes: IncomingMessage[] = [];
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].at(-1) ?? false });
  const upstream = await handlerUpstream(
    (_request, response) => response.writeHead(426).end(),
    (server) => {
      server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
        handshakes.push(request);
        sockets.handleUpgrade(request, socket, head, (peer) => {
          peer.on('message', (data: Buffer, isBinary) => {
            const text = data.toString();
            if (text.startsWith('close ')) peer.close(Number(text.slice(6)), 'as asked');
            else peer.send(data, { binary: isBinary });
          });
        });
      });
    },
  );
  return { ...upstream, handshakes };
}

async function open(url: string, protocols: string[] = [], options: ClientOptions = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, protocols, options);
  await once(socket, 'open');
  return socket;
}

async function echoed(socket: WebSocket, message: string | Buffer): Promise<Buffer> {
  const answer = once(socket, 'message');
  socket.send(message);
  const [data] = (await answer) as [Buffer];
  return data;
}

void t.test('messages of any kind and size pass both ways', async (t) => {
  const upstream = await echoUpstream();
  const gw = await gatewayTo(t, upstream);
  const socket = await open(`ws://127.0.0.1:${gw.port}/chat?room=1`, ['v1', 'v2'], { headers: { 'x-mine': '1' } });
  t.teardown(() => socket.terminate());
  t.equal(socket.protocol, 'v2', 'the subprotocol the upstream chose');
  t.match(upstream.handshakes[0]?.headers, { 'x-mine': '1', 'x-real-ip': '127.0.0.1', via: /gw/ });
  t.equal(upstream.handshakes[0]?.url, '/chat?room=1');
  t.equal(String(await echoed(socket, 'text')), 'text');
  t.strictSame(await echoed(socket, Buffer.from([0, 1, 255])), Buffer.from([0, 1, 255]));
  const large = Buffer.alloc(5 * 1024 * 1024, 'abc');
  t.ok((await echoed(socket, large)).equals(large), '5 MiB, slower than sockets buffer');
});

void t.test('close codes reach the other side', async (t) => {
  const gw = await gatewayTo(t, await echoUpstream());
  const socket = await open(`ws://127.0.0.1:${gw.port}/`);
  const closed = once(socket, 'close');
  socket.send('close 4001');
  const [code, reason] = (await closed) as [number, Buffer];
  t.equal(code, 4001);
  t.equal(String(reason), 'as asked');
});

void t.test('routes and services may say ws; such a route takes handshakes only', async (t) => {
  const upstream = await echoUpstream();
  const gw = await gatewayTo(t, upstream, { service: { protocol: 'ws' }, route: { protocols: ['ws'] } });
  const socket = await open(`ws://127.0.0.1:${gw.port}/`);
  t.teardown(() => socket.terminate());
  t.equal(String(await echoed(socket, 'hello')), 'hello');
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  caller.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  t.match(await caller.until(/\}$/), /^HTTP\/1\.1 426 /);
});

void t.test('an upstream that does not switch answers as ever', async (t) => {
  const upstream = await handlerUpstream(
    () => undefined,
    (server) => {
      server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
        socket.end('HTTP/1.1 403 Forbidden\r\nX-Why: mood\r\nContent-Length: 6\r\n\r\nnot me');
      });
    },
  );
  const gw = await gatewayTo(t, upstream);
  const socket = new WebSocket(`ws://127.0.0.1:${gw.port}/`);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  t.equal(response.statusCode, 403);
  t.match(response.headers, { 'x-why': 'mood', 'x-kong-request-id': /^[0-9a-f]{32}$/ });
  t.equal(String((await once(response, 'data'))[0]), 'not me');
});

void t.test('an upstream that cannot be reached is a 502 to a handshake, too', async (t) => {
  const gone = await socketUpstream(() => undefined);
  await gone.close();
  const gw = await gatewayTo(t, { ...gone, close: () => Promise.resolve() });
  const socket = new WebSocket(`ws://127.0.0.1:${gw.port}/`);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  t.equal(response.statusCode, 502);
  response.resume();
});

void t.test('plugins see a handshake: access and header_filter at once, log when the tunnel closes', async (t) => {
  const trail = new EventEmitter();
  const steps: string[] = [];
  const watcher: PluginDefinition = {
    name: 'watcher',
    version: '1.0.0',
    priority: 1,
    protocols: ['http', 'https'],
    schema: { type: 'object' },
    create: () => ({
      access: () => void steps.push('access'),
      headerFilter: (exchange: Exchange) => {
        steps.push(`header_filter ${exchange.response.status}`);
        exchange.response.setHeader('X-Watched', 'yes');
      },
      log: () => {
        steps.push('log');
        trail.emit('log');
      },
    }),
  };
  const gw = await gatewayTo(t, await echoUpstream(), { plugins: [watcher], pluginEntities: [plugin('watcher')] });
  const socket = new WebSocket(`ws://127.0.0.1:${gw.port}/`);
  const opened = once(socket, 'open');
  const [response] = (await once(socket, 'upgrade')) as [IncomingMessage];
  t.match(response.headers, { 'x-watched': 'yes', upgrade: 'websocket' });
  await opened;
  t.strictSame(steps, ['access', 'header_filter 101']);
  const logged = once(trail, 'log');
  socket.close();
  await logged;
  t.strictSame(steps, ['access', 'header_filter 101', 'log']);
});

void t.test('any other protocol is tunnelled, each direction ends for itself', async (t) => {
  const upstream = await socketUpstream((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      const isAnswered = text.includes('\r\n\r\n');
      text += String(chunk);
      if (!isAnswered && text.includes('\r\n\r\n')) {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo/1\r\n\r\nhello;');
      }
    });
    socket.on('end', () => socket.end(`you said ${text.slice(text.indexOf('\r\n\r\n') + 4)}`));
  });
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  caller.send('GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo/1\r\n\r\nearly');
  await caller.until(/^HTTP\/1\.1 101 [^]*Upgrade: echo\/1[^]*hello;$/);
  caller.send(' and late');
  caller.socket.end();
  t.match(await caller.rest(), /you said early and late$/, 'an answer after the caller has ended its side');
});

void t.test('an upgrade behind a pipelined request waits for the whole of its answer', async (t) => {
  const size = 8 * 1024 * 1024;
  const upstream = await handlerUpstream(
    (_request, response) => response.end(Buffer.alloc(size, 'x')),
    (server) => {
      server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nswitched');
      });
    },
  );
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  const upgrade = 'GET /b HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
  caller.send(`GET /a HTTP/1.1\r\nHost: a\r\n\r\n${upgrade}`);
  const text = await caller.rest();
  t.equal(text.lastIndexOf('HTTP/1.1 101') - text.indexOf('\r\n\r\n') - 4, size);
  t.match(text.slice(-400), /HTTP\/1\.1 101 [^]*switched$/);
});

void t.test('silence in both directions ends a tunnel after read_timeout', async (t) => {
  const gw = await gatewayTo(t, await echoUpstream(), { service: { read_timeout: 150 } });
  const socket = await open(`ws://127.0.0.1:${gw.port}/`);
  for (let round = 0; round < 3; round++) t.equal(String(await echoed(socket, 'still here')), 'still here');
  const [code] = (await once(socket, 'close')) as [number];
  t.equal(code, 1006, 'cut, not closed');
});

void t.test('a caller that goes away takes the upstream connection with it', async (t) => {
  const ends = new EventEmitter();
  const upstream = await handlerUpstream(
    () => undefined,
    (server) => {
      server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
        socket.on('error', () => ends.emit('over')).on('end', () => ends.emit('over'));
        socket.resume();
      });
    },
  );
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  caller.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
  await caller.until(/101 Switching/);
  const over = once(ends, 'over');
  caller.socket.resetAndDestroy();
  await over;
  t.pass('the upstream saw its connection end');
});

void t.test('offers of HTTP/2, and upgrades with a body, are served as ordinary requests', async (t) => {
  const bodies: string[] = [];
  const upstream = await handlerUpstream((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      bodies.push(`${request.url ?? ''} ${request.headers.upgrade ?? 'none'} ${body}`);
      response.end('fine');
    });
  });
  const gw = await gatewayTo(t, upstream);
  const caller = await RawConnection.open(gw.port);
  t.teardown(() => caller.close());
  const settings = 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA';
  caller.send(
    `GET /h2c HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n${settings}\r\n\r\n`,
  );
  await caller.until(/fine$/);
  caller.send(
    'POST /body HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 4\r\n\r\nbo',
  );
  caller.send('dy');
  await caller.until(/fine[^]*fine$/);
  caller.send('GET /next HTTP/1.1\r\nHost: a\r\n\r\n');
  await caller.until(/fine[^]*fine[^]*fine$/);
  t.strictSame(bodies, ['/h2c none ', '/body none body', '/next none '], 'all on one connection');
});

void t.test('wss to the gateway, and from the gateway to its upstream', async (t) => {
  const certificate = selfSignedPair('localhost');
  const sockets = new WebSocketServer({ noServer: true });
  const server = createHttpsServer({ key: certificate.key, cert: certificate.cert }).listen(0, '127.0.0.1');
  server.on('upgrade', (request, socket, head: Buffer) => {
    sockets.handleUpgrade(request, socket, head, (peer) => peer.on('message', (data) => peer.send(data)));
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const gw = await gatewayTo(
    t,
    {
      url: `https://127.0.0.1:${port}`,
      port,
      close: async () => {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      },
    },
    { service: { protocol: 'wss', tls_verify: false } },
  );
  const tls = await gw.gateway.listen({ host: '127.0.0.1', port: 0, isTls: true });
  const socket = await open(`wss://127.0.0.1:${tls.port}/`, [], { rejectUnauthorized: false });
  t.teardown(() => socket.terminate());
  t.equal(String(await echoed(socket, 'secret')), 'secret');
});

t.end();
