import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { createServer as createHttp2, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import type { ActiveHealthChecks } from '../../../src/entities/upstream.ts';
import { Endpoint, Member } from '../../../src/runtime/upstream/endpoint.ts';
import type { HealthSign } from '../../../src/runtime/upstream/health/health-rules.ts';
import { probeOf } from '../../../src/runtime/upstream/health/probe.ts';
import { selfSignedPair } from '../../support/certificates.ts';
import { healthchecks } from '../../support/entities.ts';

async function listen(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a probe with these settings says of a port. */
function probe(
  port: number,
  checks: Partial<ActiveHealthChecks>,
  hostHeader: string | null = null,
): Promise<HealthSign> {
  const settings = { checks: { ...healthchecks().active, ...checks }, hostHeader, clientCertificate: null };
  return probeOf(settings)(new Member(new Endpoint('127.0.0.1', port), 100, 'target.test'));
}

void t.test('http: the status, asked for with the path, host and headers of the checks', async (t) => {
  let seen: IncomingMessage | undefined;
  const server = createHttp((request, response) => {
    seen = request;
    response.writeHead(418).end();
  });
  const port = await listen(t, server);
  t.equal(await probe(port, { http_path: '/alive?deep=1', headers: { 'X-Probe': ['one', 'two'] } }), 418);
  t.match(seen, { method: 'GET', url: '/alive?deep=1', headers: { host: 'target.test', connection: 'close' } });
  t.equal(seen?.headers['x-probe'], 'one, two');
  await probe(port, {}, 'shop.test');
  t.equal(seen?.headers.host, 'shop.test');
});

void t.test('http: no connection, no answer and no HTTP are told apart', async (t) => {
  const silent = await listen(
    t,
    createTcp((socket) => socket.on('error', () => undefined)),
  );
  const garbage = await listen(
    t,
    createTcp((socket) => socket.end('this is no HTTP\r\n\r\n')),
  );
  t.equal(await probe(await closedPort(), {}), 'connection');
  t.equal(await probe(silent, { timeout: 0.05 }), 'timeout');
  t.equal(await probe(garbage, {}), 0);
});

void t.test('https: verifies unless told not to, by the name that is sent', async (t) => {
  const { cert, key } = selfSignedPair('sni.test');
  const server = createHttps({ cert, key }, (request, response) => {
    const { servername } = request.socket as Partial<TLSSocket>;
    response.writeHead(servername === 'sni.test' ? 200 : 404).end();
  });
  server.on('tlsClientError', () => undefined);
  const port = await listen(t, server);
  t.equal(await probe(port, { type: 'https' }), 'connection');
  t.equal(await probe(port, { type: 'https', https_verify_certificate: false }), 404, 'the name of the target');
  t.equal(await probe(port, { type: 'https', https_verify_certificate: false, https_sni: 'sni.test' }), 200);
});

void t.test('tcp: a connection is all it takes', async (t) => {
  const port = await listen(
    t,
    createTcp((socket) => socket.on('error', () => undefined)),
  );
  t.equal(await probe(port, { type: 'tcp' }), 'success');
  t.equal(await probe(await closedPort(), { type: 'tcp' }), 'connection');
});

void t.test('grpc: the health service has to say SERVING', async (t) => {
  let body = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
  let path: string | undefined;
  const server = createHttp2();
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    path = headers[':path'];
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(body);
  });
  const port = await listen(t, server);
  t.equal(await probe(port, { type: 'grpc' }), 'success');
  t.equal(path, '/grpc.health.v1.Health/Check');
  body = Buffer.from([0, 0, 0, 0, 2, 8, 2]);
  t.equal(await probe(port, { type: 'grpc' }), 0, 'NOT_SERVING');
  t.equal(await probe(await closedPort(), { type: 'grpc' }), 'connection');
});
