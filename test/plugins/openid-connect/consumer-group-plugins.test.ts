import t from 'tap';
import type { ConsumerGroup } from '../../../src/entities/consumer-group.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { openidConnect } from '../../../src/plugins/openid-connect/definition.ts';
import { consumer, entities, plugin, route, service } from '../../support/entities.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type RunningGateway, startGateway } from '../../support/gateway.ts';
import { send } from '../../support/http.ts';
import { withDefaults } from '../../support/openid-connect-config.ts';
import { probe } from '../../support/probe-plugin.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

const gold = group('gold');
const silver = group('silver');
const bob = consumer('bob');

let idp: FakeIdp;
let upstream: Upstream;
let gw: RunningGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  upstream = await startUpstream();
  gw = await startGateway(config(), { plugins: [openidConnect, probe('tier', 900, [])] });
});

t.teardown(async () => {
  await gw.close();
  await upstream.close();
  await idp.close();
});

function group(name: string): ConsumerGroup {
  return { id: `id-${name}`, name, tags: null, created_at: 0, updated_at: 0 };
}

/** `tier` tells callers which of its configs ran. */
function config(settings: Record<string, unknown> = {}): ReturnType<typeof entities> {
  const owner = service(upstream.url);
  const oidc = withDefaults({
    ...{ issuer: idp.issuer, auth_methods: ['bearer'], consumer_groups_claim: ['access', 'tier'] },
    ...settings,
  });
  return entities({
    services: [owner],
    routes: [route(owner, { strip_path: false })],
    consumers: [bob],
    consumer_groups: [gold, silver],
    consumer_group_consumers: [{ id: 'm', consumer: { id: bob.id }, consumer_group: { id: silver.id } }],
    plugins: [
      plugin('openid-connect', { config: oidc as JsonObject }),
      plugin('tier', { config: { tag: 'everybody' } }),
      plugin('tier', { config: { tag: 'gold' }, consumer_group: { id: gold.id } }),
      plugin('tier', { config: { tag: 'silver' }, consumer_group: { id: silver.id } }),
    ],
  });
}

/** Status, and which config of `tier` ran, for a token with this claim. */
async function call(access: JsonObject | null, settings: Record<string, unknown> = {}): Promise<[number, unknown]> {
  gw.apply(config(settings));
  const token = await idp.sign({ sub: 'bob', ...(access === null ? {} : { access }) });
  const answer = await send(`${gw.url}/anything`, { headers: { authorization: `Bearer ${token}` } });
  return [answer.status, answer.headers['x-tier']];
}

t.test('a token that names a group gets the config of that group, without any consumer', async (t) => {
  t.same(await call({ tier: 'gold' }), [200, 'gold']);
  t.same(await call({ tier: ['lead', 'silver'] }), [200, 'silver']);
});

t.test('a token that names no group that there is gets nothing', async (t) => {
  t.equal((await call({ tier: 'lead' }))[0], 403);
  t.equal((await call(null))[0], 403);
});

t.test('with optional groups it gets the config for everybody, or that of its consumer’s own group', async (t) => {
  const optional = { consumer_groups_optional: true };
  t.same(await call({ tier: 'lead' }, optional), [200, 'everybody']);
  const mapped = { ...optional, consumer_claims: [['sub']] };
  t.same(await call({ tier: 'lead' }, mapped), [200, 'silver']);
  t.same(await call({ tier: 'gold' }, mapped), [200, 'gold'], 'the token goes before the consumer');
});

t.test('a remembered token keeps its group', async (t) => {
  gw.apply(config());
  const headers = { authorization: `Bearer ${await idp.sign({ access: { tier: 'gold' } })}` };
  for (let n = 0; n < 3; n++) t.equal((await send(`${gw.url}/anything`, { headers })).headers['x-tier'], 'gold');
});
