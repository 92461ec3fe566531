import { setTimeout as wait } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import type { Test } from 'tap';
import type { RunningGateway } from '../../support/run-cli.ts';
import { type Answer, call, echoOf, tokenOf } from '../call.ts';
import { foreignToken, john, service, serviceToken } from '../clients.ts';
import type { Keycloak } from '../keycloak.ts';
import type { World } from '../world.ts';

const kong = { client_id: ['kong'], client_auth: ['private_key_jwt'] };

/** The gateway as client `kong`: by assertions signed with keys that Keycloak fetches at the Admin API. */
export async function ownClient(t: Test, world: World): Promise<void> {
  const { keycloak } = world;
  const tellsTokens = {
    downstream_refresh_token_header: 'refresh-token',
    downstream_access_token_header: 'access-token',
  };
  const gw = await world.gateway(
    world.config([
      { path: '/password', config: { ...kong, ...tellsTokens, auth_methods: ['password'] } },
      { path: '/es256', config: { ...kong, client_alg: ['ES256'], auth_methods: ['password'] } },
      {
        path: '/refresh',
        config: { ...kong, auth_methods: ['refresh_token'], refresh_token_param_name: 'refresh_token' },
      },
      { path: '/introspection', config: { ...kong, auth_methods: ['introspection'] } },
      {
        path: '/userinfo',
        config: { ...kong, auth_methods: ['userinfo'], upstream_headers: [{ header: 'x-mail', path: ['email'] }] },
      },
      { path: '/trap', config: { ...kong, auth_methods: ['password', 'client_credentials'] } },
    ]),
  );
  t.teardown(() => gw.stop());
  const login = (path: string): Promise<Answer> => call(gw.proxyUrl + path, { user: john });

  let refreshToken = '';
  let accessToken = '';
  await t.test("a user's password is exchanged by a client that Keycloak knows by the gateway's keys", async (t) => {
    const before = keycloak.events('LOGIN', 'kong');
    const answer = await login('/password');
    t.equal(answer.status, 200, answer.text);
    const claims = decodeJwt<{ groups: string[] }>(tokenOf(answer));
    t.match(claims, { azp: 'kong', preferred_username: 'john', iss: keycloak.issuer });
    t.same([...claims.groups].sort(), ['employee', 'marketing']);
    refreshToken = String(answer.headers['refresh-token']);
    accessToken = String(answer.headers['access-token']);
    t.equal((await login('/password')).status, 200);
    t.equal(keycloak.events('LOGIN', 'kong') - before, 1, 'the second call was served from the cache');
    t.equal(keycloak.latest('LOGIN', 'kong', 'client_auth_method'), 'client-jwt');
  });

  await t.test('a wrong password gets 401, and the right one passes right after', async (t) => {
    const wrong = await call(`${gw.proxyUrl}/password`, { user: 'john:wrong' });
    t.equal(wrong.status, 401);
    t.equal((await login('/password')).status, 200);
  });

  await t.test('other algorithms than RS256 have keys of their own', async (t) => {
    t.equal((await login('/es256')).status, 200);
    const algorithms = (await publishedKeys(gw)).map(({ alg }) => alg);
    t.ok(algorithms.includes('ES256') && algorithms.includes('RS256'));
  });

  await t.test('a refresh token is exchanged for a new access token', async (t) => {
    const answer = await call(`${gw.proxyUrl}/refresh`, { headers: { 'refresh-token': refreshToken } });
    t.equal(answer.status, 200, answer.text);
    t.match(decodeJwt(tokenOf(answer)), { azp: 'kong', preferred_username: 'john' });
    t.notMatch(answer.text, refreshToken, 'it does not reach the upstream');
    t.equal(keycloak.events('REFRESH_TOKEN', 'kong'), 1);
    const bad = await call(`${gw.proxyUrl}/refresh`, { headers: { 'refresh-token': `${refreshToken}x` } });
    t.equal(bad.status, 401);
  });

  await t.test('a token is introspected once, and let through while it is active', async (t) => {
    const authorization = `Bearer ${await serviceToken(keycloak)}`;
    for (const round of ['first', 'second']) {
      const answer = await call(`${gw.proxyUrl}/introspection`, { headers: { authorization } });
      t.equal(answer.status, 200, `${round} time: ${answer.text}`);
      t.equal(echoOf(answer).headers.Authorization, authorization);
    }
    t.equal(keycloak.events('INTROSPECT_TOKEN', 'kong'), 1);
    t.equal(keycloak.latest('INTROSPECT_TOKEN', 'kong', 'client_auth_method'), 'client-jwt');
  });

  await t.test('a token for somebody else, or none at all, is not active', async (t) => {
    for (const token of [await foreignToken(keycloak), 'no-token']) {
      const answer = await call(`${gw.proxyUrl}/introspection`, { headers: { authorization: `Bearer ${token}` } });
      t.equal(answer.status, 401);
      t.equal(answer.challenge, 'Bearer realm="localhost", error="invalid_token"');
    }
  });

  await t.test('the userinfo endpoint says who a token is of', async (t) => {
    const authorization = `Bearer ${accessToken}`;
    const answer = await call(`${gw.proxyUrl}/userinfo`, { headers: { authorization } });
    t.equal(answer.status, 200, answer.text);
    t.equal(echoOf(answer).headers['X-Mail'], 'john@example.test');
    const bad = await call(`${gw.proxyUrl}/userinfo`, { headers: { authorization: 'Bearer no-token' } });
    t.equal(bad.status, 401);
  });

  await t.test("one Basic header for users and clients: Keycloak hears of a client's once, both ways", async (t) => {
    const before = keycloak.events('CLIENT_LOGIN', 'service');
    const failedBefore = keycloak.events('LOGIN_ERROR', 'kong');
    for (const round of [1, 2, 3]) {
      t.equal((await call(`${gw.proxyUrl}/trap`, { user: service.user })).status, 200, `call ${round}`);
    }
    t.equal(keycloak.events('CLIENT_LOGIN', 'service') - before, 1);
    t.equal(keycloak.events('LOGIN_ERROR', 'kong') - failedBefore, 1);
    t.match(decodeJwt(tokenOf(await login('/trap'))), { azp: 'kong' });
  });

  await rotation(t, world, gw);
}

async function rotation(t: Test, { keycloak }: World, gw: RunningGateway): Promise<void> {
  await t.test('after a rotation, Keycloak fetches the new keys and takes what they sign', async (t) => {
    const before = await publishedKeys(gw);
    const deleted = await fetch(`${gw.adminUrl}/openid-connect/jwks`, { method: 'DELETE' });
    t.equal(deleted.status, 204);
    const after = await publishedKeys(gw);
    const news = after.filter(({ kid }) => !before.some((old) => old.kid === kid));
    t.same(news.map(({ alg }) => alg).sort(), before.map(({ alg }) => alg).sort());
    t.ok(
      before.every(({ kid }) => after.some((key) => key.kid === kid)),
      'the old ones are still published',
    );
    t.notOk(after.some((key) => 'd' in key || 'p' in key));

    const status = await statusOnceFetched(keycloak, gw);
    t.equal(status, 200);
    const logins = keycloak.events('LOGIN', 'kong');
    t.equal((await call(`${gw.proxyUrl}/password`, { user: john })).status, 200);
    t.equal(keycloak.events('LOGIN', 'kong'), logins, 'a cached token outlives the rotation');
  });
}

/** Keycloak fetches keys again no sooner than some time after it did before; until then it knows the old ones. */
async function statusOnceFetched(keycloak: Keycloak, gw: RunningGateway): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    // Asking about another token each time makes the gateway sign anew.
    const authorization = `Bearer ${await serviceToken(keycloak)}`;
    const { status } = await call(`${gw.proxyUrl}/introspection`, { headers: { authorization } });
    if (status === 200 || attempt === 30) return status;
    await wait(500);
  }
}

interface PublishedKey {
  readonly kid: string;
  readonly alg: string;
}

async function publishedKeys({ adminUrl }: RunningGateway): Promise<readonly PublishedKey[]> {
  const answer = await call(`${adminUrl}/openid-connect/jwks`);
  return (JSON.parse(answer.text) as { keys: readonly PublishedKey[] }).keys;
}
