import t, { type Test } from 'tap';
import type { Upstream as UpstreamEntity } from '../../../src/entities/upstream.ts';
import { entities, healthchecks, type HealthChecks, route, service, target, upstream } from '../../support/entities.ts';
import { type RunningGateway, startGateway } from '../../support/gateway.ts';
import { send } from '../../support/http.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

interface Setup {
  readonly gw: RunningGateway;
  readonly targets: readonly Upstream[];
}

/** A gateway in front of `count` real targets. */
async function setUp(
  t: Test,
  count: number,
  checks: HealthChecks,
  fields: Partial<UpstreamEntity> = {},
): Promise<Setup> {
  const targets = await Promise.all(Array.from({ length: count }, () => startUpstream()));
  const pool = upstream('pool.test', { healthchecks: healthchecks(checks), ...fields });
  const owner = service('http://pool.test');
  const gw = await startGateway(
    entities({
      services: [owner],
      routes: [route(owner)],
      upstreams: [pool],
      targets: targets.map(({ port }) => target(pool, `127.0.0.1:${port}`)),
    }),
  );
  t.teardown(async () => {
    await gw.close();
    await Promise.all(targets.map((server) => server.close()));
  });
  return { gw, targets };
}

/** Waits until the log has a line with this message, and returns it. */
async function logged(gw: RunningGateway, message: string): Promise<Record<string, unknown>> {
  for (;;) {
    const line = gw.log.lines().find(({ msg }) => msg === message);
    if (line !== undefined) return line;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Sends GET requests without a pause until told to stop; keeps their statuses. */
class Load {
  readonly statuses: number[] = [];
  readonly #loops: readonly Promise<void>[];
  #isOver = false;

  constructor(url: string, concurrency: number) {
    this.#loops = Array.from({ length: concurrency }, () => this.#loop(url));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #loop(url: string): Promise<void> {
    while (!this.#isOver) this.statuses.push((await send(url)).status);
  }
}

void t.test(
  'one of three targets dies under load: no request fails, and it gets traffic again when it is back',
  async (t) => {
    const { gw, targets } = await setUp(t, 3, {
      passive: { unhealthy: { tcp_failures: 2 } },
      active: { http_path: '/status/200', unhealthy: { interval: 0.1 }, healthy: { successes: 2 } },
    });
    const [, victim] = targets;
    const load = new Load(`${gw.url}/anything`, 16);
    await load.until(() => load.statuses.length >= 300);
    await victim!.close();
    t.match(await logged(gw, 'a target is unhealthy'), {
      upstream: 'pool.test',
      address: `127.0.0.1:${victim!.port}`,
      reason: 'traffic: connection',
    });
    const failedAt = load.statuses.length;
    await load.until(() => load.statuses.length >= failedAt + 300);
    const revived = await startUpstream({ port: victim!.port });
    t.teardown(() => revived.close());
    await logged(gw, 'a target is healthy');
    await load.until(() => revived.requests.filter(({ url }) => url === '/anything').length >= 50);
    await load.stop();
    t.same([...new Set(load.statuses)], [200], `${load.statuses.length} requests`);
    t.equal(gw.log.lines().filter(({ msg }) => msg === 'a target is unhealthy').length, 1, 'told once');
  },
);

void t.test('a target that answers with errors is taken out after its limit', async (t) => {
  const { gw, targets } = await setUp(t, 2, { passive: { unhealthy: { http_failures: 3, http_statuses: [503] } } });
  for (let request = 0; request < 6; request++) t.equal((await send(`${gw.url}/status/503`)).status, 503);
  t.match(await send(`${gw.url}/anything`), { status: 503, text: /failure to get a peer from the ring-balancer/ });
  t.same(
    targets.map(({ requests }) => requests.length),
    [3, 3],
  );
});

void t.test('good answers in between keep a target in', async (t) => {
  const { gw, targets } = await setUp(t, 1, {
    passive: { unhealthy: { http_failures: 2, http_statuses: [503] }, healthy: { successes: 1 } },
  });
  for (const path of ['/status/503', '/anything', '/status/503', '/anything', '/status/503']) await send(gw.url + path);
  t.equal((await send(`${gw.url}/anything`)).status, 200);
  t.equal(targets[0]!.requests.length, 6);
});

void t.test('timeouts of the traffic count apart', async (t) => {
  const { gw } = await setUp(t, 1, { passive: { unhealthy: { timeouts: 1 } } });
  const entitySet = gw.gateway.snapshot.entities;
  gw.apply({ ...entitySet, services: entitySet.services.map((one) => ({ ...one, read_timeout: 50, retries: 0 })) });
  t.equal((await send(`${gw.url}/delay/5000`)).status, 504);
  t.match(await logged(gw, 'a target is unhealthy'), { reason: 'traffic: timeout' });
});

void t.test('a reload that adds a target leaves the health of the others as it is', async (t) => {
  const { gw, targets } = await setUp(t, 2, { passive: { unhealthy: { tcp_failures: 1 } } });
  await targets[0]!.close();
  for (let request = 0; request < 2; request++) t.equal((await send(`${gw.url}/anything`)).status, 200);
  const added = await startUpstream();
  t.teardown(() => added.close());
  const before = gw.gateway.snapshot.entities;
  gw.apply({ ...before, targets: [...before.targets, target(before.upstreams[0]!, `127.0.0.1:${added.port}`)] });
  for (let request = 0; request < 10; request++) await send(`${gw.url}/anything`);
  t.equal(added.requests.length, 5);
  t.equal(gw.log.lines().filter(({ msg }) => msg === 'a target is unhealthy').length, 1, 'not found out again');
  t.equal(gw.gateway.upstreamGroup('pool.test')?.availableWeight, 200);
});

void t.test('an upstream with too little healthy weight takes no requests', async (t) => {
  const { gw, targets } = await setUp(t, 2, { threshold: 60, passive: { unhealthy: { tcp_failures: 1 } } });
  t.equal((await send(`${gw.url}/anything`)).status, 200);
  await targets[0]!.close();
  await send(`${gw.url}/anything`);
  await send(`${gw.url}/anything`);
  t.match(await send(`${gw.url}/anything`), { status: 503, text: /failure to get a peer from the ring-balancer/ });
  t.match(await logged(gw, 'an upstream can take no requests'), { weight: { total: 200, available: 100 } });
});

void t.test('a retry goes to another target even without health checks', async (t) => {
  const { gw, targets } = await setUp(t, 2, {});
  await targets[0]!.close();
  const statuses = [];
  for (let request = 0; request < 10; request++) statuses.push((await send(`${gw.url}/anything`)).status);
  t.same(statuses, Array<number>(10).fill(200));
});

void t.test('least-connections counts a request until its response is over', async (t) => {
  const { gw, targets } = await setUp(t, 2, {}, { algorithm: 'least-connections' });
  const slow = await fetch(`${gw.url}/drip/1000?ms=200`);
  const busy = targets.find(({ requests }) => requests.length === 1)!;
  for (let request = 0; request < 6; request++) await send(`${gw.url}/anything`);
  t.equal(busy.requests.length, 1);
  const members = gw.gateway.upstreamGroup('pool.test')!.members;
  await slow.body?.cancel();
  while (members.some(({ endpoint }) => endpoint.inFlight > 0)) await new Promise((resolve) => setImmediate(resolve));
  for (let request = 0; request < 6; request++) await send(`${gw.url}/anything`);
  t.equal(busy.requests.length, 4);
});

void t.test('a caller without the hash cookie gets one, and stays with its target', async (t) => {
  const { gw, targets } = await setUp(
    t,
    3,
    {},
    { hash_on: 'cookie', hash_on_cookie: 'stay', hash_on_cookie_path: '/a' },
  );
  const first = await send(`${gw.url}/anything`);
  const cookie = String(first.headers['set-cookie']);
  t.match(cookie, /^stay=[0-9a-f-]{36}; Path=\/a; SameSite=Lax; HttpOnly$/);
  const headers = { cookie: cookie.split(';')[0]! };
  for (let request = 0; request < 9; request++)
    t.notOk('set-cookie' in (await send(`${gw.url}/anything`, { headers })).headers);
  t.same(
    targets.map(({ requests }) => requests.length).sort((a, b) => a - b),
    [0, 0, 10],
  );
});

void t.test('targets get their own Host, or that of the upstream', async (t) => {
  const own = await setUp(t, 1, {});
  t.match((await send(`${own.gw.url}/headers`)).json(), { headers: { Host: `127.0.0.1:${own.targets[0]!.port}` } });
  const stated = await setUp(t, 1, {}, { host_header: 'shop.test' });
  t.match((await send(`${stated.gw.url}/headers`)).json(), {
    headers: { Host: `shop.test:${stated.targets[0]!.port}` },
  });
});
