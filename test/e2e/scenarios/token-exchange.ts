import { decodeJwt } from 'jose';
import type { Test } from 'tap';
import { call, tokenOf } from '../call.ts';
import { foreignToken, serviceToken } from '../clients.ts';
import type { World } from '../world.ts';

/** Tokens that callers bring, exchanged by client `kong` (RFC 8693): Keycloak does so for tokens that are for `kong`. */
export async function tokenExchange(t: Test, world: World): Promise<void> {
  const { keycloak } = world;
  const { issuer } = keycloak;
  const exchange = {
    subject_token_issuers: [{ issuer, conditions: { has_audience: ['kong'] } }],
    request: { scopes: ['openid'] },
  };
  const gw = await world.gateway(
    world.config([
      {
        path: '/exchanged',
        config: {
          ...{ client_id: ['kong'], client_auth: ['private_key_jwt'], auth_methods: ['bearer'] },
          token_exchange: exchange,
        },
      },
    ]),
  );
  t.teardown(() => gw.stop());
  const bring = (token: string) => call(`${gw.proxyUrl}/exchanged`, { headers: { authorization: `Bearer ${token}` } });

  await t.test("a token for the gateway is exchanged, once, for one of the gateway's own client", async (t) => {
    const token = await serviceToken(keycloak);
    const first = await bring(token);
    t.equal(first.status, 200, first.text);
    const exchanged = tokenOf(first);
    t.not(exchanged, token);
    t.match(decodeJwt(exchanged), { azp: 'kong', sub: decodeJwt(token).sub, iss: issuer });
    t.equal(tokenOf(await bring(token)), exchanged);
    t.equal(keycloak.events('TOKEN_EXCHANGE', 'kong'), 1);
  });

  await t.test('a token that meets no condition is used as it is', async (t) => {
    const token = await foreignToken(keycloak);
    t.equal(tokenOf(await bring(token)), token);
  });
}
