import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { certificateThumbprint } from '../../../src/oidc/certificate-binding.ts';
import { selfSignedPair } from '../../support/certificates.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type Answer, basic, send } from '../../support/http.ts';
import { CERTIFICATE_HEADER, startIdp } from '../../support/idp.ts';
import { issueCertificate } from '../../support/issued-certificate.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';
import { type ClientPair, sendOverHttp2, sendOverTls } from '../../support/tls-client.ts';

const root = issueCertificate({ name: 'root', isAuthority: true });
const middle = issueCertificate({ name: 'middle', issuer: root, isAuthority: true });
const alice = issueCertificate({ name: 'alice', issuer: middle, use: 'clientAuth' });
const mallory = selfSignedPair('mallory');
const when = { created_at: 0, updated_at: 0 };
const more = {
  ca_certificates: [
    { id: 'root', cert: root.cert, ...when },
    { id: 'middle', cert: middle.cert, ...when },
    { id: 'unread', cert: '{vault://env/ca}', ...when },
  ],
};

let idp: FakeIdp;
let gw: OidcGateway;
/** Of the TLS listener. */
let url: string;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway(config(), { more });
  const listener = await gw.gateway.gateway.listen({ host: '127.0.0.1', port: 0, isTls: true, isHttp2: true });
  url = `${listener.url}/anything`;
});

t.beforeEach(() => gw.configure(config()));

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

function config(settings: Record<string, unknown> = {}): Record<string, unknown> {
  return { issuer: idp.issuer, auth_methods: ['bearer'], proof_of_possession_mtls: 'strict', ...settings };
}

function thumbprintOf(cert: string): string {
  return certificateThumbprint(new X509Certificate(cert).raw);
}

async function bearerFor(cert: string): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${await idp.sign({ cnf: { 'x5t#S256': thumbprintOf(cert) } })}` };
}

async function statusOf(headers: Record<string, string>, pair: ClientPair | null): Promise<number> {
  return (await sendOverTls(url, headers, pair)).status;
}

void t.test('a bound token passes over connections with its certificate, and over no other', async (t) => {
  const headers = await bearerFor(alice.cert);
  for (const sendBy of [sendOverTls, sendOverHttp2]) {
    for (let turn = 0; turn < 2; turn++) {
      t.equal((await sendBy(url, headers, alice)).status, 200, sendBy.name);
      for (const other of [mallory, null]) {
        const refused = await sendBy(url, headers, other);
        t.equal(refused.status, 401, 'also right after it passed');
        t.equal(refused.text, '{"message":"Unauthorized"}');
        t.equal(refused.headers['www-authenticate'], 'Bearer realm="127.0.0.1", error="invalid_token"');
      }
    }
  }
  t.equal((await gw.call(null, { headers })).status, 401, 'without TLS');
  t.match(gw.log.text(), /no client certificate was shown/);
  t.match(gw.log.text(), /the token is bound to another certificate/);
  t.equal(idp.counts.jwks, 1, 'verified once');
});

void t.test('tokens that are not bound pass in optional mode only', async (t) => {
  const unbound = { authorization: `Bearer ${await idp.sign()}` };
  const unreadable = { authorization: `Bearer ${await idp.sign({ cnf: 'x' })}` };
  t.equal(await statusOf(unbound, alice), 401);
  gw.configure(config({ proof_of_possession_mtls: 'optional' }));
  for (const pair of [alice, null]) t.equal(await statusOf(unbound, pair), 200);
  t.equal(await statusOf(await bearerFor(alice.cert), null), 401);
  t.equal(await statusOf(unreadable, alice), 401);
  gw.configure(config({ proof_of_possession_mtls: 'off' }));
  t.equal(await statusOf(await bearerFor(alice.cert), null), 200);
});

void t.test('a token wherever it stands is held to its certificate', async (t) => {
  const { authorization } = await bearerFor(alice.cert);
  const token = authorization.slice('Bearer '.length);
  t.equal((await sendOverTls(`${url}?access_token=${token}`, {}, alice)).status, 200);
  t.equal((await sendOverTls(`${url}?access_token=${token}`, {}, mallory)).status, 401);
  t.equal(await statusOf({ 'access-token': token }, mallory), 401);
});

void t.test('a binding that only the introspection endpoint tells of counts', async (t) => {
  const cnf = { 'x5t#S256': thumbprintOf(alice.cert) };
  idp.introspect = () => ({ body: { active: true, sub: 'alice', cnf } });
  gw.configure(config({ auth_methods: ['introspection'], client_id: ['gw'], client_secret: ['s'] }));
  const headers = { authorization: 'Bearer opaque' };
  t.equal(await statusOf(headers, alice), 200);
  t.equal(await statusOf(headers, mallory), 401);
  t.equal(await statusOf(headers, null), 401);
});

const header = 'x-client-cert';
const fromHeader = {
  certificate_header_name: 'X-Client-Cert',
  ca_certificates: ['root', 'unread'],
  revocation_check_mode: 'SKIP',
  secure_source: false,
};

function behindProxy(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return config({ proof_of_possession_mtls_from_header: { ...fromHeader, ...changes } });
}

function der(certificate: { readonly x509: X509Certificate }): string {
  return certificate.x509.raw.toString('base64');
}

async function withHeader(value: string | null, cert = alice.cert): Promise<Answer> {
  const sent = value === null ? {} : { [header]: value };
  return await gw.call(null, { headers: { ...(await bearerFor(cert)), ...sent } });
}

void t.test('a proxy in front may say which certificate its client has', async (t) => {
  const chain = encodeURIComponent(alice.cert + middle.cert);
  const forms: Record<string, readonly [Record<string, unknown>, string]> = {
    'PEM with its chain': [{}, chain],
    'PEM, the chain known': [{ ca_certificates: ['root', 'middle'] }, encodeURIComponent(alice.cert)],
    'PEM, + and / as they are': [{}, (alice.cert + middle.cert).replaceAll('\n', '%0A').replaceAll(' ', '%20')],
    DER: [{ certificate_header_format: 'base64_encoded' }, `${der(alice)},${der(middle)}`],
    'DER as in RFC 9440': [
      { certificate_header_format: 'base64_encoded', ca_certificates: ['middle'], allow_partial_chain: true },
      `:${der(alice)}:`,
    ],
  };
  for (const [name, [changes, value]] of Object.entries(forms)) {
    gw.configure(behindProxy(changes));
    for (let turn = 0; turn < 2; turn++) {
      const answer = await withHeader(value);
      t.equal(answer.status, 200, name);
      t.notMatch(answer.text.toLowerCase(), header, 'the upstream does not see it');
    }
    t.equal((await withHeader(value, mallory.cert)).status, 401, `${name}, for the token of another`);
  }
});

void t.test('a certificate that no trusted authority has issued for clients does not count', async (t) => {
  const now = Date.now();
  const bad = {
    'by nobody known': issueCertificate({ name: 'alice' }),
    'for servers': issueCertificate({ name: 'alice', issuer: root, use: 'serverAuth' }),
    expired: issueCertificate({ name: 'alice', issuer: root, notAfter: now - 1000 }),
    'not valid yet': issueCertificate({ name: 'alice', issuer: root, notBefore: now + 60_000 }),
  };
  gw.configure(behindProxy());
  for (const [name, { cert }] of Object.entries(bad)) {
    t.equal((await withHeader(encodeURIComponent(cert), cert)).status, 401, name);
  }
  for (const value of ['', 'x', '%', encodeURIComponent(alice.cert.slice(0, 100)), null]) {
    t.equal((await withHeader(value)).status, 401, JSON.stringify(value));
  }
  t.match(gw.log.text(), /some CA certificates .* cannot be read/, 'of which one is a reference into a vault');
  gw.configure(behindProxy({ ca_certificates: ['middle'] }));
  t.equal((await withHeader(encodeURIComponent(alice.cert))).status, 401, 'the chain ends in the middle');
  gw.configure(behindProxy({ revocation_check_mode: 'STRICT' }));
  t.equal((await withHeader(encodeURIComponent(alice.cert + middle.cert))).status, 401, 'nobody looks revocation up');
  gw.configure(behindProxy());
  t.equal((await withHeader(encodeURIComponent(alice.cert + middle.cert))).status, 200);
});

void t.test('the certificate of the connection does not stand in for the header', async (t) => {
  gw.configure(behindProxy());
  t.equal(await statusOf(await bearerFor(alice.cert), alice), 401);
});

void t.test('the header counts once, and from a trusted source only, and reaches the upstream never', async (t) => {
  const value = encodeURIComponent(alice.cert + middle.cert);
  const authorization = (await bearerFor(alice.cert)).authorization;
  gw.configure(behindProxy());
  for (const second of [header, 'x_client_cert']) {
    const twice = ['authorization', authorization, header, value, second, value];
    t.equal((await gw.call(null, { headers: twice })).status, 401, second);
  }
  gw.configure(behindProxy({ secure_source: true }));
  t.equal((await withHeader(value)).status, 401, 'from anybody');
  const behind = await startOidcGateway(behindProxy({ secure_source: true }), {
    more,
    settings: { trustedIps: ['127.0.0.1'] },
  });
  t.teardown(() => behind.close());
  t.equal((await behind.call(null, { headers: { authorization, [header]: value } })).status, 200);

  gw.configure({ ...behindProxy(), proof_of_possession_mtls: 'off', run_on_preflight: false });
  for (const name of [header, 'X_Client_Cert']) {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await gw.call(null, { method, headers: { authorization, [name]: value } });
      t.equal(answer.status, 200);
      t.notMatch(answer.text, 'BEGIN%20CERTIFICATE', `${method} ${name}`);
    }
  }
});

void t.test('a token that a certified provider has bound to a certificate passes with it alone', async (t) => {
  const client = {
    id: 'cert-bound',
    secret: 'a-secret',
    metadata: { tls_client_certificate_bound_access_tokens: true },
  };
  const provider = await startIdp({ clients: [client] });
  t.teardown(() => provider.close());
  gw.configure(config({ issuer: provider.issuer }));
  const granted = await send(`${provider.issuer}/token`, {
    method: 'POST',
    headers: {
      authorization: basic(client.id, client.secret),
      'content-type': 'application/x-www-form-urlencoded',
      [CERTIFICATE_HEADER]: der(alice),
    },
    body: 'grant_type=client_credentials&scope=read',
  });
  const headers = { authorization: `Bearer ${String(granted.json().access_token)}` };
  t.equal(await statusOf(headers, alice), 200);
  t.equal(await statusOf(headers, mallory), 401);
  t.equal(await statusOf(headers, null), 401);
});
