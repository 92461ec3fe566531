import t from 'tap';
import { startAdminApi } from '../support/admin-api.ts';

const someId = '0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11';
const notThere = '00000000-0000-4000-8000-000000000000';

void t.test('400, code 1: an id of the wrong form', async (t) => {
  const { ask } = await startAdminApi(t);
  const { status, body } = await ask('PUT', '/ca_certificates/x', {});
  t.match(
    [status, body.code, body.name, body.message],
    [400, 1, 'invalid primary key', `invalid primary key: '{id="x"}'`],
  );
});

void t.test('400, code 2: what the schema forbids, with fields in the shape of the body', async (t) => {
  const { ask } = await startAdminApi(t);
  const missing = await ask('POST', '/services', { name: 'a' });
  t.equal(missing.status, 400);
  t.same(missing.body, {
    code: 2,
    name: 'schema violation',
    message: 'schema violation (host: required field missing)',
    fields: { host: 'required field missing' },
  });
  const two = await ask('POST', '/services', { retires: 1 });
  t.match(two.body, { code: 2, fields: { host: 'required field missing', retires: 'unknown field' } });
  t.equal(two.body.message, '2 schema violations (host: required field missing; retires: unknown field)');
  const list = (await ask('POST', '/routes', { protocols: ['http', 'gopher'], paths: ['/'] })).body;
  t.match(list, { code: 2, fields: { protocols: [null, /^expected one of: /] } });
  const nested = (await ask('POST', '/plugins', { name: 'openid-connect', config: { isuer: 'x' } })).body;
  t.match(nested, { code: 2, fields: { config: { isuer: 'unknown field' } } });
  t.match((await ask('POST', '/plugins', { name: 'nothing-like-it' })).body, { code: 2, fields: { name: /./ } });
  t.match((await ask('POST', '/plugins', {})).body, { code: 2, fields: { name: 'required field missing' } });
  const whole = (await ask('POST', '/routes', { protocols: ['http'] })).body;
  t.match(whole, { code: 2, fields: { '@entity': [/methods, hosts/] } });
  t.match((await ask('POST', '/services', { host: 'a', 'config.a': 1 })).body, {
    fields: { 'config.a': 'unknown field' },
  });
  t.same((await ask('GET', '/services')).rows, [], 'nothing was made');
});

void t.test('400, code 3: the id of something that exists', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('PUT', `/services/${someId}`, { host: 'a.test' });
  const { status, body } = await ask('POST', '/services', { id: someId, host: 'b.test' });
  t.equal(status, 400);
  t.match(body, { code: 3, name: 'primary key violation', message: `primary key violation on key '{id="${someId}"}'` });
});

void t.test('400, code 4: references to what is not there, and what others refer to', async (t) => {
  const { ask } = await startAdminApi(t);
  const { status, body } = await ask('POST', '/routes', { paths: ['/'], service: { id: notThere } });
  t.equal(status, 400);
  t.equal(body.code, 4);
  t.match(body, { message: `the foreign key '{id="${notThere}"}' does not reference an existing 'services' entity.` });
  await ask('PUT', '/services/a', { host: 'a.test' });
  await ask('POST', '/services/a/routes', { paths: ['/'] });
  const kept = await ask('DELETE', '/services/a');
  t.equal(kept.status, 400);
  t.match(kept.body, {
    code: 4,
    name: 'foreign key violation',
    message: "an existing 'routes' entity references this 'services' entity",
    fields: { '@referenced_by': 'routes' },
  });
});

void t.test('409, code 5: what must be unique', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('PUT', '/services/a', { host: 'a.test' });
  const { status, body } = await ask('POST', '/services', { name: 'a', host: 'b.test' });
  t.equal(status, 409);
  t.match(body, {
    code: 5,
    name: 'unique constraint violation',
    message: `UNIQUE violation detected on '{name="a"}'`,
    fields: { name: 'a' },
  });
  await ask('POST', '/consumers', { username: 'bob', custom_id: '1' });
  t.match(await ask('POST', '/consumers', { username: 'bob' }), { status: 409 });
  t.match(await ask('POST', '/consumers', { username: 'ann', custom_id: '1' }), { status: 409, body: { code: 5 } });
  await ask('POST', '/consumers/bob/key-auth', { key: 'very-secret' });
  const secret = await ask('POST', '/consumers/bob/key-auth', { key: 'very-secret' });
  t.equal(secret.status, 409);
  t.notMatch(secret.text, 'very-secret', 'a secret is not repeated');
});

void t.test('400, code 13: a reference by a name that nobody has', async (t) => {
  const { ask } = await startAdminApi(t);
  const { status, body } = await ask('POST', '/routes', { paths: ['/'], service: { name: 'x' } });
  t.equal(status, 400);
  t.match(body, { code: 13, name: 'foreign keys unresolved', fields: { service: /./ } });
  t.equal(
    body.message,
    `foreign key unresolved (service.name: the foreign key cannot be resolved with '{name="x"}' for an existing 'services' entity)`,
  );
});

void t.test('404: neither the entity nor its parent; a problem of an update leaves the entity as it was', async (t) => {
  const { ask } = await startAdminApi(t);
  const none = { status: 404, body: { message: 'Not found' } };
  t.match(await ask('GET', '/services/x'), none);
  t.match(await ask('GET', `/services/${notThere}`), none);
  t.match(await ask('GET', '/ca_certificates/x'), none, 'a name of what has none');
  t.match(await ask('POST', '/services/x/routes', { paths: ['/'] }), none);
  t.match(await ask('PATCH', '/plugins/x', { enabled: false }), none);
  t.match(await ask('PATCH', '/plugins/x', 'config.issuer=https://a.test'), none);
  const { body } = await ask('PUT', '/services/a', { host: 'a.test' });
  t.equal((await ask('PATCH', '/services/a', { retries: -1, host: 'b.test' })).status, 400);
  t.same((await ask('GET', '/services/a')).body, body);
});

void t.test('a write that cannot be compiled is refused as one of the client, and nothing changes', async (t) => {
  const { ask, proxyUrl, url } = await startAdminApi(t);
  await ask('PUT', '/services/self', { url });
  await ask('PUT', '/services/self/routes/r', { paths: ['/up'] });
  const { status, body } = await ask('PATCH', '/routes/r', { paths: ['~/(['] });
  t.match([status, body.code, body.name], [400, 2, 'schema violation'], JSON.stringify(body.message));
  t.equal((await fetch(`${proxyUrl}/up`)).status, 200);
});
