import t from 'tap';
import { startAdminApi } from '../support/admin-api.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const someId = '0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11';
const otherId = '5f35b796-ced6-4c00-9b2a-90eef745f4f9';
const notThere = '00000000-0000-4000-8000-000000000000';

void t.test('a service is made, read, changed, replaced and removed', async (t) => {
  const { ask } = await startAdminApi(t);
  const made = await ask('POST', '/services', { name: 'orders', url: 'https://httpbin.test/a' });
  t.equal(made.status, 201, made.text);
  t.match(made.body, { id: uuid, name: 'orders', protocol: 'https', host: 'httpbin.test', port: 443, path: '/a' });
  t.match(made.body, { retries: 5, enabled: true, tags: null, client_certificate: null, ca_certificates: null });
  t.same((await ask('GET', '/services/orders')).body, made.body);
  t.same((await ask('GET', `/services/${made.id.toUpperCase()}`)).body, made.body, 'ids in any case');
  t.same((await ask('GET', '/services')).body, { data: [made.body], next: null });
  const changed = await ask('PATCH', '/services/orders', { retries: 6, tags: ['a'] });
  t.equal(changed.status, 200);
  t.match(changed.body, { id: made.body.id, retries: 6, path: '/a', tags: ['a'], created_at: made.body.created_at });
  t.match((await ask('PATCH', '/services/orders', { tags: null, path: null })).body, { tags: null, path: null });
  const replaced = await ask('PUT', '/services/orders', { host: 'b.test' });
  t.equal(replaced.status, 200);
  t.match(replaced.body, { id: made.body.id, name: 'orders', host: 'b.test', port: 80, retries: 5, tags: null });
  const gone = await ask('DELETE', '/services/orders');
  t.match([gone.status, gone.text, gone.headers['content-type']], [204, '', undefined]);
  t.equal((await ask('GET', '/services/orders')).status, 404);
  t.equal((await ask('DELETE', '/services/orders')).status, 204, 'what is not there is as good as removed');
  t.equal((await ask('DELETE', `/services/${notThere}`)).status, 204);
});

void t.test('PUT makes what is not there: under an id as decK does, or under a name', async (t) => {
  const { ask } = await startAdminApi(t);
  const byId = await ask('PUT', `/services/${someId}`, { name: 'a', host: 'a.test' });
  t.match([byId.status, byId.body.id], [200, someId]);
  const byName = await ask('PUT', '/services/b', { host: 'b.test' });
  t.match([byName.status, byName.body.name], [200, 'b']);
  t.match(byName.body.id, uuid);
  t.match((await ask('PUT', '/consumers/bob', { custom_id: '7' })).body, { username: 'bob', custom_id: '7' });
  t.match((await ask('PUT', '/upstreams/pool', {})).body, { name: 'pool', algorithm: 'round-robin' });
  t.equal((await ask('PATCH', '/services/none', { retries: 1 })).status, 404);
  t.equal((await ask('PATCH', `/services/${notThere}`, { retries: 1 })).status, 404);
});

void t.test('what is written is what the proxy does from then on', async (t) => {
  const { ask, proxyUrl, url } = await startAdminApi(t);
  const status = async (path: string): Promise<number> => (await fetch(proxyUrl + path)).status;
  t.equal(await status('/up'), 404);
  await ask('POST', '/services', { name: 'self', url });
  await ask('POST', '/services/self/routes', { name: 'r', paths: ['/up'] });
  t.equal(await status('/up'), 200);
  await ask('PATCH', '/routes/r', { paths: ['/other'] });
  t.same([await status('/up'), await status('/other')], [404, 200]);
  await ask('DELETE', '/services/self/routes/r');
  t.equal(await status('/other'), 404);
});

void t.test('children of an entity are found, made, moved and removed below it, and only there', async (t) => {
  const { ask } = await startAdminApi(t);
  const a = await ask('PUT', '/services/a', { host: 'a.test' });
  const b = await ask('PUT', '/services/b', { host: 'b.test' });
  const route = await ask('POST', '/services/a/routes', { name: 'r', paths: ['/'] });
  t.equal(route.status, 201);
  t.same(route.body.service, { id: a.id });
  t.same((await ask('GET', `/services/${a.id}/routes`)).rows, [route.body]);
  t.same((await ask('GET', '/services/b/routes')).body, { data: [], next: null });
  t.same((await ask('GET', '/services/a/routes/r')).body, route.body);
  t.equal((await ask('GET', '/services/b/routes/r')).status, 404, 'the route of another service');
  t.equal((await ask('PATCH', '/services/b/routes/r', { paths: ['/b'] })).status, 404);
  t.equal((await ask('DELETE', '/services/b/routes/r')).status, 404);
  t.equal((await ask('POST', '/services/none/routes', { paths: ['/'] })).status, 404, 'no such parent');
  t.equal((await ask('GET', '/services/none/routes')).status, 404);
  t.match((await ask('PATCH', '/services/a/routes/r', { strip_path: false })).body, { strip_path: false });
  const moved = await ask('PUT', '/services/b/routes/r', { paths: ['/moved'] });
  t.match([moved.status, moved.body.id, moved.body.service], [200, route.body.id, { id: b.id }]);
  t.match((await ask('PUT', `/services/b/routes/${otherId}`, { paths: ['/n'] })).body, { id: otherId, name: null });
  t.equal((await ask('DELETE', '/services/b/routes/r')).status, 204);
  t.equal((await ask('DELETE', '/services/b/routes/r')).status, 404);
});

void t.test('what an entity refers to is reached by the name of the reference', async (t) => {
  const { ask } = await startAdminApi(t);
  const service = (await ask('PUT', '/services/a', { host: 'a.test' })).body;
  await ask('PUT', '/services/a/routes/r', { paths: ['/'] });
  t.same((await ask('GET', '/routes/r/service')).body, service);
  t.match((await ask('PATCH', '/routes/r/service', { retries: 1 })).body, { id: service.id, retries: 1 });
  t.match((await ask('PUT', '/routes/r/service', { name: 'a', host: 'n.test' })).body, { id: service.id, retries: 5 });
  t.match(await ask('DELETE', '/routes/r/service'), { status: 405, body: { message: 'Method not allowed' } });
  await ask('POST', '/routes', { name: 'alone', paths: ['/alone'] });
  t.equal((await ask('GET', '/routes/alone/service')).status, 404);
  t.equal((await ask('PATCH', '/routes/alone/service', { retries: 1 })).status, 404);
  t.equal((await ask('DELETE', '/routes/alone/service')).status, 404);
  const linked = (await ask('PUT', '/routes/alone/service', { host: 'made.test' })).body;
  t.same((await ask('GET', '/routes/alone')).body.service, { id: linked.id });
});

void t.test('plugins: of all, of a service, of a route, of a consumer; by id or instance name', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('PUT', '/services/a', { host: 'a.test' });
  await ask('PUT', '/services/a/routes/r', { paths: ['/'] });
  await ask('PUT', '/consumers/bob', {});
  const config = { issuer: 'https://idp.test/realms/a', client_id: ['kong'] };
  const plugin = { name: 'openid-connect', config };
  const ofAll = await ask('POST', '/plugins', { ...plugin, instance_name: 'login' });
  t.equal(ofAll.status, 201, ofAll.text);
  t.match(ofAll.body, { name: 'openid-connect', instance_name: 'login', service: null, route: null, consumer: null });
  t.match(ofAll.body.config, config);
  t.equal((await ask('GET', '/plugins/login')).body.id, ofAll.body.id);
  const ofService = await ask('POST', '/services/a/plugins', plugin);
  t.equal(ofService.status, 201, ofService.text);
  t.same((await ask('GET', '/services/a/plugins')).rows, [ofService.body]);
  t.equal((await ask('GET', `/plugins/${ofService.id}/service`)).body.name, 'a');
  t.equal((await ask('POST', '/routes/r/plugins', plugin)).status, 201);
  t.equal((await ask('GET', '/plugins?size=1000')).rows.length, 3);
  const patched = await ask('PATCH', '/plugins/login', { config: { client_id: ['other'] } });
  t.match(patched.body.config, { issuer: config.issuer, client_id: ['other'] }, 'records are merged');
  const put = await ask('PUT', `/plugins/${otherId}`, { ...plugin, route: { name: 'r' } });
  t.match(put, { status: 409, body: { code: 5, message: /^UNIQUE violation detected on '\{consumer=null,/ } });
  t.equal((await ask('DELETE', '/services/a/plugins/login')).status, 404, 'not of this service');
  t.equal((await ask('DELETE', `/services/a/plugins/${ofService.id}`)).status, 204);
  t.equal((await ask('DELETE', '/routes/r')).status, 204, 'its plugins go with it');
  t.equal((await ask('GET', '/plugins')).rows.length, 1);
});

void t.test('consumers are found by the id that others know them by', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('POST', '/consumers', { username: 'bob', custom_id: '42' });
  await ask('POST', '/consumers', { username: 'ann' });
  t.match((await ask('GET', '/consumers?custom_id=42')).body, { data: [{ username: 'bob' }], next: null });
  t.same((await ask('GET', '/consumers?custom_id=43')).body, { data: [], next: null });
});

void t.test('credentials: below their consumer, and all of a kind, under the names Kong has', async (t) => {
  const { ask } = await startAdminApi(t);
  const bob = await ask('PUT', '/consumers/bob', {});
  const kinds: readonly [nested: string, all: string, fields: object, key: string | null][] = [
    ['key-auth', 'key-auths', { key: 'k-1' }, 'k-1'],
    ['basic-auth', 'basic-auths', { username: 'u', password: 'p' }, 'u'],
    ['hmac-auth', 'hmac-auths', { username: 'h', secret: 's' }, 'h'],
    ['jwt', 'jwts', { key: 'j', secret: 's' }, 'j'],
    ['acls', 'acls', { group: 'admins' }, null],
    ['oauth2', 'oauth2', { name: 'app', client_id: 'c', redirect_uris: ['https://a.test'] }, 'c'],
    ['mtls-auth', 'mtls-auths', { subject_name: 'bob@example.test' }, null],
  ];
  for (const [nested, all, fields, key] of kinds) {
    const made = await ask('POST', `/consumers/bob/${nested}`, fields);
    t.equal(made.status, 201, `${nested}: ${made.text}`);
    const id = made.id;
    t.same(made.body.consumer, { id: bob.id }, nested);
    t.same((await ask('GET', `/consumers/bob/${nested}`)).rows, [made.body], nested);
    t.same((await ask('GET', `/${all}`)).rows, [made.body], all);
    t.same((await ask('GET', `/${all}/${id}`)).body, made.body, all);
    if (key !== null) t.same((await ask('GET', `/${all}/${key}`)).body, made.body, `${all} by name`);
    t.match((await ask('GET', `/${all}/${id}/consumer`)).body, { username: 'bob' }, all);
    t.equal((await ask('DELETE', `/consumers/bob/${nested}/${id}`)).status, 204, nested);
    const put = await ask('PUT', `/consumers/${bob.id}/${nested}/${otherId}`, fields);
    t.match([put.status, put.body.id], [200, otherId], `${nested}: ${put.text}`);
    t.equal((await ask('DELETE', `/${all}/${otherId}`)).status, 204, all);
  }
  t.match((await ask('PUT', '/consumers/bob/acls/admins', {})).body, { group: 'admins' });
  const second = await ask('PUT', '/consumers/bob/acls/admins', { tags: ['t'] });
  t.match(second.body, { group: 'admins', tags: ['t'] });
  t.equal((await ask('GET', '/acls')).rows.length, 1, 'the name of a group is a key below the consumer');
  await ask('DELETE', '/consumers/bob');
  t.equal((await ask('GET', '/acls')).rows.length, 0, 'credentials go with their consumer');
});

void t.test('targets are below their upstream alone, by id or address', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('PUT', '/upstreams/one', {});
  await ask('PUT', '/upstreams/two', {});
  const made = await ask('POST', '/upstreams/one/targets', { target: '127.0.0.1:9', weight: 7 });
  t.equal(made.status, 201, made.text);
  t.equal((await ask('POST', '/upstreams/two/targets', { target: '127.0.0.1:9' })).status, 201);
  t.same((await ask('GET', '/upstreams/one/targets/127.0.0.1:9')).body, made.body);
  t.match((await ask('PATCH', '/upstreams/one/targets/127.0.0.1:9', { weight: 8 })).body, { weight: 8 });
  const put = await ask('PUT', `/upstreams/one/targets/${otherId}`, { target: '127.0.0.1:10' });
  t.match([put.status, put.body.id, put.body.weight], [200, otherId, 100]);
  t.equal((await ask('GET', '/upstreams/one/targets')).rows.length, 2);
  t.equal((await ask('GET', '/upstreams/one/targets/all')).rows.length, 2);
  t.equal((await ask('GET', '/upstreams/one/health')).rows.length, 2);
  for (const path of ['/targets', `/targets/${otherId}`, `/targets/${otherId}/upstream`]) {
    t.equal((await ask('GET', path)).status, 404, path);
  }
  t.equal((await ask('DELETE', '/upstreams/one/targets/127.0.0.1:9')).status, 204);
  t.equal((await ask('DELETE', '/upstreams/one/targets/127.0.0.1:9')).status, 404);
  t.equal((await ask('GET', '/upstreams/two/targets')).rows.length, 1, 'the one with the same address stays');
});

void t.test('consumer groups: the wrapper, members from both sides, and their plugins', async (t) => {
  const { ask } = await startAdminApi(t);
  const group = await ask('POST', '/consumer_groups', { name: 'gold' });
  t.match(group.body, { name: 'gold', id: uuid });
  const ann = (await ask('PUT', '/consumers/ann', {})).body;
  await ask('PUT', '/consumers/bob', {});
  t.match((await ask('GET', '/consumer_groups/gold')).body, {
    consumer_group: { id: group.id },
    consumers: [],
    plugins: [],
  });
  const added = await ask('POST', `/consumer_groups/${group.id}/consumers`, { consumer: ann.id });
  t.equal(added.status, 201, added.text);
  t.match(added.body, { consumer_group: { name: 'gold' }, consumers: [{ username: 'ann' }] });
  const again = await ask('POST', '/consumer_groups/gold/consumers', { consumer: 'ann' });
  t.match([again.status, again.body.code], [409, 5]);
  t.match((await ask('POST', '/consumers/bob/consumer_groups', { group: 'gold' })).body, {
    consumer: { username: 'bob' },
    consumer_groups: [{ name: 'gold' }],
  });
  t.equal((await ask('GET', '/consumer_groups/gold/consumers')).rows.length, 2);
  t.match((await ask('GET', '/consumers/bob/consumer_groups')).rows, [{ name: 'gold' }]);
  t.match((await ask('GET', '/consumers/bob/consumer_groups/gold')).status, 200);
  const plugin = { name: 'rate-limiting', config: { minute: 5 } };
  t.equal((await ask('POST', '/consumer_groups/gold/plugins', plugin)).status, 201);
  const whole = (await ask('GET', '/consumer_groups/gold')).body;
  t.match(whole, { plugins: [{ name: 'rate-limiting' }] });
  t.same((whole.consumers as { username: string }[]).map(({ username }) => username).sort(), ['ann', 'bob']);
  t.same((await ask('GET', '/consumer_groups/gold?list_consumers=false')).body.consumers, []);
  t.match((await ask('PATCH', '/consumer_groups/gold', { tags: ['t'] })).body, { name: 'gold', tags: ['t'] });
  t.match((await ask('GET', '/consumer_groups')).rows, [{ name: 'gold' }]);
  t.equal((await ask('POST', '/consumer_groups/gold/consumers', { consumer: 'none' })).status, 404);
  t.equal((await ask('POST', '/consumer_groups/gold/consumers', {})).status, 400);
  t.equal((await ask('DELETE', '/consumer_groups/gold/consumers/ann')).status, 204);
  t.equal((await ask('DELETE', '/consumer_groups/gold/consumers/ann')).status, 404);
  t.equal((await ask('DELETE', '/consumers/bob/consumer_groups')).status, 204);
  t.equal((await ask('GET', '/consumer_groups/gold/consumers')).rows.length, 0);
  t.equal((await ask('DELETE', '/consumer_groups/gold')).status, 204);
  t.equal((await ask('GET', '/plugins')).rows.length, 0);
});

void t.test('key sets and their keys, vaults, under the names Kong has', async (t) => {
  const { ask } = await startAdminApi(t);
  t.equal((await ask('PUT', '/key-sets/set', {})).status, 200);
  const jwk = JSON.stringify({ kty: 'oct', k: 'c2VjcmV0', kid: 'one' });
  const key = await ask('POST', '/key-sets/set/keys', { name: 'k', kid: 'one', jwk });
  t.equal(key.status, 201, key.text);
  t.equal((await ask('GET', '/keys/k')).body.id, key.body.id);
  t.match((await ask('GET', '/keys/k/set')).body, { name: 'set' });
  const vault = await ask('PUT', '/vaults/my-env', { name: 'env', config: { prefix: 'GW_' } });
  t.match([vault.status, vault.body.prefix], [200, 'my-env'], vault.text);
});

void t.test('what this Kong does not have is not found', async (t) => {
  const { ask } = await startAdminApi(t);
  const paths = ['/rbac/roles', '/rbac/users', '/custom-plugins', '/cloned-plugins', '/licenses', '/nothing'];
  for (const path of paths) {
    t.match(await ask('GET', path), { status: 404, body: { message: 'Not found' } }, path);
    t.equal((await ask('POST', path, {})).status, 404, path);
  }
});
