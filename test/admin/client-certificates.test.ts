import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { type IssuedCertificate, issueCertificate } from '../support/issued-certificate.ts';
import { type RunningGateway, startCli } from '../support/run-cli.ts';
import { type ClientPair, sendOverTls, type TlsAnswer } from '../support/tls-client.ts';

const root = issueCertificate({ name: 'root', isAuthority: true });
const middle = issueCertificate({ name: 'middle', issuer: root, isAuthority: true });
const lower = issueCertificate({ name: 'lower', issuer: middle, isAuthority: true });
const stranger = issueCertificate({ name: 'stranger', isAuthority: true });

/** A caller's certificate, and those between it and the authority. */
function pair(issuer: IssuedCertificate, ...between: readonly IssuedCertificate[]): ClientPair {
  const leaf = issueCertificate({ name: 'operator', issuer, use: 'clientAuth' });
  return { cert: [leaf, ...between].map(({ cert }) => cert).join(''), key: leaf.key };
}

async function start(t: Tap, env: Readonly<Record<string, string>>): Promise<RunningGateway> {
  const gateway = await startCli(['--admin-listen', '127.0.0.1:0 ssl'], {
    env: { KONG_NGINX_ADMIN_SSL_CLIENT_CERTIFICATE: root.cert, ...env },
  });
  t.teardown(() => gateway.stop('SIGKILL'));
  return gateway;
}

type Tap = Pick<typeof t, 'teardown'>;

function ask(gateway: RunningGateway, client: ClientPair | null): Promise<TlsAnswer> {
  return sendOverTls(`${gateway.adminUrl}/services`, {}, client);
}

t.test('with "on" a caller needs a certificate of the authority; the answer says what is wrong', async (t) => {
  const gateway = await start(t, { KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'on' });
  t.match(await ask(gateway, pair(root)), { status: 200 });
  const missing = { status: 400, text: '{"message":"No required SSL certificate was sent"}' };
  t.match(await ask(gateway, null), { ...missing, headers: { connection: 'close' } });
  const wrong = { status: 400, text: '{"message":"The SSL certificate error"}' };
  t.match(await ask(gateway, pair(stranger)), wrong, 'of another authority');
  const server = issueCertificate({ name: 'operator', issuer: root, use: 'serverAuth' });
  t.match(await ask(gateway, server), wrong, 'for servers');
  const old = issueCertificate({ name: 'operator', issuer: root, use: 'clientAuth', notAfter: Date.now() - 1000 });
  t.match(await ask(gateway, old), wrong, 'expired');
  const fake = issueCertificate({ name: 'root', isAuthority: true });
  t.match(await ask(gateway, pair(fake, fake)), wrong, "with the authority's name");
});

t.test('intermediates count against the depth, which is 1 as in nginx', async (t) => {
  const shallow = await start(t, { KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'on' });
  t.match(await ask(shallow, pair(middle, middle)), { status: 200 });
  const direct = await start(t, {
    KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'on',
    KONG_NGINX_ADMIN_SSL_VERIFY_DEPTH: '0',
  });
  t.match(await ask(direct, pair(root)), { status: 200 });
  t.match(await ask(direct, pair(middle, middle)), { status: 400 });
  if (Number.parseInt(process.versions.node, 10) < 24) {
    t.match(await ask(shallow, pair(lower, lower, middle)), { status: 400 });
  } else t.comment('SKIPPED: this version of Node does not show how many intermediates a caller has sent');
  const deep = await start(t, {
    KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'on',
    KONG_NGINX_ADMIN_SSL_VERIFY_DEPTH: '2',
  });
  t.match(await ask(deep, pair(lower, lower, middle)), { status: 200 });
});

t.test('with "optional" a caller has a good certificate or none; a token is needed all the same', async (t) => {
  const gateway = await start(t, { KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'optional', GW_ADMIN_TOKEN: 's3cret' });
  const token = { 'kong-admin-token': 's3cret' };
  const url = `${gateway.adminUrl}/services`;
  t.match(await sendOverTls(url, token, null), { status: 200 });
  t.match(await sendOverTls(url, token, pair(root)), { status: 200 });
  t.match(await sendOverTls(url, token, pair(stranger)), { status: 400 });
  t.match(await sendOverTls(url, {}, pair(root)), { status: 401 });
});

t.test('a session cannot be taken up again: it would say nothing of the certificates between', async (t) => {
  const gateway = await start(t, { KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'on' });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const client = pair(root);
    const first = await shake(gateway, client, maxVersion);
    t.equal(first.socket.isSessionReused(), false);
    const second = await shake(gateway, client, maxVersion, first.session);
    t.equal(second.socket.isSessionReused(), false, maxVersion);
    first.socket.destroy();
    second.socket.destroy();
  }
});

/** Connects and gets an answer, after which the server has sent what a session is resumed by. */
async function shake(
  gateway: RunningGateway,
  client: ClientPair,
  maxVersion: 'TLSv1.2' | 'TLSv1.3',
  session?: Buffer,
): Promise<{ readonly socket: TLSSocket; readonly session: Buffer }> {
  const port = gateway.admin[0]?.port ?? 0;
  const options = { host: '127.0.0.1', port, ...client, maxVersion, rejectUnauthorized: false };
  const socket = connect({ ...options, ...(session === undefined ? {} : { session }) });
  let latest: Buffer | undefined;
  socket.on('session', (given: Buffer) => (latest = given));
  await once(socket, 'secureConnect');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  return { socket, session: latest ?? socket.getSession() ?? Buffer.alloc(0) };
}
