import type { Test } from 'tap';
import { DpopKey } from '../../support/dpop-key.ts';
import { type Answer, call, echoOf } from '../call.ts';
import { dpopBound, serviceToken, tokensFrom } from '../clients.ts';
import type { World } from '../world.ts';

/** Tokens bound to a key that callers prove to have (RFC 9449). */
export async function dpop(t: Test, world: World): Promise<void> {
  const { keycloak } = world;
  const strict = { auth_methods: ['bearer'], proof_of_possession_dpop: 'strict' };
  const gw = await world.gateway(
    world.config([
      { path: '/strict', config: strict },
      { path: '/nonce', config: { ...strict, dpop_use_nonce: true } },
      { path: '/forwarded', config: { auth_methods: ['client_credentials'] } },
    ]),
  );
  t.teardown(() => gw.stop());
  const caller = await DpopKey.make();
  const stranger = await DpopKey.make();
  const endpoint = `${keycloak.issuer}/protocol/openid-connect/token`;
  const tokens = await tokensFrom(endpoint, {
    user: dpopBound.user,
    body: { grant_type: 'client_credentials' },
    headers: { dpop: await caller.prove('POST', endpoint, '', { claims: { ath: undefined } }) },
  });
  t.equal(tokens.token_type, 'DPoP');
  const token = tokens.access_token;
  const url = `${gw.proxyUrl}/strict`;
  const bring = (dpop: string, target = url, authorization = `DPoP ${token}`): Promise<Answer> =>
    call(target, { headers: { authorization, dpop } });

  let used = '';
  await t.test('a token with a proof passes; the upstream gets the token as bearer and no proof', async (t) => {
    used = await caller.prove('GET', url, token);
    const answer = await bring(used);
    t.equal(answer.status, 200, answer.text);
    t.equal(echoOf(answer).headers.Authorization, `Bearer ${token}`);
    t.notOk('Dpop' in echoOf(answer).headers);
    t.equal((await bring(await caller.prove('GET', url, token))).status, 200, 'and so does the next proof');
  });

  await t.test('a proof that was used, of another key, for another call or not there is refused', async (t) => {
    const refused: Readonly<Record<string, Answer>> = {
      used: await bring(used),
      'another key': await bring(await stranger.prove('GET', url, token)),
      'another method': await bring(await caller.prove('POST', url, token)),
      'another URL': await bring(await caller.prove('GET', `${url}/other`, token)),
      'another token': await bring(await caller.prove('GET', url, 'another')),
      none: await call(url, { headers: { authorization: `DPoP ${token}` } }),
      'as Bearer': await call(url, { headers: { authorization: `Bearer ${token}` } }),
    };
    for (const [name, { status, challenge }] of Object.entries(refused)) {
      t.equal(status, 401, name);
      t.match(challenge, 'DPoP ', name);
    }
    t.match(refused.used?.challenge, 'error="invalid_dpop_proof"');
  });

  await t.test('a token that is bound to no key is refused', async (t) => {
    const unbound = await serviceToken(keycloak);
    t.equal((await call(url, { headers: { authorization: `Bearer ${unbound}` } })).status, 401);
    const proof = await caller.prove('GET', url, unbound);
    t.equal((await bring(proof, url, `DPoP ${unbound}`)).status, 401);
  });

  await t.test("a proof must hold the gateway's nonce where that is asked for", async (t) => {
    const target = `${gw.proxyUrl}/nonce`;
    const first = await bring(await caller.prove('GET', target, token), target);
    t.equal(first.status, 401);
    t.match(first.challenge, 'error="use_dpop_nonce"');
    const nonce = String(first.headers['dpop-nonce']);
    t.equal((await bring(await caller.prove('GET', target, token, { claims: { nonce } }), target)).status, 200);
  });

  await t.test('its secret in a Basic header is good for nothing: the gateway has no proof to send', async (t) => {
    const answer = await call(`${gw.proxyUrl}/forwarded`, { user: dpopBound.user });
    t.equal(answer.status, 401);
    t.equal(keycloak.latest('CLIENT_LOGIN_ERROR', dpopBound.id, 'error'), 'invalid_dpop_proof');
  });
}
