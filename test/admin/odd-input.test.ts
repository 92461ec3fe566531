import t from 'tap';
import { startAdminApi } from '../support/admin-api.ts';
import { send } from '../support/http.ts';

function nested(levels: number, open: string, close: string): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

t.test('a config that nests ever deeper is refused, and the gateway lives on', async (t) => {
  const { gateway, url, ask } = await startAdminApi(t);
  const { hash } = gateway.snapshot;
  const post = async (type: string, body: string): Promise<number> =>
    (await send(`${url}/config?flatten_errors=1`, { method: 'POST', headers: { 'content-type': type }, body })).status;
  for (const levels of [250, 3_000, 10_000, 100_000]) {
    const json = nested(levels, '{"a":', '}');
    for (const type of ['application/json', 'text/yaml']) t.equal(await post(type, json), 400, `${levels} as ${type}`);
    t.equal(await post('application/json', `{"config":${json}}`), 400, `${levels} in "config"`);
    t.equal(await post('application/json', nested(levels, '[', ']')), 400, `${levels} lists`);
    t.equal(await post('text/yaml', `a: ${nested(levels, '[', ']')}`), 400, `${levels} lists as YAML`);
    t.equal(await post('text/yaml', nested(levels, '- ', '')), 400, `${levels} lists of blocks`);
  }
  const stairs = Array.from({ length: 2_000 }, (_, level) => `${' '.repeat(level)}a:\n`).join('');
  t.equal(await post('text/yaml', stairs), 400, 'maps of blocks');
  t.equal(gateway.snapshot.hash, hash);
  t.equal((await ask('GET', '/status')).status, 200);
});

t.test('names of arguments without end, objects of too many keys and halves of characters are refused', async (t) => {
  const { ask } = await startAdminApi(t);
  t.match(await ask('POST', '/services', `a${'['.repeat(60_000)}=1`), { status: 400, body: { message: /characters/ } });
  t.match(await ask('POST', '/services', `a${'%255B'.repeat(60_000)}=1`), { status: 400 });
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`x${index}`, 1]));
  t.match(await ask('POST', '/services', { name: 'w', host: 'h', ...wide }), {
    status: 400,
    body: { message: /keys/ },
  });
  t.match(await ask('POST', '/services', { name: '\ud800', host: 'h' }), { status: 400 });
  t.match(await ask('POST', '/services', { name: 'n', host: 'h', tags: ['\udc00'] }), { status: 400 });
  t.match(await ask('POST', '/services', { name: 'whole-😀', host: 'h' }), { status: 201, body: { name: 'whole-😀' } });
});

t.test('a key that is the name of its credential is in no log', async (t) => {
  const { ask, log } = await startAdminApi(t);
  await ask('POST', '/consumers', { username: 'u' });
  t.equal((await ask('PUT', '/consumers/u/key-auth/hush-1', {})).status, 200);
  t.equal((await ask('PATCH', '/consumers/u/key-auth/hush-1', { tags: ['a'] })).status, 200);
  t.equal((await ask('PUT', '/key%2Dauths/hush-2', { consumer: { username: 'u' } })).status, 200);
  t.equal((await ask('DELETE', '/default/consumers/u/key-auth/hush-1')).status, 204);
  t.equal((await ask('PATCH', '/consumers/u', { tags: ['b'] })).status, 200);
  const text = log.text();
  t.match(text, '/consumers/u/key-auth/[redacted]');
  t.match(text, '"/consumers/u"');
  t.notMatch(text, 'hush');
});

t.test('targets without a port are at port 8000', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('POST', '/upstreams', { name: 'u' });
  const expected = [
    ['127.0.0.12', '127.0.0.12', 8000],
    ['127.0.0.1:9', '127.0.0.1', 9],
    ['::1', '::1', 8000],
    ['[::2]', '::2', 8000],
    ['[::3]:80', '::3', 80],
    ['localhost', 'localhost', 8000],
  ] as const;
  for (const [target] of expected) t.equal((await ask('POST', '/upstreams/u/targets', { target })).status, 201);
  const { rows } = await ask('GET', '/upstreams/u/health');
  const shown = new Map(rows.map((row) => [row.target, row.data as unknown]));
  for (const [target, host, port] of expected) {
    t.match(shown.get(target), { dns: /./ }, target);
    t.match(JSON.stringify(shown.get(target)), `"port":${port}`, `${target} is at ${host}`);
  }
});

t.test('ids are in lower case, however a config writes them', async (t) => {
  const id = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000001`;
  const services = ['A', 'B'].map((digit) => ({ id: id(digit), name: digit, host: 'h' }));
  const config = JSON.stringify({ _format_version: '3.0', services });
  const { ask } = await startAdminApi(t, { config });
  const first = await ask('GET', '/services?size=1');
  t.same(first.ids, [id('a')]);
  t.same((await ask('GET', first.next ?? '')).ids, [id('b')]);
  t.match(await ask('PUT', `/services/${id('B')}`, { id: id('B'), name: 'b', host: 'h2' }), {
    status: 200,
    body: { id: id('b'), host: 'h2' },
  });
  t.match(await ask('PATCH', `/services/${id('a')}`, { host: 'h3' }), { status: 200, body: { id: id('a') } });
});

t.test('a service needs a host, also where "url" is there and unset', async (t) => {
  const { ask } = await startAdminApi(t);
  t.match(await ask('POST', '/services', 'name=s&url='), { status: 400 });
  const refused = { status: 400, body: { fields: { host: 'required field missing' } } };
  t.match(await ask('POST', '/services', { name: 's', url: null }), refused);
  t.match(await ask('POST', '/services', { name: 's', url: null, host: 'h' }), { status: 201, body: { host: 'h' } });
});

t.test('of an old and a new name of a field the one counts that was patched last', async (t) => {
  const { ask, gateway } = await startAdminApi(t);
  const { id } = await ask('POST', '/plugins', {
    name: 'rate-limiting',
    config: { minute: 5, policy: 'redis', redis_host: 'old-1', redis_port: 1111 },
  });
  t.match((await ask('GET', `/plugins/${id}`)).body, { config: { redis: { host: 'old-1' }, redis_host: 'old-1' } });
  const hosts = async (config: object): Promise<readonly unknown[]> => {
    const { status, text } = await ask('PATCH', `/plugins/${id}`, { config });
    t.equal(status, 200, text);
    const [plugin] = gateway.snapshot.entities.plugins as unknown as readonly [
      { config: { redis: { host: string; port: number } } },
    ];
    return [plugin.config.redis.host, plugin.config.redis.port];
  };
  t.same(await hosts({ minute: 6 }), ['old-1', 1111]);
  t.same(await hosts({ redis: { host: 'new-1' } }), ['new-1', 1111]);
  t.same(await hosts({ redis_host: 'old-2' }), ['old-2', 1111]);
  t.same(await hosts({ redis: { host: 'new-2', port: 2222 }, redis_host: null }), ['new-2', 2222]);
  t.same(await hosts({ redis: { timeout: 1 } }), ['new-2', 2222]);
});
