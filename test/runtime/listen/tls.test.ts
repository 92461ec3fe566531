import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, type ConnectionOptions, TLSSocket } from 'node:tls';
import t from 'tap';
import type { Certificate, Sni } from '../../../src/entities/certificate.ts';
import { CertificateTable } from '../../../src/runtime/listen/certificate-table.ts';
import { defaultTlsPolicy } from '../../../src/runtime/listen/tls-policy.ts';
import { selfSignedPair, selfSignedRsaPair } from '../../support/certificates.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { type ListenerChoices, type RunningListener, startListener } from '../../support/listener.ts';

const when = { created_at: 0, updated_at: 0 };

type Tap = Pick<typeof t, 'teardown'>;

/** A certificate whose subject is `subject`, and the server names it is for. */
function certified(subject: string, ...names: readonly string[]): { certificates: Certificate[]; snis: Sni[] } {
  const id = randomUUID();
  return {
    certificates: [{ id, ...selfSignedPair(subject), ...when }],
    snis: names.map((name) => ({ id: randomUUID(), name, certificate: { id }, ...when })),
  };
}

function together(...parts: readonly ReturnType<typeof certified>[]): ReturnType<typeof certified> {
  return { certificates: parts.flatMap((part) => part.certificates), snis: parts.flatMap((part) => part.snis) };
}

async function start(
  t: Tap,
  choices: Omit<ListenerChoices, 'address'> & { isHttp2?: boolean } = {},
): Promise<RunningListener> {
  const running = await startListener({ ...choices, address: { isTls: true, isHttp2: choices.isHttp2 ?? false } });
  t.teardown(() => running.close());
  return running;
}
/** A finished handshake; the caller ends the socket. */
async function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** Common name of the certificate that a client is shown. */
async function subjectFor(port: number, servername?: string, options: ConnectionOptions = {}): Promise<unknown> {
  const socket = await handshake(port, { ...(servername === undefined ? {} : { servername }), ...options });
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

t.test('a name gets its own certificate, else that of its wildcards, else that of any, else the default', async (t) => {
  const named = together(
    certified('exact', 'a.b.test'),
    certified('first', '*.b.test', '*.test'),
    certified('last', 'a.b.*', 'example.*'),
  );
  const running = await start(t, { config: named });
  const cases: Readonly<Record<string, string>> = {
    'a.b.test': 'exact',
    'A.B.TEST': 'exact',
    'x.b.test': 'first',
    'y.x.b.test': 'localhost',
    'b.test': 'localhost',
    'a.b.org': 'last',
    'example.com': 'last',
    'other.com': 'localhost',
  };
  for (const [name, subject] of Object.entries(cases)) t.equal(await subjectFor(running.port, name), subject, name);
  t.equal(await subjectFor(running.port), 'localhost', 'no name at all');
  running.reload(together(named, certified('any', '*')));
  t.equal(await subjectFor(running.port, 'other.com'), 'any');
  t.equal(await subjectFor(running.port), 'localhost', 'as in Kong, "*" is for clients that name something');
});

t.test('a certificate with two keys serves RSA or ECDSA, as the client can', async (t) => {
  const [rsa, ec] = [selfSignedRsaPair('rsa'), selfSignedPair('ec')];
  const id = randomUUID();
  const certificate = { id, cert: rsa.cert, key: rsa.key, cert_alt: ec.cert, key_alt: ec.key, ...when };
  const sni = { id: randomUUID(), name: 'a.test', certificate: { id }, ...when };
  const { port } = await start(t, { config: { certificates: [certificate], snis: [sni] } });
  const old = { maxVersion: 'TLSv1.2' } as const;
  t.equal(await subjectFor(port, 'a.test', { ...old, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }), 'rsa');
  t.equal(await subjectFor(port, 'a.test', { ...old, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }), 'ec');
  t.equal(await subjectFor(port, 'a.test', { sigalgs: 'rsa_pss_rsae_sha256' }), 'rsa');
});

t.test('a reload counts from the next handshake on and closes nothing', async (t) => {
  const running = await start(t, { config: certified('before', 'a.test') });
  const open = await handshake(running.port, { servername: 'a.test' });
  running.reload(certified('after', 'a.test'));
  t.equal(await subjectFor(running.port, 'a.test'), 'after');
  open.write('GET /still HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of open.setEncoding('utf8')) text += String(chunk);
  t.match(text, 'http/1 /still');
});

t.test('contexts of unchanged certificates are kept; one that cannot be served is named', (t) => {
  const config = certified('a', 'a.test');
  const first = new CertificateTable(config, defaultTlsPolicy, null);
  const second = new CertificateTable({ ...config }, defaultTlsPolicy, first);
  t.equal(second.contextFor('a.test'), first.contextFor('a.test'));
  t.not(new CertificateTable(config, defaultTlsPolicy, null).contextFor('a.test'), first.contextFor('a.test'));
  const [certificate] = config.certificates;
  const broken = [{ ...certificate!, key: selfSignedPair('b').key }];
  t.throws(() => new CertificateTable({ ...config, certificates: broken }, defaultTlsPolicy, first), {
    message: new RegExp(`certificate "${certificate!.id}" cannot be served: .*key`),
  });
  t.end();
});

t.test('ALPN: h2 only where the address has http2, HTTP/1.1 for those that ask for it or for nothing', async (t) => {
  const [with2, without] = [await start(t, { isHttp2: true }), await start(t)];
  const chosen = async (port: number, ALPNProtocols?: string[]): Promise<unknown> => {
    const socket = await handshake(port, ALPNProtocols === undefined ? {} : { ALPNProtocols });
    socket.destroy();
    return socket.alpnProtocol;
  };
  t.equal(await chosen(with2.port, ['h2', 'http/1.1']), 'h2');
  t.equal(await chosen(with2.port, ['http/1.1', 'h2']), 'h2', 'the server prefers it');
  t.equal(await chosen(with2.port, ['http/1.1']), 'http/1.1');
  t.equal(await chosen(with2.port), false);
  t.equal(await chosen(without.port, ['h2', 'http/1.1']), 'http/1.1');
  await t.rejects(chosen(without.port, ['h2']), /ssl|TLS|alert|ECONNRESET|disconnected/i);
});

t.test('TLS versions and ciphers are those of the policy', async (t) => {
  const version = async (port: number, options: ConnectionOptions): Promise<string | null> => {
    const socket = await handshake(port, options);
    const protocol = socket.getProtocol();
    socket.destroy();
    return protocol;
  };
  const usual = await start(t);
  t.equal(await version(usual.port, {}), 'TLSv1.3');
  t.equal(await version(usual.port, { maxVersion: 'TLSv1.2' }), 'TLSv1.2');
  const ancient = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
  await t.rejects(version(usual.port, ancient));
  await t.rejects(version(usual.port, { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }));
  const modern = await start(t, { tls: { minVersion: 'TLSv1.3', ciphers: null } });
  t.equal(await version(modern.port, {}), 'TLSv1.3');
  await t.rejects(version(modern.port, { maxVersion: 'TLSv1.2' }));
  const fips = await start(t, { tls: { maxVersion: 'TLSv1.2' } });
  t.equal(await version(fips.port, {}), 'TLSv1.2');
});

t.test('sessions are resumed by ticket, over a reload too; not where tickets are off', async (t) => {
  const resumes = async (running: RunningListener): Promise<boolean> => {
    const options = { servername: 'a.test', maxVersion: 'TLSv1.2' } as const;
    const first = await handshake(running.port, options);
    const session = first.getSession();
    first.destroy();
    running.reload(certified('after', 'a.test'));
    const second = await handshake(running.port, { ...options, ...(session === undefined ? {} : { session }) });
    const isReused = second.isSessionReused();
    second.destroy();
    return isReused;
  };
  const config = certified('before', 'a.test');
  t.equal(await resumes(await start(t, { config })), true);
  t.equal(await resumes(await start(t, { config, tls: { hasSessionTickets: false } })), false);
});

/** Common name of the certificate that a client of the listener has shown. */
function peerSubject(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) throw new TypeError('not over TLS');
  const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string } };
  return subject?.CN;
}

t.test('clients are asked for a certificate only when a plugin wants it, and may have none', async (t) => {
  const pair = selfSignedPair('client');
  const seen: (string | undefined)[] = [];
  const handlers: ListenerChoices['handlers'] = {
    request(incoming, outgoing) {
      seen.push(peerSubject(incoming.socket));
      outgoing.end();
    },
  };
  const call = async (port: number, options: ConnectionOptions): Promise<void> => {
    const socket = await handshake(port, options);
    socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await once(socket.resume(), 'close');
  };
  const asking = await start(t, { handlers, wantsClientCertificate: (name) => name === 'ask.test' });
  await call(asking.port, { ...pair, servername: 'ask.test' });
  await call(asking.port, { servername: 'ask.test' });
  await call(asking.port, { ...pair, servername: 'other.test' });
  const not = await start(t, { handlers });
  await call(not.port, pair);
  t.same(seen, ['client', undefined, undefined, undefined]);
});

t.test(
  'a client that never finishes its handshake, or speaks no TLS, is closed; a plain request is told why',
  async (t) => {
    const running = await start(t, { limits: { headerTimeoutMs: 100 } });
    const silent = await RawConnection.open(running.port);
    await silent.rest();
    const plain = await RawConnection.open(running.port);
    await plain.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n').rest();
    t.match(plain.text, /^HTTP\/1\.1 400 .*The plain HTTP request was sent to HTTPS port/s);
    const garbage = await RawConnection.open(running.port);
    t.equal(await garbage.send('\x16\x03\x01\x00\x05hello').rest(), '');
    t.same(running.facts, []);
  },
);
