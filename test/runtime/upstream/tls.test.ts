import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import type { CaCertificate, Certificate } from '../../../src/entities/certificate.ts';
import type { EntitySet } from '../../../src/entities/entity-set.ts';
import type { Service } from '../../../src/entities/service.ts';
import { defaultSettings } from '../../../src/runtime/settings.ts';
import { tlsOptions, transportOf } from '../../../src/runtime/upstream/transport.ts';
import { selfSignedPair } from '../../support/certificates.ts';
import { entities, route, service, target, upstream } from '../../support/entities.ts';
import { startGateway } from '../../support/gateway.ts';
import { type Answer, send } from '../../support/http.ts';

const CA_ID = '22222222-0000-4000-8000-000000000001';
const CLIENT_ID = '22222222-0000-4000-8000-000000000002';
const GLOBAL_NAMES = ['api.test', 'other.test'];

const own = selfSignedPair('api.test');
const client = selfSignedPair('client.test');

function authority(cert: string): CaCertificate {
  return { id: CA_ID, cert, created_at: 0, updated_at: 0 };
}

function certificate({ cert, key }: { readonly cert: string; readonly key: string }): Certificate {
  return { id: CLIENT_ID, cert, key, created_at: 0, updated_at: 0 };
}

/** A TLS target that says who it was asked for, and by whom. */
async function startTarget(t: Test, pair: { readonly cert: string; readonly key: string }): Promise<number> {
  const server = createServer({ ...pair, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const { servername, getPeerCertificate } = request.socket as Partial<TLSSocket>;
    const subject = getPeerCertificate?.call(request.socket).subject;
    response.end(JSON.stringify({ servername, client: subject?.CN ?? null, host: request.headers.host }));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

/** Asks a service through a gateway that knows the names of the tests. */
async function ask(t: Test, one: Service, more: Partial<EntitySet> = {}): Promise<Answer> {
  const hostsFile = join(t.testdir(), 'hosts');
  writeFileSync(hostsFile, `127.0.0.1 ${GLOBAL_NAMES.join(' ')}\n`);
  const settings = { dns: { ...defaultSettings.dns, hostsFile } };
  const gw = await startGateway(entities({ services: [one], routes: [route(one)], ...more }), { settings });
  try {
    return await send(`${gw.url}/`);
  } finally {
    await gw.close();
  }
}

void t.test(
  'a certificate of an authority that nobody named is refused, unless the service does not care',
  async (t) => {
    const url = `https://api.test:${await startTarget(t, own)}`;
    t.equal((await ask(t, service(url))).status, 502);
    t.match(await ask(t, service(url, { tls_verify: false })), { status: 200 });
  },
);

void t.test('ca_certificates take the place of the known authorities, and the name has to fit', async (t) => {
  const port = await startTarget(t, own);
  const fields = { ca_certificates: [CA_ID] };
  const trusted = { ca_certificates: [authority(own.cert)] };
  const answer = await ask(t, service(`https://api.test:${port}`, fields), trusted);
  t.match(answer.json(), { servername: 'api.test', client: null, host: `api.test:${port}` });
  t.equal((await ask(t, service(`https://other.test:${port}`, fields), trusted)).status, 502);
  const wrong = { ca_certificates: [authority(client.cert)] };
  t.equal((await ask(t, service(`https://api.test:${port}`, fields), wrong)).status, 502);
});

void t.test('targets are asked for by the Host that they get', async (t) => {
  const port = await startTarget(t, own);
  const pool = upstream('pool.test', { host_header: 'api.test' });
  const one = service('https://pool.test', { ca_certificates: [CA_ID] });
  const answer = await ask(t, one, {
    upstreams: [pool],
    targets: [target(pool, `127.0.0.1:${port}`)],
    ca_certificates: [authority(own.cert)],
  });
  t.match(answer.json(), { servername: 'api.test', host: `api.test:${port}` });
});

void t.test('a client certificate is shown: the one of the service, else the one of the upstream', async (t) => {
  const port = await startTarget(t, own);
  const certificates = [certificate(client)];
  const direct = service(`https://api.test:${port}`, { tls_verify: false, client_certificate: { id: CLIENT_ID } });
  t.match((await ask(t, direct, { certificates })).json(), { client: 'client.test' });
  const pool = upstream('pool.test', { client_certificate: { id: CLIENT_ID } });
  const balanced = service('https://pool.test', { tls_verify: false });
  const targets = [target(pool, `127.0.0.1:${port}`)];
  t.match((await ask(t, balanced, { certificates, upstreams: [pool], targets })).json(), { client: 'client.test' });
});

void t.test('authorities and certificates are read once for all connections of a service', (t) => {
  const trusting = { clientCertificate: null, trustedCertificates: [own.cert] };
  const { tls } = transportOf(service('https://api.test'), null, entities({}), trusting);
  if (tls === null) t.fail('there is no TLS');
  else t.equal(tlsOptions(tls).secureContext, tlsOptions({ ...tls, servername: 'api.test' }).secureContext);
  t.end();
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

void t.test('tls_verify_depth limits the intermediates', { skip: !hasOpenssl && 'openssl is missing' }, async (t) => {
  const chain = issueChain(t.testdir());
  const url = `https://api.test:${await startTarget(t, chain)}`;
  const more = { ca_certificates: [authority(chain.root)] };
  const status = async (depth: number): Promise<number> =>
    (await ask(t, service(url, { ca_certificates: [CA_ID], tls_verify_depth: depth }), more)).status;
  t.equal(await status(1), 502);
  t.equal(await status(2), 200);
});

/** A certificate for `api.test` with two intermediates. */
function issueChain(folder: string): { readonly root: string; readonly cert: string; readonly key: string } {
  const openssl = (...parts: readonly string[]): void => {
    execFileSync('openssl', parts, { cwd: folder, stdio: 'ignore' });
  };
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  writeFileSync(join(folder, 'ca.ext'), 'basicConstraints=critical,CA:true\n');
  writeFileSync(join(folder, 'leaf.ext'), 'subjectAltName=DNS:api.test\n');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=root');
  for (const [name, issuer, extensions] of [
    ['one', 'root', 'ca.ext'],
    ['two', 'one', 'ca.ext'],
    ['leaf', 'two', 'leaf.ext'],
  ] as const) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signer = ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial', '-extfile', extensions];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-out', `${name}.pem`);
  }
  return { root: read('root.pem'), cert: read('leaf.pem') + read('two.pem') + read('one.pem'), key: read('leaf.key') };
}
