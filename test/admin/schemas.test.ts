import t from 'tap';
import { type AdminApi, startAdminApi } from '../support/admin-api.ts';

let api: AdminApi;
t.before(async () => {
  api = await startAdminApi(t);
});

const ok = { status: 200, body: { message: 'schema validation successful' } };

t.test(
  'schemas are found by the plural name of a kind, and by the names of plugins, vaults and partials',
  async (t) => {
    for (const path of [
      'services',
      'key_sets',
      'keyauth_credentials',
      'plugins/key-auth',
      'vaults/env',
      'partials/redis-ce',
    ]) {
      const { status, body } = await api.ask('GET', `/schemas/${path}`);
      t.equal(status, 200, path);
      t.ok(Array.isArray(body.fields) && body.fields.length > 2, `${path} has fields`);
    }
  },
);

t.test('what has no schema is not found, by the words of Kong', async (t) => {
  const answers = [
    ['/schemas/nothing', "No entity named 'nothing'"],
    ['/schemas/consumer_group_plugins', "No entity named 'consumer_group_plugins'"],
    ['/schemas/plugins/nothing', "No plugin named 'nothing'"],
    ['/schemas/plugins/..%2Fservice', "No plugin named '../service'"],
    ['/schemas/vaults/nothing', "No vault named 'nothing'"],
    ['/plugins/schema/nothing', "No plugin named 'nothing'"],
  ] as const;
  for (const [path, message] of answers) {
    t.match(await api.ask('GET', path), { status: 404, body: { message } }, path);
  }
  t.match(await api.ask('POST', '/schemas/nothing/validate', {}), {
    status: 404,
    body: { message: "No entity named 'nothing'" },
  });
});

t.test('the deprecated path shows the config of a plugin alone', async (t) => {
  const { body } = await api.ask('GET', '/plugins/schema/key-auth');
  t.match(body, { fields: [{ anonymous: { type: 'string' } }] });
});

t.test('an entity is checked without being stored, and without looking anything up', async (t) => {
  const id = '5f35b796-ced6-4c00-9b2a-90eef745f4f9';
  const entities = [
    ['services', { name: 'a', host: 'a.test' }],
    ['services', { url: 'http://a.test' }],
    ['routes', { paths: ['/a'], service: { id, name: 'gone' } }],
    ['routes', { paths: ['/a'], service: { name: 'gone' } }],
    ['plugins', { name: 'key-auth', service: { id } }],
    ['plugins', { name: 'openid-connect', config: { issuer: 'https://idp.test', anonymous: 'nobody' } }],
    ['vaults', { name: 'env', prefix: 'my-env', config: { prefix: 'X_' } }],
    ['consumers', { username: 'a' }],
    ['targets', { target: 'a.test:80', upstream: { id } }],
    ['keyauth_credentials', { key: 'k', consumer: { id } }],
    ['snis', { name: 'a.test', certificate: { id } }],
  ] as const;
  for (const [kind, entity] of entities) {
    t.match(await api.ask('POST', `/schemas/${kind}/validate`, entity), ok, `${kind} ${JSON.stringify(entity)}`);
  }
  t.strictSame((await api.ask('GET', '/services')).rows, []);
});

t.test('forms are checked, too', async (t) => {
  t.match(await api.ask('POST', '/schemas/plugins/validate', 'name=rate-limiting&config.minute=5'), ok);
  t.match(await api.ask('POST', '/schemas/routes/validate', 'paths=/a'), ok);
});

t.test('what is wrong is told as of a write', async (t) => {
  t.match(await api.ask('POST', '/schemas/services/validate', { protocol: 'gopher' }), {
    status: 400,
    body: { code: 2, name: 'schema violation', fields: { host: 'required field missing' } },
  });
  t.match(await api.ask('POST', '/schemas/plugins/validate', { name: 'key-auth', config: { hide_credentials: 5 } }), {
    status: 400,
    body: { message: 'schema violation (config.hide_credentials: expected a boolean)' },
  });
  t.match(await api.ask('POST', '/schemas/targets/validate', { target: 'a.test:80' }), {
    status: 400,
    body: { message: 'schema violation (upstream: required field missing)' },
  });
});

t.test('a check works while nothing can be written', async (t) => {
  const closed = await startAdminApi(t, { mode: 'off', config: '_format_version: "3.0"\n' });
  t.match(await closed.ask('POST', '/schemas/services/validate', { host: 'a.test' }), ok);
});
