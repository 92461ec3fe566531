import t from 'tap';
import type { ConsumerGroup } from '../../../src/entities/consumer-group.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { nothingElse, type Proven } from '../../../src/plugins/openid-connect/auth-method.ts';
import { compileConfig } from '../../../src/plugins/openid-connect/compile-config.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import type { Decision } from '../../../src/plugins/openid-connect/decision.ts';
import { DecisionMaker } from '../../../src/plugins/openid-connect/decision-maker.ts';
import type { Refusal } from '../../../src/plugins/openid-connect/responses.ts';
import { CapturedLog } from '../../support/captured-log.ts';
import { consumer, entities } from '../../support/entities.ts';

const bob = consumer('bob');
const gold: ConsumerGroup = { id: 'id-gold', name: 'gold', tags: null, created_at: 0, updated_at: 0 };
const known = entities({ consumers: [bob], consumer_groups: [gold] });
const attempt = { method: 'client_credentials', subject: 'client', isDecidedByHeader: true } as const;

function decide(config: Partial<OpenidConnectConfig>, facts: Partial<Proven>): Promise<Decision | Refusal> {
  const given = { issuer: 'https://idp.example', ...config };
  const settings = compileConfig(given);
  const keyOf = () => Promise.reject(new Error('nobody asked for a key'));
  const maker = new DecisionMaker({ config: given, settings, entities: known, keyOf, log: new CapturedLog() });
  const nothing = { claims: null, clientId: null, reusableUntil: 0, provenAt: 0, cache: 'off' } as const;
  return maker.decide({ ...nothingElse, ...nothing, kind: 'proven', accessToken: 'at', ...facts }, attempt);
}

async function passed(config: Partial<OpenidConnectConfig>, facts: Partial<Proven>): Promise<Decision> {
  const outcome = await decide(config, facts);
  if (outcome.kind !== 'pass') throw new Error(outcome.reason);
  return outcome;
}

function header({ upstream }: Decision, name: string): string | null {
  const at = upstream.indexOf(name);
  return at < 0 ? null : (upstream[at + 1] ?? null);
}

/** The four places of a claim, in order. */
const places = ['claims', 'introspection', 'idTokenClaims', 'userInfo'] as const;

/** For each place: facts that have `claim(place)` there and in all later ones, and something else in earlier ones. */
function fromEachPlace(claim: (place: string) => JsonObject): [string, Partial<Proven>][] {
  return places.map((place, first) => [
    place,
    Object.fromEntries(places.map((one, at) => [one, at < first ? { other: 1, sub: null } : claim(one)])),
  ]);
}

t.test(
  'the credential identifier comes from access token, introspection, ID token and userinfo, in this order',
  async (t) => {
    for (const [place, facts] of fromEachPlace((sub) => ({ sub }))) {
      const decision = await passed({}, facts);
      t.equal(decision.credential?.id, place);
      t.equal(header(decision, 'X-Credential-Identifier'), place);
    }
  },
);

t.test('credential_claim is one path; without it, or without text there, the client id stands in', async (t) => {
  const identifier = async (credential_claim: readonly string[], claims: JsonObject) =>
    header(await passed({ credential_claim }, { claims }), 'X-Credential-Identifier');
  t.equal(await identifier(['a', 'b'], { a: { b: 7 } }), '7');
  t.equal(await identifier(['a.b'], { 'a.b': 'dotted', a: { b: 'nested' } }), 'dotted');
  for (const claims of [{}, { sub: null }, { sub: '' }, { sub: ['x'] }] as JsonObject[]) {
    t.equal(await identifier(['sub'], claims), 'client', JSON.stringify(claims));
  }
  t.equal(header(await passed({}, { clientId: 'azp' }), 'X-Credential-Identifier'), 'azp');
});

t.test('consumer, consumer groups and authenticated groups are found in every place, in the same order', async (t) => {
  const config = {
    ...{ consumer_claims: [['sub']], consumer_groups_claim: ['tier'], authenticated_groups_claim: ['groups'] },
  };
  for (const [place, facts] of fromEachPlace((one) => ({ sub: 'bob', tier: ['gold'], groups: [one] }))) {
    const { consumer: found, found: groups } = await passed(config, facts);
    t.equal(found?.username, 'bob', place);
    t.same(groups.groups, [gold]);
    t.same(groups.authenticatedGroups, [place]);
  }
});

t.test(
  'what is required counts in the access token, else in the introspection response, and nowhere else',
  async (t) => {
    const config = { scopes_required: ['read'] };
    const claims = { scope: 'read' };
    const kind = async (facts: Partial<Proven>) => (await decide(config, facts)).kind;
    t.equal(await kind({ claims }), 'pass');
    t.equal(await kind({ introspection: claims }), 'pass');
    t.equal(await kind({ claims: {}, introspection: claims }), 'insufficient');
    t.equal(await kind({ idTokenClaims: claims, userInfo: claims }), 'insufficient');
    t.equal(await kind({ claims: {}, idTokenClaims: claims, userInfo: claims }), 'insufficient');
  },
);

t.test('what is forbidden counts in the same places', async (t) => {
  const config = { claims_forbidden: ['act'] };
  const kind = async (facts: Partial<Proven>) => (await decide(config, facts)).kind;
  t.equal(await kind({ claims: { act: null } }), 'insufficient');
  t.equal(await kind({ introspection: { act: null } }), 'insufficient');
  t.equal(await kind({ claims: { may: { act: 1 } }, idTokenClaims: { act: 1 }, userInfo: { act: 1 } }), 'pass');
});

t.test('groups need no consumer, and a consumer needs no groups', async (t) => {
  const groups = await passed({ consumer_groups_claim: ['tier'] }, { claims: { tier: 'gold' } });
  t.equal(groups.consumer, null);
  t.same(groups.found.groups, [gold]);
  const alone = await passed({ consumer_claims: [['sub']] }, { claims: { sub: 'bob' } });
  t.equal(alone.consumer, bob);
  t.notOk('groups' in alone.found, 'it keeps its own');
});

t.test('who no consumer belongs to, and who no group belongs to, are told apart', async (t) => {
  const claims = { sub: 'nobody', tier: 'lead' };
  t.match(await decide({ consumer_claims: [['sub']] }, { claims }), { kind: 'unmapped' });
  t.match(await decide({ consumer_groups_claim: ['tier'] }, { claims }), { kind: 'ungrouped' });
});

t.test('authenticated groups are words or entries; a claim that is not there is not an empty list', async (t) => {
  const groups = async (value: JsonObject) =>
    (await passed({ authenticated_groups_claim: ['realm', 'roles'] }, { claims: { realm: value } })).found
      .authenticatedGroups;
  t.same(await groups({ roles: 'a  b\tc' }), ['a', 'b', 'c']);
  t.same(await groups({ roles: ['a b', 1, true, null, {}] }), ['a b', '1', 'true']);
  t.same(await groups({ roles: [] }), []);
  t.equal(await groups({}), null);
  t.equal(await groups({ roles: null }), null);
});

t.test('a configured header is dropped beforehand unless it is set anyway', async (t) => {
  const config = { upstream_headers: ['A', 'b_c'].map((name) => ({ header: name, path: [name] })) };
  t.same((await passed(config, { claims: { A: 1 } })).cleared, ['b-c', 'Authorization']);
  t.same((await passed(config, { claims: { A: 1, b_c: 2 } })).cleared, ['Authorization']);
  const token = { upstream_access_token_header: 'authorization:bearer' };
  t.same((await passed({ ...config, ...token }, { claims: {} })).cleared, ['A', 'b-c']);
});
