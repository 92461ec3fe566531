import t from 'tap';
import { startAdminApi } from '../support/admin-api.ts';
import { selfSignedPair } from '../support/certificates.ts';

void t.test('GET / tells clients what they may do: read only, or write to memory', async (t) => {
  const writable = await startAdminApi(t);
  const fresh = (await writable.ask('GET', '/')).body;
  t.match(fresh, { version: /^3\.\d+\.\d+$/, gw_unsaved_changes: 0, configuration: { database: 'memory' } });
  t.match(fresh, { plugins: { enabled_in_cluster: [] } });
  const { configuration } = fresh as { configuration: object };
  t.notOk('portal' in configuration || 'rbac' in configuration, 'decK reads either as a sign of Kong Enterprise');
  await writable.ask('PUT', '/services/a', { host: 'a.test' });
  await writable.ask('PUT', '/services/a/plugins/9b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11', { name: 'cors' });
  const changed = (await writable.ask('GET', '/kong')).body;
  t.match(changed, { gw_unsaved_changes: 2, plugins: { enabled_in_cluster: ['cors'] } });
  const readOnly = await startAdminApi(t, { mode: 'off' });
  t.match((await readOnly.ask('GET', '/')).body, { configuration: { database: 'off' } });
});

void t.test('the hash of the config is zeros at first and changes with every write', async (t) => {
  const { ask } = await startAdminApi(t);
  const hash = async (): Promise<unknown> => (await ask('GET', '/status')).body.configuration_hash;
  t.equal(await hash(), '0'.repeat(32));
  await ask('PUT', '/services/a', { host: 'a.test' });
  const one = await hash();
  t.match(one, /^[0-9a-f]{32}$/);
  t.not(one, '0'.repeat(32));
  await ask('PATCH', '/services/a', { retries: 1 });
  t.not(await hash(), one);
});

void t.test('GET /status/ready: there is a config, or one may come by the API', async (t) => {
  const readOnly = await startAdminApi(t, { mode: 'off' });
  t.equal((await readOnly.ask('GET', '/status/ready')).status, 503);
  const yaml = '_format_version: "3.0"\nservices: [{ name: a, host: a.test }]';
  await readOnly.ask('POST', '/config', yaml, { 'content-type': 'application/yaml' });
  t.match(await readOnly.ask('GET', '/status/ready'), { status: 200, body: { message: 'ready' } });
  t.equal((await (await startAdminApi(t)).ask('GET', '/status/ready')).status, 200);
});

void t.test('a whole config by POST /config takes the place of single writes, and can be written to', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('PUT', '/services/a', { host: 'a.test' });
  const yaml = '_format_version: "3.0"\nservices: [{ name: b, host: b.test }]';
  t.equal((await ask('POST', '/config', yaml, { 'content-type': 'application/yaml' })).status, 201);
  t.equal((await ask('GET', '/services/a')).status, 404);
  t.match((await ask('GET', '/')).body, { gw_unsaved_changes: 0 });
  t.match((await ask('PATCH', '/services/b', { retries: 1 })).body, { retries: 1 });
  t.match((await ask('GET', '/config')).body, { config: /retries: 1/ });
});

void t.test('plugins, endpoints and the level of the log are told', async (t) => {
  const { ask } = await startAdminApi(t);
  const { enabled_plugins: plugins } = (await ask('GET', '/plugins/enabled')).body as { enabled_plugins: string[] };
  t.ok(plugins.includes('openid-connect'));
  const { data } = (await ask('GET', '/endpoints')).body as { data: string[] };
  for (const path of ['/', '/services', '/services/{services}', '/services/{services}/routes/{routes}', '/endpoints']) {
    t.ok(data.includes(path), path);
  }
  t.match(await ask('GET', '/debug/node/log-level'), { status: 200, body: { message: 'log level: debug' } });
  t.match(await ask('PUT', '/debug/node/log-level/info'), {
    status: 405,
    body: { message: /^cannot change log level/ },
  });
});

void t.test('GET /config with its secrets loads back as what it was, entities of every kind included', async (t) => {
  const { ask } = await startAdminApi(t);
  const { cert, key } = selfSignedPair('a.test');
  for (const [path, fields] of [
    ['/certificates', { cert, key, snis: ['a.test'] }],
    ['/services/a', { host: 'a.test', tags: ['t'] }],
    ['/services/a/routes/r', { paths: ['/'], headers: { 'x-a': ['1'] } }],
    ['/upstreams/pool', {}],
    ['/upstreams/pool/targets', { target: '127.0.0.1:9' }],
    ['/consumers/bob', {}],
    ['/consumers/bob/key-auth', { key: 'k' }],
    ['/consumers/bob/acls', { group: 'g' }],
    ['/consumer_groups/gold', {}],
    ['/consumer_groups/gold/consumers', { consumer: 'bob' }],
    ['/vaults/my-env', { name: 'env' }],
    ['/routes/r/plugins', { name: 'openid-connect', config: { issuer: 'https://idp.test', client_secret: ['s'] } }],
  ] as const) {
    const isList = !/\/(?:a|r|pool|bob|gold|my-env)$/.test(path);
    const made = await ask(isList ? 'POST' : 'PUT', path, fields);
    t.ok(made.status < 300, `${path}: ${made.text}`);
  }
  const { config } = (await ask('GET', '/config')).body as { config: string };
  const back = await ask('POST', '/config', config, { 'content-type': 'application/yaml' });
  t.equal(back.status, 201, back.text);
  t.equal((await ask('GET', '/config')).body.config, config);
});
