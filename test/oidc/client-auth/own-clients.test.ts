import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import t, { type Test } from 'tap';
import type { Certificate } from '../../../src/entities/certificate.ts';
import { makePrivateJwk, publicJwk, signingAlgorithms } from '../../../src/oidc/signing-key.ts';
import { SigningKeys } from '../../../src/oidc/signing-keys.ts';
import { requestToken, type TokenResponse } from '../../../src/oidc/token-endpoint.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { ownClientsSettings } from '../../../src/plugins/openid-connect/own-client-settings.ts';
import { OwnClients } from '../../../src/plugins/openid-connect/own-clients.ts';
import { selfSignedPair } from '../../support/certificates.ts';
import { FakeClock } from '../../support/clock.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type Idp, type IdpClient, startIdp } from '../../support/idp.ts';
import { issuersFor } from '../../support/issuers.ts';

const secret = 'a secret of more than sixty-four bytes, since HS512 needs as many: 0123456789';
const form = [['grant_type', 'client_credentials']] as const;

/** Own clients of a config, and a token request by the first of them. */
function ownClients(
  t: Test,
  issuer: string,
  config: Partial<OpenidConnectConfig>,
  certificates: readonly Certificate[] = [],
) {
  const { acquire, http, caches, log } = issuersFor(t);
  const clock = new FakeClock(Date.now());
  const keys = new SigningKeys({ store: caches.open('signing-keys'), clock, log });
  t.teardown(() => {
    keys.close();
  });
  const settings = ownClientsSettings({ issuer, client_id: ['own'], ...config });
  const clients = new OwnClients({ settings, issuer: acquire(issuer), keys, http, clock, certificates });
  const ask = async (): Promise<TokenResponse> => {
    const prepared = await clients.first?.prepare('token_endpoint');
    if (prepared === undefined) throw new Error('no client');
    return await requestToken({ ...prepared, form, headers: [], timeoutMs: 5000, sslVerify: true }, http, clock);
  };
  return { clients, keys, ask };
}

async function provider(t: Test, metadata: IdpClient['metadata']): Promise<Idp> {
  const idp = await startIdp({ clients: [{ id: 'own', secret, ...(metadata === undefined ? {} : { metadata }) }] });
  t.teardown(() => idp.close());
  return idp;
}

for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
  void t.test(`a provider accepts ${method}`, async (t) => {
    const idp = await provider(t, { token_endpoint_auth_method: method });
    const { ask } = ownClients(t, idp.issuer, { client_secret: [secret], client_auth: [method] });
    t.match(await ask(), { tokenType: 'bearer' });
  });
}

for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
  void t.test(`a provider accepts client_secret_jwt with ${algorithm}`, async (t) => {
    const idp = await provider(t, {
      token_endpoint_auth_method: 'client_secret_jwt',
      token_endpoint_auth_signing_alg: algorithm,
    });
    const config = { client_secret: [secret], client_auth: ['client_secret_jwt'], client_alg: [algorithm] };
    const { ask } = ownClients(t, idp.issuer, config);
    t.match(await ask(), { tokenType: 'bearer' });
  });
}

for (const algorithm of signingAlgorithms) {
  void t.test(`a provider accepts private_key_jwt with ${algorithm} and an inline key`, async (t) => {
    const jwk = await makePrivateJwk(algorithm);
    const idp = await provider(t, {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: algorithm,
      jwks: { keys: [publicJwk(jwk)] },
    });
    const config = { client_jwk: [jwk], client_auth: ['private_key_jwt'], client_alg: [algorithm] };
    const { ask } = ownClients(t, idp.issuer, config);
    t.match(await ask(), { tokenType: 'bearer' });
  });
}

void t.test('an assertion names one audience, lives a minute, and is new each time', async (t) => {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  const { ask, keys } = ownClients(t, idp.issuer, { client_auth: ['private_key_jwt'], client_alg: ['ES256'] });
  await ask();
  await ask();
  const [one = '', two = ''] = idp.tokenRequests.map(({ form }) => form.get('client_assertion') ?? '');
  const [claims, again] = [decodeJwt(one), decodeJwt(two)];
  t.match(claims, { iss: 'own', sub: 'own', aud: idp.issuer, jti: /^[\w-]{22}$/ });
  t.equal((claims.exp ?? 0) - (claims.iat ?? 0), 60);
  t.not(claims.jti, again.jti);
  const { kid } = decodeProtectedHeader(one);
  t.ok(
    (await keys.published()).some((key) => key.kid === kid),
    'signed with a published key',
  );
  t.equal(idp.tokenRequests[0]?.form.get('client_secret'), null);
});

void t.test('each client signs with its own key', async (t) => {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  const jwks = [await makePrivateJwk('ES256'), await makePrivateJwk('ES384')];
  const config = { client_id: ['a', 'b'], client_arg: 'client_id', client_jwk: jwks, client_auth: ['private_key_jwt'] };
  const { clients } = ownClients(t, idp.issuer, config);
  t.equal(clients.first?.id, 'a');
  const draft = { headers: [], form: [] as [string, string][] };
  const search = { request: { headerAll: (name: string) => (name === 'client-id' ? ['2'] : []) } };
  const second = await clients.select(search as unknown as Parameters<OwnClients['select']>[0]);
  await (await second?.prepare('token_endpoint'))?.auth.apply(draft);
  const assertion = new Map(draft.form).get('client_assertion') ?? '';
  t.match(decodeProtectedHeader(assertion), { alg: 'ES384', kid: jwks[1]?.kid });
});

void t.test(
  'without a method in the config the announced ones decide, as far as the client has the means',
  async (t) => {
    const idp = await FakeIdp.start();
    t.teardown(() => idp.close());
    idp.discovery = { token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'] };
    const methodOf = async (config: Partial<OpenidConnectConfig>): Promise<string | undefined> => {
      const { clients } = ownClients(t, idp.issuer, config);
      return (await clients.first?.prepare('token_endpoint'))?.auth.method;
    };
    t.equal(await methodOf({ client_secret: [secret] }), 'client_secret_post');
    t.equal(await methodOf({ client_jwk: [await makePrivateJwk('ES256')] }), 'private_key_jwt');
    t.equal(await methodOf({}), 'none');
    t.equal(await methodOf({ client_secret: [secret], client_auth: ['client_secret_basic'] }), 'client_secret_basic');
    const atEndpoint = {
      client_secret: [secret],
      client_auth: ['none'],
      token_endpoint_auth_method: 'client_secret_jwt',
    };
    t.equal(await methodOf(atEndpoint), 'client_secret_jwt');
    await t.rejects(methodOf({ client_auth: ['client_secret_basic'] }), { code: 'ERR_IDP_CONFIG' });
    await t.rejects(methodOf({ client_auth: ['tls_client_auth'] }), { code: 'ERR_IDP_CONFIG' });
  },
);

for (const method of ['tls_client_auth', 'self_signed_tls_client_auth'] as const) {
  void t.test(`${method} shows the certificate at the announced alias, with nothing but the client id`, async (t) => {
    const idp = await FakeIdp.start();
    const [server, client] = [selfSignedPair('127.0.0.1'), selfSignedPair('own')];
    const seen: { subject: unknown; body: string; authorization: unknown }[] = [];
    const listener = createServer({ ...server, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      if (!(request.socket instanceof TLSSocket)) throw new TypeError('not a TLS connection');
      const { subject } = request.socket.getPeerCertificate() as Partial<PeerCertificate>;
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        seen.push({ subject: subject?.CN, body, authorization: request.headers.authorization });
        response.setHeader('content-type', 'application/json');
        response.end('{"access_token":"t","token_type":"Bearer"}');
      });
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    t.teardown(async () => {
      listener.closeAllConnections();
      listener.close();
      await idp.close();
    });
    const alias = `https://127.0.0.1:${(listener.address() as AddressInfo).port}/token`;
    idp.discovery = { mtls_endpoint_aliases: { token_endpoint: alias } };
    const certificates = [{ id: 'cert', ...client, created_at: 0, updated_at: 0 }];
    const config = { client_auth: [method], tls_client_auth_cert_id: 'cert' };
    const lax = ownClients(t, idp.issuer, { ...config, tls_client_auth_ssl_verify: false }, certificates);
    await lax.ask();
    t.same(seen, [{ subject: 'own', body: 'grant_type=client_credentials&client_id=own', authorization: undefined }]);
    const strict = ownClients(t, idp.issuer, config, certificates);
    await t.rejects(strict.ask(), { code: 'ERR_IDP_UNAVAILABLE', reason: 'TLS failure' });
    const unknown = ownClients(t, idp.issuer, { ...config, tls_client_auth_cert_id: 'other' }, certificates);
    await t.rejects(unknown.ask(), { code: 'ERR_IDP_CONFIG', message: /no certificate "other"/ });
  });
}

void t.test('cache keys tell clients apart and show no secret', async (t) => {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  const partsOf = async (config: Partial<OpenidConnectConfig>): Promise<string> => {
    const { clients } = ownClients(t, idp.issuer, config);
    return JSON.stringify((await clients.first?.prepare('token_endpoint'))?.keyParts);
  };
  const base = { client_secret: [secret], client_auth: ['client_secret_basic'] };
  const all = await Promise.all([
    partsOf(base),
    partsOf({ ...base, client_secret: [`${secret}!`] }),
    partsOf({ ...base, client_id: ['other'] }),
    partsOf({ ...base, client_auth: ['client_secret_post'] }),
  ]);
  t.equal(new Set(all).size, 4);
  t.notOk(all.some((parts) => parts.includes(secret.slice(0, 12))));
  t.equal(await partsOf(base), all[0]);
});
