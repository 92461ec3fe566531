import type { Test } from 'tap';
import { call, echoOf, tokenOf } from '../call.ts';
import { service } from '../clients.ts';
import type { World } from '../world.ts';

const grant = { auth_methods: ['client_credentials'] };

/** Where the credential may be, and what its token must have. */
export async function clientCredentials(t: Test, world: World): Promise<void> {
  const gold = { consumer_groups: [{ name: 'gold' }] };
  const groups = { path: '/groups', config: { ...grant, consumer_groups_claim: ['tier'] } };
  const gw = await world.gateway(
    world.config(
      [
        { path: '/query', config: { ...grant, client_credentials_param_type: ['query'] } },
        { path: '/body', config: { ...grant, client_credentials_param_type: ['body'] } },
        { path: '/api', config: { ...grant, audience_required: ['https://api.example.test'] } },
        { path: '/gold', config: { ...grant, audience_required: ['gold'] } },
        groups,
      ],
      { entities: gold },
    ),
  );
  t.teardown(() => gw.stop());
  const { id: client_id, secret: client_secret } = service;

  await t.test('a credential in the query is taken out of it, and the rest stays', async (t) => {
    const query = new URLSearchParams({ a: '1', client_id, client_secret, b: '2' }).toString();
    const answer = await call(`${gw.proxyUrl}/query?${query}`);
    t.equal(answer.status, 200);
    t.ok(tokenOf(answer));
    t.same(echoOf(answer).args, { a: '1', b: '2' });
    t.match(echoOf(answer).url, /\?a=1&b=2$/);
  });

  await t.test('a credential in a form is taken out of it, and the rest stays', async (t) => {
    const answer = await call(`${gw.proxyUrl}/body`, { body: { a: '1', client_id, client_secret, b: '2' } });
    t.ok(tokenOf(answer));
    t.same(echoOf(answer).form, { a: '1', b: '2' });
    t.equal(echoOf(answer).headers['Content-Length'], '7');
  });

  await t.test('a credential in a JSON body is taken out of it, and the rest stays', async (t) => {
    const body = JSON.stringify({ a: [1, { client_id: 'inner' }], client_id, client_secret, b: null });
    const answer = await call(`${gw.proxyUrl}/body`, { body, headers: { 'content-type': 'application/json' } });
    t.ok(tokenOf(answer));
    t.same(echoOf(answer).json, { a: [1, { client_id: 'inner' }], b: null });
    t.notMatch(answer.text, client_secret);
  });

  await t.test('places that are not listed do not count', async (t) => {
    const query = new URLSearchParams({ client_id, client_secret }).toString();
    t.equal((await call(`${gw.proxyUrl}/query`, { user: service.user })).status, 401);
    t.equal((await call(`${gw.proxyUrl}/body?${query}`)).status, 401);
  });

  await t.test('a required audience decides between 200 and 403', async (t) => {
    t.equal((await call(`${gw.proxyUrl}/api`, { user: service.user })).status, 200);
    const other = await call(`${gw.proxyUrl}/gold`, { user: service.user });
    t.equal(other.status, 403);
    t.equal(other.challenge, 'Bearer realm="localhost", error="insufficient_scope"');
    t.equal(other.text, '{"message":"Forbidden"}');
  });

  await t.test('a consumer group of the name in the claim lets in; without the group nobody gets in', async (t) => {
    t.equal((await call(`${gw.proxyUrl}/groups`, { user: service.user })).status, 200);
    const body = world.config([groups]);
    const reloaded = await call(`${gw.adminUrl}/config`, { body, headers: { 'content-type': 'application/json' } });
    t.equal(reloaded.status, 201, reloaded.text);
    const without = await call(`${gw.proxyUrl}/groups`, { user: service.user });
    t.equal(without.status, 403);
    t.equal(without.challenge, 'Bearer realm="localhost"');
  });
}
