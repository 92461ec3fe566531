import { decodeJwt } from 'jose';
import type { Test } from 'tap';
import { curl, hasCurl } from '../../support/curl.ts';
import { call, tokenOf } from '../call.ts';
import { service } from '../clients.ts';
import type { World } from '../world.ts';

/** Kong's tutorial for client credentials as it stands there: a gateway with no file, and four commands. */
export async function tutorialByCurl(t: Test, world: World): Promise<void> {
  if (!hasCurl) {
    t.comment('SKIPPED: there is no curl');
    return;
  }
  const { keycloak } = world;
  const gw = await world.gateway(null);
  t.teardown(() => gw.stop());
  const post = async (path: string, ...form: readonly string[]): Promise<void> => {
    const data = form.flatMap((field) => ['--data', field]);
    const { status, text } = await curl('--request', 'POST', gw.adminUrl + path, ...data);
    t.equal(status, 201, status === 201 ? path : text);
  };
  await post('/services', 'name=openid-connect', `url=${world.upstreamUrl}`);
  await post('/services/openid-connect/routes', 'name=openid-connect', 'paths[]=/');
  await post(
    '/services/openid-connect/plugins',
    'name=openid-connect',
    `config.issuer=${keycloak.issuer}`,
    'config.client_id=kong',
    'config.client_auth=private_key_jwt',
    'config.auth_methods=client_credentials',
    'config.client_credentials_param_type=header',
  );
  const answer = await call(`${gw.proxyUrl}/`, { user: service.user });
  t.equal(answer.status, 200, answer.status === 200 ? 'the request' : answer.text);
  t.match(decodeJwt(tokenOf(answer)), { azp: 'service', iss: keycloak.issuer });
  t.equal((await call(`${gw.proxyUrl}/`, { user: `${service.id}:wrong` })).status, 401);
  const issuers = await curl(`${gw.adminUrl}/openid-connect/issuers`);
  t.match(issuers.json(), {
    data: [{ issuer: keycloak.issuer, configuration: { issuer: keycloak.issuer } }],
    next: null,
  });
}
