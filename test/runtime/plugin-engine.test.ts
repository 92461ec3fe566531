import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { consumer, entities, plugin, route, service } from '../support/entities.ts';
import { startGateway } from '../support/gateway.ts';
import { send } from '../support/http.ts';
import { probe, type Trail } from '../support/probe-plugin.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

let upstream: Upstream;
t.before(async () => {
  upstream = await startUpstream();
});
t.after(() => upstream.close());

void t.test('plugins run by priority, equal ones by descending name, through every phase', async (t) => {
  const trail: Trail = [];
  const owner = service(upstream.url);
  const gw = await startGateway(
    entities({
      services: [owner],
      routes: [route(owner, { strip_path: false })],
      plugins: [plugin('low'), plugin('aaa'), plugin('zzz'), plugin('off', { enabled: false })],
    }),
    { plugins: [probe('low', 1, trail), probe('aaa', 9, trail), probe('zzz', 9, trail), probe('off', 99, trail)] },
  );
  await send(`${gw.url}/anything`);
  await gw.close();
  const phases = ['rewrite', 'access', 'header_filter', 'log', 'close'];
  const expected = phases.flatMap((phase) => ['zzz', 'aaa', 'low'].map((name) => `${name}/-:${phase}`));
  t.strictSame(
    trail.filter((step) => !step.endsWith('close')),
    expected.filter((step) => !step.endsWith('close')),
  );
  t.equal(trail.filter((step) => step.endsWith('close')).length, 3, 'each instance is closed once');
});

void t.test('a request without a route runs the global downstream phases only', async (t) => {
  const trail: Trail = [];
  const gw = await startGateway(entities({ plugins: [plugin('p')] }), { plugins: [probe('p', 1, trail)] });
  const answer = await send(`${gw.url}/nowhere`);
  await gw.close();
  t.equal(answer.status, 404);
  t.equal(answer.headers['x-p'], '-');
  t.strictSame(trail, ['p/-:rewrite', 'p/-:header_filter', 'p/-:log', 'p/-:close']);
});

void t.test('the most specific config wins, and nothing is merged', async (t) => {
  const trail: Trail = [];
  const owner = service(upstream.url);
  const a = route(owner, { paths: ['/anything/a'], strip_path: false });
  const b = route(owner, { paths: ['/anything/b'], strip_path: false });
  const other = service(upstream.url);
  const c = route(other, { paths: ['/anything/c'], strip_path: false });
  const tagged = (tag: string): { config: { tag: string } } => ({ config: { tag } });
  const gw = await startGateway(
    entities({
      services: [owner, other],
      routes: [a, b, c],
      plugins: [
        plugin('p', tagged('global')),
        plugin('p', { ...tagged('service'), service: { id: owner.id } }),
        plugin('p', { ...tagged('route'), route: { id: a.id } }),
        plugin('p', { ...tagged('off'), route: { id: b.id }, enabled: false }),
      ],
    }),
    { plugins: [probe('p', 1, trail)] },
  );
  t.teardown(() => gw.close());
  t.equal((await send(`${gw.url}/anything/a`)).headers['x-p'], 'route');
  t.equal(
    (await send(`${gw.url}/anything/b`)).headers['x-p'],
    'service',
    'a disabled config does not shadow a wider one',
  );
  t.equal((await send(`${gw.url}/anything/c`)).headers['x-p'], 'global');
});

void t.test('a consumer bound by one plugin decides the config of the later ones', async (t) => {
  const trail: Trail = [];
  const bob = consumer('bob');
  const owner = service(upstream.url);
  const forBob = route(owner, { paths: ['/anything/bob'], strip_path: false });
  const config = entities({
    services: [owner],
    consumers: [bob],
    routes: [forBob, route(owner, { paths: ['/anything/other'], strip_path: false })],
    plugins: [
      plugin('auth', { route: { id: forBob.id }, config: { consumer: 'bob', isAsync: true } }),
      plugin('limit', { config: { tag: 'all' } }),
      plugin('limit', { config: { tag: 'bob' }, consumer: { id: bob.id } }),
      plugin('early', { config: { tag: 'bob' }, consumer: { id: bob.id } }),
    ],
  });
  const gw = await startGateway(config, {
    plugins: [probe('auth', 10, trail), probe('limit', 5, trail), probe('early', 20, trail)],
  });
  t.teardown(() => gw.close());
  const asBob = await send(`${gw.url}/anything/bob`);
  t.equal(asBob.headers['x-limit'], 'bob');
  t.equal(asBob.headers['x-early'], undefined, 'a plugin that ran before the consumer was known is not run for it');
  t.equal((await send(`${gw.url}/anything/other`)).headers['x-limit'], 'all');
});

void t.test('after exit() later access handlers are skipped, and all downstream phases run', async (t) => {
  const trail: Trail = [];
  const owner = service(upstream.url);
  const before = upstream.requests.length;
  const gw = await startGateway(
    entities({
      services: [owner],
      routes: [route(owner)],
      plugins: [plugin('first', { config: { exit: 418 } }), plugin('second')],
    }),
    { plugins: [probe('first', 2, trail), probe('second', 1, trail)] },
  );
  const answer = await send(`${gw.url}/anything`);
  await gw.close();
  t.equal(answer.status, 418);
  t.equal(answer.text, '{"message":"first"}');
  t.equal(answer.headers['x-second'], '-');
  t.notOk(trail.includes('second/-:access'));
  t.ok(trail.includes('second/-:log'));
  t.equal(upstream.requests.length, before, 'the upstream saw nothing');
});

for (const isAsync of [false, true]) {
  void t.test(`a plugin that throws ${isAsync ? 'later' : 'at once'} is a 500 that says nothing`, async (t) => {
    const trail: Trail = [];
    const owner = service(upstream.url);
    const gw = await startGateway(
      entities({
        services: [owner],
        routes: [route(owner)],
        plugins: [plugin('bad', { config: { throws: true, isAsync } })],
      }),
      { plugins: [probe('bad', 1, trail)] },
    );
    t.teardown(() => gw.close());
    const answer = await send(`${gw.url}/anything`);
    t.equal(answer.status, 500);
    t.match(answer.json(), { message: 'An unexpected error occurred' });
    t.notMatch(answer.text, /on purpose/);
    t.match(gw.log.text(), /thrown on purpose/, 'the log has the cause');
  });
}

void t.test('body filters see upstream answers and the gateway own ones', async (t) => {
  const trail: Trail = [];
  const owner = service(upstream.url);
  const gw = await startGateway(
    entities({
      services: [owner],
      routes: [route(owner, { paths: ['/bytes'], strip_path: false })],
      plugins: [plugin('p', { config: { suffix: '!end' } })],
    }),
    { plugins: [probe('p', 1, trail)] },
  );
  t.teardown(() => gw.close());
  const proxied = await send(`${gw.url}/bytes/3`);
  t.equal(proxied.text.length, 7);
  t.match(proxied.text, /!end$/);
  t.equal(proxied.headers['content-length'], undefined, 'the length cannot be known beforehand');
  t.match((await send(`${gw.url}/nowhere`)).text, /!end$/);
});

void t.test('a reload lets requests under way end with the config they began with', async (t) => {
  const trail: Trail = [];
  const waiting = new EventEmitter();
  const slow = createServer((_request, response) => waiting.emit('request', response)).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const owner = service(url);
  const withTag = (tag: string): ReturnType<typeof entities> =>
    entities({ services: [owner], routes: [route(owner)], plugins: [plugin('p', { config: { tag } })] });
  const gw = await startGateway(withTag('old'), { plugins: [probe('p', 1, trail)] });
  t.teardown(async () => {
    slow.close();
    slow.closeAllConnections();
    await gw.close();
  });
  const arrived = once(waiting, 'request');
  const answer = send(`${gw.url}/x`);
  const [response] = (await arrived) as [ServerResponse];
  gw.apply(withTag('new'));
  t.notOk(trail.includes('p/old:close'), 'the old instance is still in use');
  const next = once(waiting, 'request');
  const second = send(`${gw.url}/x`);
  const [secondResponse] = (await next) as [ServerResponse];
  response.end('done');
  secondResponse.end('done');
  t.equal((await answer).headers['x-p'], 'old');
  t.equal((await second).headers['x-p'], 'new');
  t.ok(trail.includes('p/old:close'), 'and closed when its last request is over');
});

void t.test('the same hash changes nothing; a config that cannot be built changes nothing either', async (t) => {
  const trail: Trail = [];
  const broken = {
    ...probe('broken', 1, trail),
    create: () => {
      throw new Error('cannot be built');
    },
  };
  const owner = service(upstream.url);
  const good = entities({ services: [owner], routes: [route(owner, { strip_path: false })] });
  const gw = await startGateway(good, { plugins: [broken] });
  t.teardown(() => gw.close());
  t.equal(gw.gateway.apply(good, gw.gateway.snapshot.hash), 'unchanged');
  t.throws(() => gw.apply({ ...good, plugins: [plugin('broken')] }), /cannot be built/);
  t.equal((await send(`${gw.url}/anything`)).status, 200);
});

t.end();
