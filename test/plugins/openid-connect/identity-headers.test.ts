import t from 'tap';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import { callers, knowTokens } from '../../support/callers.ts';
import { consumer } from '../../support/entities.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type CallOptions, type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const bob = consumer('bob', { custom_id: 'c-1' });
const guest = consumer('guest');

/** Another authentication plugin: runs earlier, knows one header, and says more than this plugin would. */
const earlier: PluginDefinition = {
  name: 'earlier-auth',
  version: '1.0.0',
  priority: 2000,
  protocols: ['http'],
  schema: { type: 'object' },
  create: () => ({
    access: (exchange) => {
      if (exchange.request.header('x-key') === undefined) return;
      exchange.authenticate(bob, { id: 'key' });
      exchange.upstream.setHeader('X-Consumer-ID', bob.id);
      exchange.upstream.setHeader('X-Consumer-Username', 'bob');
      exchange.upstream.setHeader('X-User', 'bob, says the earlier plugin');
    },
  }),
};

let idp: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  knowTokens(idp, true);
  idp.answer = async () => ({ body: await idp.grant({ sub: 'bob', groups: ['a', 'b'] }) });
  gw = await startOidcGateway({ issuer: idp.issuer }, { consumers: [bob, guest], plugins: [earlier] });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

const names = [
  'X-Consumer-ID',
  'X-Consumer-Username',
  'X-Consumer-Custom-ID',
  'X-Consumer-Groups',
  'X-Credential-Identifier',
  'X-Anonymous-Consumer',
  'X-Authenticated-Groups',
  'X-Authenticated-Scope',
  'X-Authenticated-Userid',
];

/** What a caller may try: each name in several spellings, some of them twice. */
const forged = names.flatMap((name) =>
  [name, name.toLowerCase(), name.replaceAll('-', '_'), name.toUpperCase().replace('-', '_')].flatMap((spelling) => [
    ...[spelling, 'forged'],
  ]),
);

function withForged({ headers = {}, ...rest }: CallOptions): CallOptions {
  const own = Array.isArray(headers) ? (headers as string[]) : Object.entries(headers).flat();
  return { ...rest, headers: [...forged, ...own] };
}

/** The identity headers that the upstream got, by lower-case name with `-`. */
function seen(): Record<string, string> {
  const raw = gw.upstream.requests.at(-1)?.rawHeaders ?? [];
  const pairs = raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ''] as const] : []));
  return Object.fromEntries(pairs.filter(([name]) => /^x[-_](consumer|credential|anonymous|authenticated)/.test(name)));
}

for (const caller of callers) {
  t.test(`${caller.name}: the upstream learns from the gateway alone who the caller is`, async (t) => {
    const config = { issuer: idp.issuer, ...caller.config(idp) };
    const request = withForged(await caller.request(idp));
    gw.configure({
      ...config,
      consumer_claims: [['sub']],
      consumer_optional: true,
      authenticated_groups_claim: ['sub'],
    });
    // Once found out, once remembered.
    for (let call = 0; call < 2; call++) {
      t.equal((await gw.call(null, request)).status, 200);
      const subject = caller.isToken ? 'service' : 'bob';
      const known = {
        'x-consumer-id': bob.id,
        'x-consumer-username': 'bob',
        'x-consumer-custom-id': 'c-1',
      };
      const named = caller.isToken ? { 'x-credential-identifier': subject } : known;
      t.same(seen(), { ...named, 'x-authenticated-groups': subject });
    }
    gw.configure(config);
    t.equal((await gw.call(null, request)).status, 200);
    t.same(Object.keys(seen()), ['x-credential-identifier']);
  });

  t.test(`${caller.name}: a caller taken for the anonymous consumer is nobody else`, async (t) => {
    // The provider knows no token any more, and its own do not pass.
    const refusing = { issuers_allowed: ['https://nobody.example'], cache_user_info: false };
    gw.configure({ issuer: idp.issuer, ...caller.config(idp), ...refusing, anonymous: 'guest' });
    knowTokens(idp, false);
    t.teardown(() => knowTokens(idp, true));
    t.equal((await gw.call(null, withForged(await caller.request(idp)))).status, 200);
    const expected = { 'x-consumer-id': guest.id, 'x-consumer-username': 'guest', 'x-anonymous-consumer': 'true' };
    t.same(seen(), expected);
    t.equal(gw.upstream.requests.at(-1)?.headers.authorization, undefined);
  });
}

t.test('what an earlier plugin said of the caller does not stay beside what this one says', async (t) => {
  gw.configure({ issuer: idp.issuer, authenticated_groups_claim: ['groups'] });
  t.equal((await gw.call(['id', 'secret'], { headers: { 'x-key': '1' } })).status, 200);
  t.same(seen(), { 'x-credential-identifier': 'bob', 'x-authenticated-groups': 'a, b' });
});

t.test('a caller that an earlier plugin knows does not write the headers of this one', async (t) => {
  const upstream_headers = ['X-User', 'X_Role'].map((header) => ({ header, path: [header] }));
  gw.configure({ issuer: idp.issuer, anonymous: 'guest', upstream_headers });
  const headers = ['x-key', '1', 'X_Role', 'forged', 'x-role', 'forged', 'Authorization', 'Basic for-the-service'];
  t.equal((await gw.call(null, { headers })).status, 200);
  const got = gw.upstream.requests.at(-1);
  t.notMatch(JSON.stringify(got?.rawHeaders), /forged/);
  t.equal(got?.headers['x-user'], 'bob, says the earlier plugin', 'its own headers stay');
  t.equal(got?.headers.authorization, 'Basic for-the-service', 'it may be meant for the service');
  t.equal(seen()['x-consumer-username'], 'bob');
});

t.test('a preflight that passes untouched brings no forged header along', async (t) => {
  gw.configure({
    issuer: idp.issuer,
    run_on_preflight: false,
    upstream_headers: [{ header: 'X-User', path: ['sub'] }],
  });
  const headers = [...forged, 'x_user', 'forged', 'X-USER', 'forged', 'x-other', 'kept'];
  t.equal((await gw.call(null, { method: 'OPTIONS', headers })).status, 200);
  t.notMatch(JSON.stringify(gw.upstream.requests.at(-1)?.rawHeaders), /forged/);
  t.equal(gw.upstream.requests.at(-1)?.headers['x-other'], 'kept');
});

t.test('a claim that no header can carry names nobody', async (t) => {
  idp.answer = async () => ({ body: await idp.grant({ sub: 'a\r\nX-Consumer-ID: admin', groups: ['b\0'] }) });
  gw.configure({ issuer: idp.issuer, authenticated_groups_claim: ['groups'] });
  t.equal((await gw.call(['other', 'secret'])).status, 200);
  t.same(seen(), {});
  t.match(gw.log.text(), /X-Credential-Identifier.*X-Authenticated-Groups/);
});
