import t from 'tap';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { openidConnect } from '../../../src/plugins/openid-connect/definition.ts';
import { entities, plugin, route, service } from '../../support/entities.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { startGateway } from '../../support/gateway.ts';
import { basic, send } from '../../support/http.ts';
import { withDefaults } from '../../support/openid-connect-config.ts';
import { startUpstream } from '../../support/upstream.ts';

/** What each `access` returned: a promise is the ordinary way, nothing at all the fast lane. */
const returned: ('promise' | 'nothing')[] = [];

const observed: PluginDefinition<OpenidConnectConfig> = {
  ...openidConnect,
  create: (config, host, instance) => {
    const handler = openidConnect.create(config, host, instance);
    return {
      access: (exchange) => {
        const result = handler.access?.(exchange);
        returned.push(result === undefined ? 'nothing' : 'promise');
        return result;
      },
      close: () => handler.close?.(),
    };
  },
};

t.test('a repeated Authorization header is decided without waiting, whatever else the request holds', async (t) => {
  const idp = await FakeIdp.start();
  const upstream = await startUpstream();
  const api = service(upstream.url);
  const config = (given: Record<string, unknown>) =>
    entities({
      services: [api],
      routes: [route(api)],
      plugins: [
        plugin('openid-connect', {
          config: withDefaults({ issuer: idp.issuer, auth_methods: ['client_credentials'], ...given }) as JsonObject,
        }),
      ],
    });
  const gateway = await startGateway(config({}), { plugins: [observed] });
  t.teardown(async () => {
    await gateway.close();
    await upstream.close();
    await idp.close();
  });
  const call = async (authorization: string, target = '/anything') => {
    returned.length = 0;
    const { status } = await send(`${gateway.url}${target}`, { headers: { authorization } });
    return `${status} ${returned.join()}`;
  };
  t.equal(await call(basic('service', 'a')), '200 promise');
  t.equal(await call(basic('service', 'a')), '200 nothing');
  t.equal(await call(basic('service', 'a'), '/anything?client_id=x&client_secret=y'), '200 nothing');
  t.equal(await call(basic('service', 'b')), '200 promise', 'another secret is another entry');

  gateway.apply(config({ cache_tokens_salt: 'x' }));
  t.equal(await call(basic('service', 'a')), '200 promise', 'a new config begins with nothing');
  t.equal(await call(basic('service', 'a')), '200 nothing');
  const [forget] = (openidConnect.admin?.(gateway.gateway.host) ?? []).filter(({ method }) => method === 'DELETE');
  await forget?.handle({ params: {}, query: {} });
  t.equal(await call(basic('service', 'a')), '200 promise', 'forgetting the issuer forgets decisions too');

  for (const given of [
    { cache_tokens: false },
    { client_credentials_param_type: ['query', 'body'] },
    { token_post_args_client: ['scope'] },
    { token_headers_client: ['x-tenant'] },
  ]) {
    gateway.apply(config(given));
    await call(basic('service', 'a'));
    t.match(await call(basic('service', 'a')), 'promise', JSON.stringify(given));
  }

  gateway.apply(config({ scopes_required: ['gold'] }));
  t.equal(await call(basic('service', 'a')), '403 promise');
  t.equal(await call(basic('service', 'a')), '403 promise', 'a refusal is never remembered');
});
