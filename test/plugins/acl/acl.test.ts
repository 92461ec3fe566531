import t from 'tap';
import type { AclGroup, ConsumerGroup } from '../../../src/entities/consumer-group.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { FoundGroups } from '../../../src/pdk/exchange.ts';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import { acl } from '../../../src/plugins/acl/definition.ts';
import { consumer, entities, plugin, route, service } from '../../support/entities.ts';
import { type RunningGateway, startGateway } from '../../support/gateway.ts';
import { type Answer, send } from '../../support/http.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

const bob = consumer('bob');
const loner = consumer('loner');
const gold: ConsumerGroup = { id: 'id-gold', name: 'gold', tags: null, created_at: 0, updated_at: 0 };
const noConfig: JsonObject = {};

/** An authentication plugin: a header says who the caller is, another which groups a token names. */
const auth: PluginDefinition = {
  name: 'auth',
  version: '1.0.0',
  priority: 1000,
  protocols: ['http'],
  schema: { type: 'object' },
  create: (_config, _host, { entities: { consumers } }) => ({
    access: (exchange) => {
      const who = consumers.find(({ username }) => username === exchange.request.header('who')) ?? null;
      const groups = exchange.request.header('token-groups');
      const found: FoundGroups = groups === undefined ? {} : { authenticatedGroups: groups.split(' ').filter(Boolean) };
      const isKnown = exchange.request.header('credential') !== undefined;
      exchange.authenticate(who, isKnown ? { id: 'credential' } : undefined, found);
    },
  }),
};

let upstream: Upstream;
let gw: RunningGateway;

t.before(async () => {
  upstream = await startUpstream();
  gw = await startGateway(config(noConfig), { plugins: [acl, auth] });
});

t.teardown(async () => {
  await gw.close();
  await upstream.close();
});

function config(aclConfig: JsonObject): ReturnType<typeof entities> {
  const owner = service(upstream.url);
  return entities({
    services: [owner],
    routes: [route(owner, { strip_path: false })],
    consumers: [bob, loner],
    consumer_groups: [gold],
    consumer_group_consumers: [{ id: 'm', consumer: { id: bob.id }, consumer_group: { id: gold.id } }],
    acls: ['staff', 'ops'].map((group): AclGroup => ({ id: group, group, consumer: { id: bob.id }, created_at: 0 })),
    plugins: [plugin('auth'), plugin('acl', { config: aclConfig })],
  });
}

/** What a caller gets with this config: the answer and the group headers that the upstream saw. */
async function call(
  aclConfig: JsonObject,
  headers: Record<string, string>,
): Promise<[Answer, string | undefined, string | undefined]> {
  gw.apply(config(aclConfig));
  const before = upstream.requests.length;
  const answer = await send(`${gw.url}/anything`, { headers });
  const seen = upstream.requests.length === before ? {} : { ...upstream.requests.at(-1)?.headers };
  const [own, ofToken] = [seen['x-consumer-groups'], seen['x-authenticated-groups']] as (string | undefined)[];
  return [answer, own, ofToken];
}

const asBob = { who: 'bob', credential: 'yes' };
const asLoner = { who: 'loner', credential: 'yes' };

async function status(aclConfig: JsonObject, headers: Record<string, string>): Promise<number> {
  return (await call(aclConfig, headers))[0].status;
}

t.test('a consumer in one of the allowed groups passes, and the upstream gets all of its groups', async (t) => {
  const [answer, own, ofToken] = await call({ allow: ['ops', 'x'] }, asBob);
  t.equal(answer.status, 200);
  t.equal(own, 'staff, ops');
  t.equal(ofToken, undefined);
});

t.test('anybody else is 403 with Kong’s words', async (t) => {
  const [answer] = await call({ allow: ['x'] }, asBob);
  t.equal(answer.status, 403);
  t.match(answer.json(), { message: 'You cannot consume this service' });
  t.equal(await status({ allow: ['ops'] }, asLoner), 403);
});

t.test('denied groups are refused and everybody else passes, whoever is in no group too', async (t) => {
  t.equal(await status({ deny: ['ops'] }, asBob), 403);
  t.equal(await status({ deny: ['x'] }, asBob), 200);
  t.equal(await status({ deny: ['ops'] }, asLoner), 200);
  t.equal(await status({ deny: ['x'], allow: ['x'] }, asBob), 200, 'a deny list goes before an allow list');
});

t.test('who is not authenticated is 401, also by a deny list; who is nobody in particular is 403', async (t) => {
  const [answer] = await call({ deny: ['ops'] }, {});
  t.equal(answer.status, 401);
  t.match(answer.json(), { message: 'Unauthorized' });
  t.equal(await status({ allow: ['ops'] }, {}), 401);
  t.equal(await status({ allow: ['ops'] }, { credential: 'yes' }), 403);
});

t.test('without a consumer the groups of the token count, and are named to the upstream', async (t) => {
  const caller = { credential: 'yes', 'token-groups': 'staff dev' };
  t.strictSame((await call({ allow: ['dev'] }, caller)).slice(1), [undefined, 'staff, dev']);
  t.equal(await status({ deny: ['dev'] }, caller), 403);
  t.equal(await status({ allow: ['ops'] }, caller), 403);
  t.equal(await status({ deny: ['dev'] }, { credential: 'yes', 'token-groups': '' }), 200, 'a token may name none');
});

t.test('with a consumer the groups of the token count only when they always do', async (t) => {
  const caller = { ...asBob, 'token-groups': 'dev' };
  t.equal(await status({ allow: ['dev'] }, caller), 403);
  t.equal(await status({ allow: ['ops'] }, caller), 200);
  t.equal(await status({ allow: ['dev'], always_use_authenticated_groups: true }, caller), 200);
  t.equal(await status({ allow: ['ops'], always_use_authenticated_groups: true }, caller), 403);
  t.equal(await status({ allow: ['ops'], always_use_authenticated_groups: true }, asBob), 403, 'the token named none');
});

t.test('for an anonymous consumer the groups of the token go first', async (t) => {
  t.equal(await status({ allow: ['dev'] }, { who: 'bob', 'token-groups': 'dev' }), 200);
  t.equal(await status({ allow: ['ops'] }, { who: 'bob' }), 200);
  t.equal(await status({ allow: ['ops'] }, { who: 'loner' }), 401);
});

t.test('consumer groups count when they are included', async (t) => {
  t.equal(await status({ allow: ['gold'] }, asBob), 403);
  const [answer, own] = await call({ allow: ['gold'], include_consumer_groups: true }, asBob);
  t.equal(answer.status, 200);
  t.equal(own, 'staff, ops, gold');
  t.equal(await status({ deny: ['gold'], include_consumer_groups: true }, asBob), 403);
  t.equal(await status({ allow: ['gold'], include_consumer_groups: true }, asLoner), 403);
});

t.test('groups can be kept from the upstream', async (t) => {
  t.strictSame((await call({ allow: ['ops'], hide_groups_header: true }, asBob)).slice(1), [undefined, undefined]);
});

t.test('a caller cannot write group headers itself, in any spelling', async (t) => {
  const forged = { 'X-Consumer-Groups': 'admin', X_Authenticated_Groups: 'admin', 'x-authenticated-groups': 'admin' };
  const [answer, own, ofToken] = await call({ deny: ['x'], hide_groups_header: true }, { ...asBob, ...forged });
  t.equal(answer.status, 200);
  t.strictSame([own, ofToken], [undefined, undefined]);
  t.notMatch(JSON.stringify(upstream.requests.at(-1)?.headers), /admin/);
});
