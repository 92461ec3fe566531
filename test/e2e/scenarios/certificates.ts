import { decodeJwt } from 'jose';
import type { Test } from 'tap';
import type { Dispatcher } from 'undici';
import type { Issued } from '../authority.ts';
import { type Answer, call, echoOf, tlsAgent, tokenOf } from '../call.ts';
import { certBound, john, serviceToken, tokensFrom } from '../clients.ts';
import { secureUrl, type World } from '../world.ts';

const certificateId = '6c0c1e5c-4f66-4d5e-9c0b-0d5ad4ddc3f1';

/** Certificates of clients: those that prove the gateway's own client, and those that callers' tokens are bound to. */
export async function certificates(t: Test, world: World): Promise<void> {
  const { authority } = world;
  // Keycloak compares the name in the order of RFC 2253, the most special part first: `CN=JohnDoe, OU=IT`.
  const johnDoe = await authority.issue('john-doe', '/OU=IT/CN=JohnDoe', 'client');
  const other = await authority.issue('other', '/OU=IT/CN=Other', 'client');
  await t.test('client-tls-auth', (t) => tlsClient(t, world, johnDoe, other));
  await t.test('cert-bound', (t) => boundTokens(t, world, johnDoe, other));
}

async function tlsClient(t: Test, world: World, right: Issued, wrong: Issued): Promise<void> {
  const { keycloak } = world;
  const wrongId = '0f4f3ac0-65ba-44b4-8f9a-0fb4fbb1f2a7';
  const tlsAuth = { client_id: ['client-tls-auth'], client_auth: ['tls_client_auth'], auth_methods: ['password'] };
  const mtls_token_endpoint = keycloak.secureTokenEndpoint;
  const gw = await world.gateway(
    world.config(
      [
        {
          path: '/alias',
          config: { ...tlsAuth, tls_client_auth_cert_id: certificateId, issuer: keycloak.secureIssuer },
        },
        { path: '/endpoint', config: { ...tlsAuth, tls_client_auth_cert_id: certificateId, mtls_token_endpoint } },
        { path: '/wrong', config: { ...tlsAuth, tls_client_auth_cert_id: wrongId, mtls_token_endpoint } },
      ],
      { entities: { certificates: [pairEntity(certificateId, right), pairEntity(wrongId, wrong)] } },
    ),
  );
  t.teardown(() => gw.stop());

  for (const path of ['/alias', '/endpoint']) {
    await t.test(`by ${path}, the gateway is known by its certificate`, async (t) => {
      const answer = await call(gw.proxyUrl + path, { user: john });
      t.equal(answer.status, 200, answer.text);
      t.match(decodeJwt(tokenOf(answer)), { azp: 'client-tls-auth', preferred_username: 'john', iss: keycloak.issuer });
      t.equal(keycloak.latest('LOGIN', 'client-tls-auth', 'client_auth_method'), 'client-x509');
    });
  }

  await t.test("a certificate of another name is the config's fault, not the caller's", async (t) => {
    const answer = await call(`${gw.proxyUrl}/wrong`, { user: john });
    t.equal(answer.status, 500);
    t.equal(answer.text, '{"message":"An unexpected error occurred"}');
  });
}

async function boundTokens(t: Test, world: World, right: Issued, wrong: Issued): Promise<void> {
  const { authority, keycloak } = world;
  const strict = { auth_methods: ['bearer'], proof_of_possession_mtls: 'strict' };
  const fromHeader = {
    ca_certificates: [certificateId],
    certificate_header_name: 'x-client-cert',
    certificate_header_format: 'url_encoded',
    revocation_check_mode: 'SKIP',
  };
  const gw = await world.gateway(
    world.config(
      [
        { path: '/strict', config: strict },
        { path: '/header', config: { ...strict, proof_of_possession_mtls_from_header: fromHeader } },
        { path: '/forwarded', config: { auth_methods: ['client_credentials'] } },
      ],
      { entities: { ca_certificates: [{ id: certificateId, cert: authority.certificate }] } },
    ),
    { KONG_TRUSTED_IPS: '127.0.0.1' },
  );
  const withRight = tlsAgent(authority, right);
  const withWrong = tlsAgent(authority, wrong);
  const withNone = tlsAgent(authority, null);
  t.teardown(async () => {
    await Promise.all([gw.stop(), withRight.close(), withWrong.close(), withNone.close()]);
  });
  const body = { grant_type: 'client_credentials' };
  const tokens = await tokensFrom(keycloak.secureTokenEndpoint, { user: certBound.user, body, via: withRight });
  const authorization = `Bearer ${tokens.access_token}`;
  const bring = (via: Dispatcher, path = '/strict', headers: Record<string, string> = {}): Promise<Answer> =>
    call(secureUrl(gw) + path, { headers: { authorization, ...headers }, via });

  await t.test('its token is good with its certificate, again and again', async (t) => {
    for (const round of ['first', 'second']) {
      const answer = await bring(withRight);
      t.equal(answer.status, 200, `${round} time: ${answer.text}`);
      t.equal(echoOf(answer).headers.Authorization, authorization);
    }
  });

  await t.test('with another certificate, or none, it is not', async (t) => {
    for (const answer of [await bring(withWrong), await bring(withNone)]) {
      t.equal(answer.status, 401);
      t.equal(answer.challenge, 'Bearer realm="localhost", error="invalid_token"');
    }
    const plain = await call(`${gw.proxyUrl}/strict`, { headers: { authorization } });
    t.equal(plain.status, 401, 'without TLS there is no certificate');
  });

  await t.test('a token that is bound to nothing is refused, whatever certificate there is', async (t) => {
    const unbound = { authorization: `Bearer ${await serviceToken(keycloak)}` };
    t.equal((await bring(withRight, '/strict', unbound)).status, 401);
  });

  await t.test('a trusted proxy may show the certificate in a header', async (t) => {
    const shown = (pair: Issued): Record<string, string> => ({ 'x-client-cert': encodeURIComponent(pair.certificate) });
    const answer = await bring(withNone, '/header', shown(right));
    t.equal(answer.status, 200, answer.text);
    t.notMatch(answer.text, 'BEGIN%20CERTIFICATE', 'it does not reach the upstream');
    t.equal((await bring(withNone, '/header', shown(wrong))).status, 401);
    t.equal((await bring(withRight, '/header')).status, 401, "the connection's own does not count then");
  });

  await t.test('its secret in a Basic header is good for nothing: the gateway has no certificate of it', async (t) => {
    const answer = await call(`${secureUrl(gw)}/forwarded`, { user: certBound.user, via: withRight });
    t.equal(answer.status, 401);
  });
}

function pairEntity(id: string, { certificate, key }: Issued): object {
  return { id, cert: certificate, key };
}
