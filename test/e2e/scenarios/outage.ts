import { setTimeout as wait } from 'node:timers/promises';
import type { Test } from 'tap';
import { call } from '../call.ts';
import { service } from '../clients.ts';
import type { World } from '../world.ts';
import { documentsOf } from './tutorial.ts';

/** What callers see of a provider that goes away and comes back. Restarts Keycloak, so it comes last. */
export async function outage(t: Test, world: World): Promise<void> {
  const { keycloak } = world;
  const gw = await world.gateway(world.config([{ path: '/api', config: { auth_methods: ['client_credentials'] } }]));
  t.teardown(() => gw.stop());
  const url = `${gw.proxyUrl}/api`;

  await t.test('deleted from the issuers endpoint, an issuer is discovered again', async (t) => {
    t.equal((await call(url, { user: service.user })).status, 200);
    const deleted = await fetch(`${gw.adminUrl}/openid-connect/issuers`, { method: 'DELETE' });
    t.equal(deleted.status, 204);
    t.same(await documentsOf(gw), [null]);
    t.equal((await call(url, { user: service.user })).status, 200);
    t.equal((await call(url, { user: `${service.id}:another` })).status, 401);
    t.match(await documentsOf(gw), [{ issuer: keycloak.issuer }]);
  });

  await t.test('while Keycloak is down, a cached credential works and a new one gets 503', async (t) => {
    t.equal((await call(url, { user: service.user })).status, 200);
    await keycloak.stop();
    t.equal((await call(url, { user: service.user })).status, 200);
    const fresh = await call(url, { user: 'never-seen:secret' });
    t.equal(fresh.status, 503);
    t.equal(fresh.headers['retry-after'], '5');
    t.equal(fresh.challenge, null);
    t.equal(fresh.text, '{"message":"Identity provider unavailable"}');
  });

  await t.test('when the token has ended, Keycloak still being down, it is 503 and never 401', async (t) => {
    const statuses = await statusesUntil(url, (status) => status !== 200);
    t.same([...new Set(statuses)], [200, 503]);
  });

  await t.test('when Keycloak is back with other keys, gw heals by itself', async (t) => {
    await keycloak.start();
    const statuses = await statusesUntil(url, (status) => status === 200);
    t.equal(statuses.at(-1), 200);
    t.notOk(statuses.includes(401));
  });
}

/** Calls once a second until the answer is the one looked for, two minutes at most. */
async function statusesUntil(url: string, isLast: (status: number) => boolean): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const { status } = await call(url, { user: service.user });
    statuses.push(status);
    if (isLast(status)) break;
    await wait(1_000);
  }
  return statuses;
}
