import t from 'tap';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import { consumer } from '../../support/entities.ts';
import { type Idp, serviceClient, startIdp } from '../../support/idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const service = [serviceClient.id, serviceClient.secret] as const;
const known = consumer('service', { custom_id: 'c-1' });
const guest = consumer('guest');

/** Another authentication plugin: runs earlier and knows one header. */
const earlier: PluginDefinition = {
  name: 'earlier-auth',
  version: '1.0.0',
  priority: 2000,
  protocols: ['http'],
  schema: { type: 'object' },
  create: () => ({
    access: (exchange) => {
      if (exchange.request.header('x-key') === 'good') exchange.authenticate(known, { id: 'key' });
    },
  }),
};

let idp: Idp;
let gw: OidcGateway;

t.before(async () => {
  idp = await startIdp();
  gw = await startOidcGateway({ issuer: idp.issuer }, { consumers: [known, guest], plugins: [earlier] });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

function seen(): Record<string, unknown> {
  return { ...gw.upstream.requests.at(-1)?.headers };
}

t.test('a mapped consumer is named to the upstream, and no credential identifier', async (t) => {
  gw.configure({ issuer: idp.issuer, consumer_claims: [['client_id']] });
  for (let call = 0; call < 2; call++) {
    t.equal((await gw.call(service)).status, 200);
    const headers = seen();
    t.equal(headers['x-consumer-id'], known.id);
    t.equal(headers['x-consumer-username'], 'service');
    t.equal(headers['x-consumer-custom-id'], 'c-1');
    t.equal(headers['x-credential-identifier'], undefined);
    t.equal(headers['x-anonymous-consumer'], undefined);
  }
});

t.test('a token without a consumer is 403, or passes when consumers are optional', async (t) => {
  gw.configure({ issuer: idp.issuer, consumer_claims: [['client_id']], consumer_by: ['id'] });
  const answer = await gw.call(service);
  t.equal(answer.status, 403);
  t.equal(answer.headers['www-authenticate'], 'Bearer realm="127.0.0.1"');
  gw.configure({ issuer: idp.issuer, consumer_claims: [['nope']], consumer_optional: true });
  t.equal((await gw.call(service)).status, 200);
  t.equal(seen()['x-consumer-id'], undefined);
  t.equal(seen()['x-credential-identifier'], 'service');
});

t.test('anonymous takes everybody who does not authenticate, without their credential', async (t) => {
  gw.configure({ issuer: idp.issuer, anonymous: 'guest' });
  for (const credential of [null, ['service', 'wrong']] as const) {
    t.equal((await gw.call(credential)).status, 200);
    const headers = seen();
    t.equal(headers['x-consumer-username'], 'guest');
    t.equal(headers['x-anonymous-consumer'], 'true');
    t.equal(headers.authorization, undefined);
  }
  t.equal((await gw.call(service)).status, 200);
  t.equal(seen()['x-anonymous-consumer'], undefined);
});

t.test('a token that no method can read does not go upstream with an anonymous caller', async (t) => {
  gw.configure({ issuer: idp.issuer, anonymous: 'guest', auth_methods: ['bearer'] });
  const answer = await gw.call(null, {
    target: '?a=1&access_token=opaque-token',
    headers: { 'access-token': 'opaque-token' },
  });
  t.equal(answer.status, 200);
  t.equal(seen()['x-anonymous-consumer'], 'true');
  t.notMatch(JSON.stringify(gw.upstream.requests.at(-1)), 'opaque-token');
  t.equal(gw.upstream.requests.at(-1)?.url, '/anything?a=1');
});

t.test('anonymous is not used for a 403, and not when the provider fails', async (t) => {
  gw.configure({ issuer: idp.issuer, anonymous: guest.id, scopes_required: ['gold'] });
  t.equal((await gw.call(service)).status, 403);
  idp.failWith(500, 'token');
  t.equal((await gw.call(['service', 'new'])).status, 503);
  idp.failWith(null);
});

t.test('an anonymous that names nobody is 500 with Kong’s words', async (t) => {
  gw.configure({ issuer: idp.issuer, anonymous: 'nobody' });
  const answer = await gw.call(null);
  t.equal(answer.status, 500);
  t.equal(answer.text, `{"message":"anonymous consumer nobody is configured but doesn't exist"}`);
});

t.test('with anonymous set, another plugin that authenticated is enough; without, both must', async (t) => {
  gw.configure({ issuer: idp.issuer, anonymous: 'guest' });
  t.equal((await gw.call(null, { headers: { 'x-key': 'good' } })).status, 200);
  t.equal(seen()['x-anonymous-consumer'], undefined);
  gw.configure({ issuer: idp.issuer });
  t.equal((await gw.call(null, { headers: { 'x-key': 'good' } })).status, 401);
});

t.test('groups of the token are named to the upstream', async (t) => {
  gw.configure({ issuer: idp.issuer, scopes: ['read', 'write'], authenticated_groups_claim: ['scope'] });
  t.equal((await gw.call(service)).status, 200);
  t.equal(seen()['x-authenticated-groups'], 'read, write');
});
