import t from 'tap';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { startAdminApi } from '../support/admin-api.ts';

const someId = '0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11';
const limits = { limit: [10], window_size: [60], sync_rate: -1, namespace: 'n', strategy: 'redis' };

void t.test('a partial is filled in, changed and found by its name', async (t) => {
  const { ask } = await startAdminApi(t);
  const made = await ask('POST', '/partials', { name: 'cache', type: 'redis-ce', config: { host: 'redis.test' } });
  t.equal(made.status, 201, made.text);
  t.match(made.body, { name: 'cache', type: 'redis-ce', tags: null, config: { host: 'redis.test', port: 6379 } });
  t.same((await ask('GET', '/partials/cache')).body, made.body);
  t.same((await ask('GET', '/partials')).rows, [made.body]);
  const changed = await ask('PATCH', '/partials/cache', 'config.port=6380&config.username=');
  t.match(changed.body, { config: { host: 'redis.test', port: 6380, username: null } }, 'a form is read by its type');
  const put = await ask('PUT', `/partials/${made.id}`, { name: 'cache', type: 'redis-ce' });
  t.match(put.body, { config: { host: null, port: 6379 } });
  t.equal((await ask('DELETE', '/partials/cache')).status, 204);
  t.equal((await ask('GET', '/partials/cache')).status, 404);
});

void t.test('a partial shows exactly the fields of its schema', async (t) => {
  const { ask } = await startAdminApi(t);
  for (const type of ['redis-ce', 'redis-ee']) {
    const { body } = await ask('POST', '/partials', { name: type, type });
    const schema = await ask('GET', `/schemas/partials/${type}`);
    t.same(Object.keys(recordOf(body.config)).sort(), configFields(schema.body).sort(), type);
  }
  t.match(await ask('GET', '/schemas/partials/none'), { status: 404, body: { message: "No partial of type 'none'" } });
});

void t.test('a mistake in a partial is told', async (t) => {
  const { ask } = await startAdminApi(t);
  t.match(await ask('POST', '/partials', { name: 'a' }), {
    status: 400,
    body: { message: 'schema violation (type: required field missing)' },
  });
  t.match(await ask('POST', '/partials', { type: 'redis-ce', config: { port: 'x' } }), {
    status: 400,
    body: { code: 2, fields: { config: { port: 'expected an integer' } } },
  });
  t.match(await ask('POST', '/schemas/partials/validate', { type: 'redis-ce', config: { prot: 1 } }), {
    status: 400,
    body: { fields: { config: { prot: 'unknown field' } } },
  });
  t.equal((await ask('POST', '/schemas/partials/validate', { type: 'redis-ce' })).status, 200);
});

void t.test(
  'a plugin is linked to a partial by id or name, and shows no part of the config that it brings',
  async (t) => {
    const { ask } = await startAdminApi(t);
    const { id } = await ask('POST', '/partials', { name: 'cache', type: 'redis-ee' });
    const link = { id, name: 'cache', path: 'config.redis' };
    for (const given of [{ id }, { name: 'cache' }, link, { id, path: 'config.redis' }]) {
      const { status, body, text } = await ask('PUT', `/plugins/${someId}`, {
        ...{ name: 'rate-limiting-advanced', config: limits, partials: [given] },
      });
      t.equal(status, 200, text);
      t.same(body.partials, [link]);
      t.notOk(Object.hasOwn(recordOf(body.config), 'redis'));
    }
    t.same((await ask('GET', `/plugins/${someId}`)).body.partials, [link]);
    t.same((await ask('GET', '/partials/cache/links')).rows, [{ id: someId, name: 'rate-limiting-advanced' }]);
    t.equal((await ask('GET', `/partials/${someId}/links`)).status, 404);
    const unlinked = await ask('PATCH', `/plugins/${someId}`, { partials: null });
    t.notOk(Object.hasOwn(unlinked.body, 'partials'));
    t.ok(Object.hasOwn(recordOf(unlinked.body.config), 'redis'));
    t.same((await ask('GET', '/partials/cache/links')).rows, []);
  },
);

void t.test('fields of older versions that say what a partial brings are not shown', async (t) => {
  const { ask } = await startAdminApi(t);
  const { id } = await ask('POST', '/partials', { type: 'redis-ce' });
  const plugin = { name: 'rate-limiting', config: { minute: 5 } };
  const alone = await ask('POST', '/plugins', plugin);
  t.ok(Object.hasOwn(recordOf(alone.body.config), 'redis_host'));
  const linked = await ask('PUT', `/plugins/${alone.id}`, { ...plugin, partials: [{ id }] });
  t.same(linked.body.partials, [{ id, name: null, path: 'config.redis' }]);
  t.same(
    Object.keys(recordOf(linked.body.config)).filter((key) => key.includes('redis')),
    [],
  );
});

void t.test('a link that leads nowhere, or that the plugin does not take, is refused', async (t) => {
  const { ask } = await startAdminApi(t);
  const { id } = await ask('POST', '/partials', { name: 'cache', type: 'redis-ce' });
  const { id: embeddings } = await ask('POST', '/partials', {
    ...{ name: 'e', type: 'embeddings', config: { model: { provider: 'openai', name: 'm' } } },
  });
  t.not(embeddings, '');
  const refused = async (partials: JsonValue, code: number, message: string): Promise<void> => {
    const { status, body } = await ask('POST', '/plugins', { name: 'rate-limiting', config: { minute: 5 }, partials });
    t.match({ status, ...body }, { status: 400, code, message }, JSON.stringify(partials));
  };
  await refused(
    [{ id: someId }],
    4,
    `the foreign key '{id="${someId}"}' does not reference an existing 'partials' entity.`,
  );
  await refused([{ name: 'x' }], 13, 'foreign key unresolved');
  await refused([{ path: 'config.redis' }], 2, 'schema violation (partials.1.id: missing primary key)');
  await refused([{ id: 'x' }], 2, 'schema violation (partials.1.id: expected a valid UUID)');
  await refused([{ id, path: 'config.other' }], 2, 'schema violation (partials.1.path: expected one of: config.redis)');
  await refused([{ id: embeddings }], 2, "plugin 'rate-limiting' takes no partials of type 'embeddings'");
  await refused('cache', 2, 'schema violation (partials: ');
  t.same((await ask('GET', '/plugins')).rows, []);
});

void t.test('a partial with links stays', async (t) => {
  const { ask } = await startAdminApi(t);
  const { id } = await ask('POST', '/partials', { name: 'cache', type: 'redis-ce' });
  const plugin = await ask('POST', '/plugins', { name: 'rate-limiting', config: { minute: 5 }, partials: [{ id }] });
  t.match(await ask('DELETE', '/partials/cache'), {
    status: 400,
    body: {
      ...{ code: 4, fields: { '@referenced_by': 'plugins' } },
      message: "an existing 'plugins' entity references this 'partials' entity",
    },
  });
  t.equal((await ask('DELETE', `/plugins/${plugin.id}`)).status, 204);
  t.equal((await ask('DELETE', '/partials/cache')).status, 204);
});

void t.test('a plugin tells decK where partials go', async (t) => {
  const { ask } = await startAdminApi(t);
  const { body } = await ask('GET', '/schemas/plugins/rate-limiting');
  t.same(body.supported_partials, { 'redis-ce': ['config.redis'] });
});

void t.test('the order and the condition of a plugin come back as they were sent', async (t) => {
  const { ask } = await startAdminApi(t);
  const own = { ordering: { before: { access: ['key-auth'] } }, condition: "http.method == 'GET'" };
  const { body, text } = await ask('POST', '/plugins', { name: 'request-termination', ...own });
  t.match(body, own, text);
});

void t.test('links of a file are shown as those of the API', async (t) => {
  const config = JSON.stringify({
    _format_version: '3.0',
    partials: [{ name: 'cache', type: 'redis-ce', config: { host: 'redis.test' } }],
    plugins: [{ name: 'rate-limiting', config: { minute: 5 }, partials: [{ name: 'cache' }] }],
  });
  const { ask } = await startAdminApi(t, { config });
  const [partial] = (await ask('GET', '/partials')).rows;
  t.match(partial, { name: 'cache', config: { host: 'redis.test', port: 6379 } });
  const [plugin] = (await ask('GET', '/plugins')).rows;
  t.same(plugin?.partials, [{ id: partial?.id, name: 'cache', path: 'config.redis' }]);
  t.equal((await ask('DELETE', '/partials/cache')).status, 400);
});

void t.test('the log says once that partials have no effect', async (t) => {
  const { ask, log } = await startAdminApi(t);
  await ask('POST', '/partials', { name: 'a', type: 'redis-ce' });
  await ask('POST', '/partials', { name: 'b', type: 'redis-ce' });
  const lines = log.lines().filter(({ level }) => level === 40);
  t.match(lines, [{ msg: /does not run partials/ }]);
  t.equal(lines.length, 1);
});

/** Names of the fields of the config that a schema lists. */
function configFields({ fields }: JsonObject): string[] {
  const config = listOf(fields).find((field) => Object.hasOwn(recordOf(field), 'config'));
  return listOf(recordOf(recordOf(config).config).fields).flatMap((field) => Object.keys(recordOf(field)));
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function recordOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
