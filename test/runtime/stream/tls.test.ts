import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type ConnectionOptions, createSecureContext, TLSSocket } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { randomUUID } from 'node:crypto';
import type { EntitySet } from '../../../src/entities/entity-set.ts';
import type { SelfSignedPair } from '../../../src/lib/self-signed.ts';
import { Secret } from '../../../src/lib/secret.ts';
import type { Gateway } from '../../../src/runtime/gateway.ts';
import { defaultLimits } from '../../../src/runtime/listen/listen-limits.ts';
import { selfSignedPair } from '../../support/certificates.ts';
import { recordClientHello } from '../../support/client-hello.ts';
import { entities } from '../../support/entities.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import {
  anyConnection,
  echo,
  startStreams,
  streamService,
  streamsTo,
  tcpUpstream,
  tlsUpstream,
} from '../../support/stream-gateway.ts';

const isTls = true;
const tlsRoute = { protocols: ['tls' as const] };

void t.test('TLS ends here, with the certificate for the name, and the upstream gets clear bytes', async (t) => {
  const server = await tcpUpstream(t, (socket) =>
    socket.on('data', (chunk: Buffer) => socket.write(`clear ${chunk.toString()}`)),
  );
  const [shop, other] = [selfSignedPair('shop.example'), selfSignedPair('other.example')];
  const config = {
    ...streamsTo(server.port, { route: tlsRoute }),
    ...serving({ 'shop.example': shop, 'other.example': other }),
  };
  const { port } = await startStreams(t, config, { isTls });
  const callers = Object.entries({ 'shop.example': shop, 'other.example': other });
  for (const [servername, { cert }] of callers) {
    const caller = await handshake(port, { servername, ca: cert });
    t.equal(caller.authorized, true, `${servername} is proved`);
    caller.write('hello');
    t.equal(await text(caller), 'clear hello');
    caller.destroy();
  }
});

void t.test('callers that ask for no name, or one without a certificate, get the default one', async (t) => {
  const server = await tcpUpstream(t, echo);
  const pair = selfSignedPair('default.example');
  const settings = { defaultCertificates: [{ cert: pair.cert, key: new Secret(pair.key) }] };
  const { port } = await startStreams(t, streamsTo(server.port, { route: tlsRoute }), { isTls }, settings);
  for (const options of [{}, { servername: 'nobody.example' }]) {
    const caller = await handshake(port, { ...options, rejectUnauthorized: false });
    t.equal(caller.getPeerCertificate().subject.CN, 'default.example');
    caller.destroy();
  }
});

void t.test('passed through, a caller talks TLS with the upstream itself, ALPN and all', async (t) => {
  const theirs = selfSignedPair('shop.example');
  const server = await tlsUpstream(
    t,
    { ...theirs, ALPNProtocols: ['h2'] },
    (socket) => void socket.end(String(socket.servername)),
  );
  const config = {
    ...streamsTo(server.port, { route: { protocols: ['tls_passthrough'], sources: null, snis: ['*.example'] } }),
    ...serving({ 'shop.example': selfSignedPair('shop.example') }),
  };
  const { port } = await startStreams(t, config, { isTls });
  const caller = await handshake(port, { servername: 'shop.example', ca: theirs.cert, ALPNProtocols: ['h2'] });
  t.equal(caller.authorized, true, 'by the certificate of the upstream');
  t.equal(caller.alpnProtocol, 'h2');
  t.equal(await text(caller), 'shop.example');
});

void t.test('on one address some names are passed through and others end here', async (t) => {
  const theirs = selfSignedPair('pass.example');
  const ours = selfSignedPair('end.example');
  const passed = await tlsUpstream(t, theirs, (socket) => void socket.end('theirs'));
  const ended = await tcpUpstream(t, (socket) => socket.end('ours'));
  const services = [streamService(passed.port), streamService(ended.port)] as const;
  const config = entities({
    services,
    routes: [
      anyConnection(services[0], { protocols: ['tls_passthrough'], sources: null, snis: ['pass.example'] }),
      anyConnection(services[1], { protocols: ['tls'], sources: null, snis: ['end.example'] }),
    ],
    ...serving({ 'end.example': ours }),
  });
  const { port } = await startStreams(t, config, { isTls });
  t.equal(await text(await handshake(port, { servername: 'pass.example', ca: theirs.cert })), 'theirs');
  t.equal(await text(await handshake(port, { servername: 'end.example', ca: ours.cert })), 'ours');
  const refused = connect({ host: '127.0.0.1', port, servername: 'else.example', rejectUnauthorized: false });
  await t.rejects(once(refused, 'secureConnect'), 'a name without a route');
});

void t.test('a ClientHello that comes byte by byte is passed on unchanged', async (t) => {
  const hello = await recordClientHello({ servername: 'shop.example' });
  const received: Buffer[] = [];
  const server = await tcpUpstream(t, (socket) => {
    socket.on('data', (chunk: Buffer) => received.push(chunk)).on('end', () => socket.end('done'));
  });
  const route = { protocols: ['tls_passthrough' as const], sources: null, snis: ['shop.example'] };
  const { port } = await startStreams(t, streamsTo(server.port, { route }), { isTls });
  const socket = connectTcp({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  for (const byte of hello) await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
  socket.end('and more');
  t.equal(await text(socket), 'done');
  t.same(Buffer.concat(received), Buffer.concat([hello, Buffer.from('and more')]));
});

void t.test('a caller over TLS that has ended its sending still gets the answer', async (t) => {
  const pair = selfSignedPair('shop.example');
  const server = await tcpUpstream(t, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end(`got ${Buffer.concat(chunks).toString()}`));
  });
  const config = { ...streamsTo(server.port, { route: tlsRoute }), ...serving({ 'shop.example': pair }) };
  const { port } = await startStreams(t, config, { isTls });
  const caller = await handshake(port, { servername: 'shop.example', ca: pair.cert, allowHalfOpen: true });
  caller.end('question');
  t.equal(await text(caller), 'got question');
});

void t.test('a TLS upstream is verified, by the authorities of its service, and refused when it fails', async (t) => {
  const theirs = selfSignedPair('127.0.0.1');
  const server = await tlsUpstream(t, theirs, echo);
  const authority = { id: randomUUID(), cert: theirs.cert, created_at: 0, updated_at: 0 };
  const trusted = { protocol: 'tls' as const, ca_certificates: [authority.id] };
  const good = await startStreams(t, { ...streamsTo(server.port, { service: trusted }), ca_certificates: [authority] });
  await (await RawConnection.open(good.port)).send('hello').until(/hello/);

  const unknown = await startStreams(t, streamsTo(server.port, { service: { protocol: 'tls', retries: 0 } }));
  t.equal(await (await RawConnection.open(unknown.port)).rest(), '');
  t.match(unknown.log.text(), /no upstream took the connection/);
  t.match(unknown.log.text(), /self-signed certificate/);

  const lax = await startStreams(t, streamsTo(server.port, { service: { protocol: 'tls', tls_verify: false } }));
  await (await RawConnection.open(lax.port)).send('hello').until(/hello/);
});

void t.test(
  'preserve_host asks the upstream for the name that the caller asked for, and demands proof of it',
  async (t) => {
    const theirs = selfSignedPair('shop.example');
    const server = await tlsUpstream(t, theirs, (socket) => void socket.end(`asked for ${String(socket.servername)}`));
    const authority = { id: randomUUID(), cert: theirs.cert, created_at: 0, updated_at: 0 };
    const service = { protocol: 'tls' as const, ca_certificates: [authority.id], retries: 0 };
    const config = (preserve: boolean): EntitySet => ({
      ...streamsTo(server.port, { service, route: { ...tlsRoute, preserve_host: preserve } }),
      ca_certificates: [authority],
    });
    const { port, apply, log } = await startStreams(t, config(true), { isTls });
    const options = { servername: 'shop.example', rejectUnauthorized: false };
    t.equal(await text(await handshake(port, options)), 'asked for shop.example');
    apply(config(false));
    t.equal(await text(await handshake(port, options)), '');
    t.match(log.text(), /ERR_TLS_CERT_ALTNAME_INVALID/);
  },
);

void t.test(
  'what is no TLS, and what never becomes a ClientHello, is closed and told apart from our own faults',
  async (t) => {
    const server = await tcpUpstream(t, echo);
    const settings = { limits: { ...defaultLimits, headerTimeoutMs: 100 } };
    const { port, log } = await startStreams(t, streamsTo(server.port, { route: tlsRoute }), { isTls }, settings);
    const plain = await RawConnection.open(port);
    t.equal(await plain.send('GET / HTTP/1.1\r\n\r\n').rest(), '');
    const silent = await RawConnection.open(port);
    t.equal(await silent.rest(), '');
    const half = await RawConnection.open(port);
    half.socket.write((await recordClientHello({})).subarray(0, 50));
    t.equal(await half.rest(), '');
    const refusals = log.lines().filter(({ msg }) => String(msg).includes('no ClientHello'));
    t.same(
      refusals.map(({ level, msg }) => [level, msg]),
      [
        [30, 'connection closed: no ClientHello: no TLS'],
        [30, 'connection closed: no ClientHello: it took too long'],
        [30, 'connection closed: no ClientHello: it took too long'],
      ],
    );
  },
);

void t.test('a caller that ends while the upstream is being connected ends the upstream', async (t) => {
  const secureContext = createSecureContext(selfSignedPair('127.0.0.1'));
  const ended = new Promise<string>((resolve) => {
    const server = tcpUpstream(t, (socket) => {
      // By then the end of the caller has come.
      setTimeout(() => {
        const secured = new TLSSocket(socket, { isServer: true, secureContext });
        secured.on('end', () => resolve('the end came')).resume();
      }, 100);
    });
    void server.then(async ({ port }) => {
      const gateway = await startStreams(t, streamsTo(port, { service: { protocol: 'tls', tls_verify: false } }));
      (await RawConnection.open(gateway.port)).socket.end();
    });
  });
  t.equal(await ended, 'the end came');
});

void t.test(
  'a caller that breaks off after the handshake, while the upstream is being connected, harms nobody',
  async (t) => {
    const pair = selfSignedPair('shop.example');
    let connected: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (connected = resolve));
    const server = await tcpUpstream(t, (socket) => {
      connected();
      socket.resume();
    });
    const service = { protocol: 'tls' as const, connect_timeout: 5000 };
    const config = { ...streamsTo(server.port, { service, route: tlsRoute }), ...serving({ 'shop.example': pair }) };
    const { port, log, gateway } = await startStreams(t, config, { isTls });
    const socket = connectTcp({ host: '127.0.0.1', port });
    const caller = connect({ socket, servername: 'shop.example', ca: pair.cert });
    caller.on('error', () => undefined);
    await once(caller, 'secureConnect');
    await arrival;
    socket.resetAndDestroy();
    await closed(gateway);
    t.match(log.text(), /connection closed: the caller went away/);
  },
);

void t.test('a caller that gives up the handshake costs nothing but a line at level info', async (t) => {
  const server = await tcpUpstream(t, echo);
  const { port, log, gateway } = await startStreams(t, streamsTo(server.port, { route: tlsRoute }), { isTls });
  const caller = connect({ host: '127.0.0.1', port, servername: 'shop.example' });
  const [error] = (await once(caller, 'error')) as [Error];
  t.match(error, { code: /SELF_SIGNED/ });
  await closed(gateway);
  t.notMatch(log.text(), /"level":(40|50)/);
});

/** Waits until no connection is open. */
async function closed(gateway: Gateway): Promise<void> {
  while (gateway.counters().connectionsActive > 0) await wait(5);
}

/** Certificates by the names they are served for. */
function serving(pairs: Readonly<Record<string, SelfSignedPair>>): Pick<EntitySet, 'certificates' | 'snis'> {
  const times = { created_at: 0, updated_at: 0 };
  const named = Object.entries(pairs).map(([name, pair]) => ({ name, id: randomUUID(), pair }));
  return {
    certificates: named.map(({ id, pair }) => ({ id, ...pair, ...times })),
    snis: named.map(({ id, name }) => ({ id: randomUUID(), name, certificate: { id }, ...times })),
  };
}

async function handshake(
  port: number,
  options: ConnectionOptions & { readonly allowHalfOpen?: boolean },
): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** What a socket receives until it has ended, or, when it stays open, in its first chunk. */
async function text(socket: Socket): Promise<string> {
  let received = '';
  socket.on('error', () => undefined);
  const chunks = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
      resolve();
    });
    socket.on('end', resolve).on('close', () => resolve());
  });
  await chunks;
  return received;
}
