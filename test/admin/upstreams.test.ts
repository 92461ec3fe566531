import t, { type Test } from 'tap';
import { AdminServer } from '../../src/admin/server.ts';
import { ConfigManager } from '../../src/runtime/config-manager.ts';
import { EntityWriter } from '../../src/runtime/entity-writer.ts';
import { entities, healthchecks, route, service, target, upstream } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type Answer, send } from '../support/http.ts';
import { startDnsServer } from '../support/dns-server.ts';
import { startUpstream } from '../support/upstream.ts';
import { defaultSettings } from '../../src/runtime/settings.ts';

const passive = { unhealthy: { tcp_failures: 1 } };
const pool = upstream('pool.test', { healthchecks: healthchecks({ passive }) });
const plain = upstream('plain.test');
const owner = service('http://pool.test', { retries: 0 });

interface Setup {
  readonly gw: RunningGateway;
  readonly port: number;
  readonly ask: (path: string, method?: string) => Promise<Answer>;
}

/** Two upstreams, one of them watched, behind a gateway with an Admin API. */
async function setUp(t: Test): Promise<Setup> {
  const server = await startUpstream();
  const dns = await startDnsServer();
  const gw = await startGateway(
    entities({
      services: [owner],
      routes: [route(owner)],
      upstreams: [pool, plain],
      targets: [
        target(pool, `127.0.0.1:${server.port}`, { id: 'aaaaaaaa-0000-4000-8000-000000000001', weight: 60 }),
        target(pool, 'nowhere.test:80', { id: 'aaaaaaaa-0000-4000-8000-000000000002' }),
        target(pool, '127.0.0.1:9', { id: 'aaaaaaaa-0000-4000-8000-000000000003', weight: 0 }),
        target(plain, '127.0.0.1:9'),
      ],
    }),
    { settings: { dns: { ...defaultSettings.dns, resolvers: [dns.address] } } },
  );
  const { gateway, log } = gw;
  const config = new ConfigManager(gateway, [], { log: log.log, env: {} });
  const writer = new EntityWriter({ gateway, config, mode: 'off', log: log.log });
  const admin = await AdminServer.listen(
    { host: '127.0.0.1', port: 0 },
    { gateway, config, writer, log: log.log, access: { token: null, allowedHosts: [] }, settings: {} },
  );
  t.teardown(async () => {
    await admin.close();
    await gw.close();
    await dns.close();
    await server.close();
  });
  const ask = (path: string, method = 'GET'): Promise<Answer> => send(admin.address.url + path, { method });
  return { gw, port: server.port, ask };
}

void t.test('the health of targets and their addresses is told in the shape that Kong has', async (t) => {
  const { gw, port, ask } = await setUp(t);
  await send(`${gw.url}/anything`);
  const answer = await ask('/upstreams/pool.test/health');
  t.equal(answer.status, 200);
  const { data, node_id } = answer.json() as { data: Record<string, unknown>[]; node_id: string };
  t.equal(node_id, (await ask('/')).json().node_id);
  t.match(data, [
    {
      target: `127.0.0.1:${port}`,
      weight: 60,
      upstream: { id: pool.id },
      health: 'HEALTHY',
      data: {
        host: '127.0.0.1',
        port,
        dns: 'A',
        nodeWeight: 60,
        weight: { total: 60, available: 60, unavailable: 0 },
        addresses: [{ ip: '127.0.0.1', port, weight: 60, health: 'HEALTHY' }],
      },
    },
    { target: 'nowhere.test:80', health: 'DNS_ERROR', data: { addresses: [], dns: /nowhere\.test/ } },
    { weight: 0, health: 'HEALTHCHECKS_OFF' },
  ]);
  t.match((await ask(`/upstreams/${plain.id}/health`)).json(), { data: [{ health: 'HEALTHCHECKS_OFF' }], next: null });
});

void t.test('the health of the upstream as a whole is told too', async (t) => {
  const { ask } = await setUp(t);
  t.match((await ask('/upstreams/pool.test/health?balancer_health=1')).json(), {
    data: {
      id: pool.id,
      health: 'HEALTHY',
      balancer_health: 'HEALTHY',
      details: { healthy: true, weight: { total: 60 }, hosts: [{ addresses: [{ healthy: true }] }] },
    },
  });
  t.match((await ask('/upstreams/plain.test/health?balancer_health=1')).json(), {
    data: { health: 'HEALTHCHECKS_OFF', balancer_health: 'HEALTHY' },
  });
});

void t.test('a target is taken out and put back by hand', async (t) => {
  const { gw, port, ask } = await setUp(t);
  const path = `/upstreams/pool.test/targets/${encodeURIComponent(`127.0.0.1:${port}`)}`;
  t.equal((await send(`${gw.url}/anything`)).status, 200);
  t.equal((await ask(`${path}/unhealthy`, 'PUT')).status, 204);
  t.equal((await send(`${gw.url}/anything`)).status, 503);
  t.match((await ask('/upstreams/pool.test/health')).json(), {
    data: [{ health: 'UNHEALTHY', data: { weight: { available: 0 }, addresses: [{ health: 'UNHEALTHY' }] } }],
  });
  t.equal((await ask(`${path}/127.0.0.1:${port}/healthy`, 'PUT')).status, 204);
  t.equal((await send(`${gw.url}/anything`)).status, 200);
});

void t.test('what cannot be set is refused', async (t) => {
  const { ask } = await setUp(t);
  t.equal((await ask('/upstreams/none/health')).status, 404);
  t.equal((await ask('/upstreams/pool.test/targets/10.0.0.1:80/healthy', 'PUT')).status, 404);
  t.match(await ask('/upstreams/plain.test/targets/127.0.0.1:9/healthy', 'PUT'), {
    status: 400,
    text: /no healthchecker found for plain\.test/,
  });
  t.equal((await ask('/upstreams/pool.test/targets/127.0.0.1:9/healthy')).status, 405);
});

void t.test('all targets are listed, those without weight included', async (t) => {
  const { ask } = await setUp(t);
  const { data } = (await ask('/upstreams/pool.test/targets/all')).json() as { data: { weight: number }[] };
  t.same(
    data.map(({ weight }) => weight),
    [60, 100, 0],
  );
});
