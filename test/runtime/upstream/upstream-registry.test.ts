import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import type { EntitySet } from '../../../src/entities/entity-set.ts';
import type { Upstream } from '../../../src/entities/upstream.ts';
import { defaultSettings } from '../../../src/runtime/settings.ts';
import type { Peer } from '../../../src/runtime/upstream/balancer.ts';
import type { RoutedUpstream } from '../../../src/runtime/upstream/service-upstream.ts';
import { UpstreamRegistry } from '../../../src/runtime/upstream/upstream-registry.ts';
import { balancerInput } from '../../support/balancer-input.ts';
import { FakeClock } from '../../support/clock.ts';
import { startDnsServer, type ZoneRecord } from '../../support/dns-server.ts';
import { entities, healthchecks, type HealthChecks, service, target, upstream } from '../../support/entities.ts';
import { captureLog } from '../../support/gateway.ts';

const clock = new FakeClock();
const checks: HealthChecks = { passive: { unhealthy: { tcp_failures: 1 } } };

function openRegistry(dns: Partial<(typeof defaultSettings)['dns']> = {}): UpstreamRegistry {
  const settings = { ...defaultSettings, dns: { ...defaultSettings.dns, ...dns } };
  return new UpstreamRegistry({ settings, clock, log: captureLog().log });
}

/** A config with one service on an upstream with these targets. */
function config(addresses: Readonly<Record<string, number>>, fields: Partial<Upstream> = {}): EntitySet {
  const pool = upstream('pool.test', {
    id: '11111111-1111-4111-8111-111111111111',
    healthchecks: healthchecks(checks),
    ...fields,
  });
  const targets = Object.entries(addresses).map(([address, weight]) => target(pool, address, { weight, id: address }));
  return entities({ services: [service('http://pool.test')], upstreams: [pool], targets });
}

function acquire(registry: UpstreamRegistry, set: EntitySet): RoutedUpstream {
  return registry.acquire(set.services[0]!, set);
}

async function pick(routed: RoutedUpstream, tried: readonly Peer[] = []): Promise<Peer | null> {
  return routed.balancer.pick(balancerInput(), tried);
}

/** Origins of `count` picks, each once, sorted. */
async function origins(routed: RoutedUpstream, count = 100): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (let index = 0; index < count; index++) seen.add((await pick(routed))?.origin ?? 'none');
  return [...seen].sort();
}

function breakPeer(peer: Peer): void {
  peer.begin();
  peer.end('connection', 1);
}

void t.test('a target of weight 0 takes nothing', async (t) => {
  const registry = openRegistry();
  t.same(await origins(acquire(registry, config({ '10.0.0.1:80': 100, '10.0.0.2:80': 0 }))), ['http://10.0.0.1:80']);
  t.equal(await pick(acquire(registry, config({ '10.0.0.2:80': 0 }))), null);
  t.equal(await pick(acquire(registry, config({}))), null);
});

void t.test('a reload that keeps an upstream keeps its peers', async (t) => {
  const registry = openRegistry();
  const before = acquire(registry, config({ '10.0.0.1:80': 100 }));
  const peer = await pick(before);
  const after = acquire(registry, config({ '10.0.0.1:80': 100 }));
  await registry.release(before);
  t.equal(await pick(after), peer);
});

void t.test('a reload that changes the targets keeps the health and the connections of those that stay', async (t) => {
  const registry = openRegistry();
  const before = acquire(registry, config({ '10.0.0.1:80': 100, '10.0.0.2:80': 100 }));
  const sick = await pick(before);
  breakPeer(sick!);
  const healthy = await pick(before);
  const after = acquire(registry, config({ '10.0.0.1:80': 100, '10.0.0.2:80': 50, '10.0.0.3:80': 100 }));
  await registry.release(before);
  const kept = await origins(after);
  t.notOk(kept.includes(sick!.origin), 'still unhealthy');
  t.same(kept, [healthy!.origin, 'http://10.0.0.3:80']);
  for (let index = 0; index < 4; index++) {
    const peer = await pick(after);
    if (peer?.origin === healthy!.origin) t.equal(peer.dispatcher, healthy!.dispatcher, 'the same sockets');
  }
  await registry.release(after);
  const anew = acquire(registry, config({ '10.0.0.1:80': 100, '10.0.0.2:80': 100 }));
  t.equal((await origins(anew)).length, 2, 'what nobody held any more is forgotten');
});

void t.test('services of one upstream share its health, each with connections of its own', async (t) => {
  const registry = openRegistry();
  const base = config({ '10.0.0.1:443': 100 });
  const services = [
    service('http://pool.test'),
    service('https://pool.test'),
    service('https://pool.test', { tls_verify: false }),
  ];
  const set = { ...base, services };
  const peers = await Promise.all(services.map((one) => pick(registry.acquire(one, set))));
  t.same(
    peers.map((peer) => peer?.origin),
    ['http://10.0.0.1:443', 'https://10.0.0.1:443', 'https://10.0.0.1:443'],
  );
  t.same(
    peers.map((peer) => peer?.hostHeader),
    ['10.0.0.1:443', '10.0.0.1', '10.0.0.1'],
  );
  t.equal(new Set(peers.map((peer) => peer?.dispatcher)).size, 3);
  breakPeer(peers[0]!);
  t.equal(await pick(registry.acquire(services[1]!, set)), null);
});

void t.test('tried peers are avoided while there are others', async (t) => {
  const routed = acquire(openRegistry(), config({ '10.0.0.1:80': 100, '10.0.0.2:80': 100 }));
  const first = await pick(routed);
  const second = await pick(routed, [first!]);
  t.not(second, first);
  t.ok(await pick(routed, [first!, second!]), 'one of them again rather than none');
});

void t.test('SRV records balance by their weights and ports, and changes are taken over', async (t) => {
  const srv = (port: number, weight: number, to: string): ZoneRecord => ({
    type: 'SRV',
    target: to,
    port,
    weight,
    priority: 1,
    ttl: 10,
  });
  const a = (address: string): ZoneRecord => ({ type: 'A', address, ttl: 10 });
  const dns = await startDnsServer({
    'srv.test': [srv(8001, 75, 'one.test'), srv(8002, 25, 'two.test')],
    'one.test': [a('10.0.0.1')],
    'two.test': [a('10.0.0.2')],
  });
  t.teardown(() => dns.close());
  const registry = openRegistry({ resolvers: [dns.address] });
  const routed = acquire(registry, config({ 'srv.test:80': 100 }));
  const counts = new Map<string, number>();
  for (let index = 0; index < 1000; index++) {
    const peer = await pick(routed);
    t.equal(peer?.hostHeader.split(':')[0], 'srv.test');
    counts.set(peer!.origin, (counts.get(peer!.origin) ?? 0) + 1);
  }
  t.same(Object.fromEntries(counts), { 'http://10.0.0.1:8001': 750, 'http://10.0.0.2:8002': 250 });
  dns.zone.set('srv.test', [srv(8003, 1, 'two.test')]);
  clock.advance(11_000);
  while (!(await origins(routed, 1)).includes('http://10.0.0.2:8003')) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.same(await origins(routed), ['http://10.0.0.2:8003']);
  const named = acquire(registry, config({ 'srv.test:80': 100 }, { use_srv_name: true }));
  t.equal((await pick(named))?.hostHeader, 'two.test:8003');
});

void t.test('a service that names its host is balanced over the addresses of the name', async (t) => {
  const dns = await startDnsServer({
    'api.test': [
      { type: 'A', address: '10.0.0.1', ttl: 60 },
      { type: 'A', address: '10.0.0.2', ttl: 60 },
    ],
  });
  t.teardown(() => dns.close());
  const registry = openRegistry({ resolvers: [dns.address] });
  const set = entities({ services: [service('https://api.test:8443'), service('http://gone.test')] });
  const api = acquire(registry, set);
  t.same(await origins(api), ['https://10.0.0.1:8443', 'https://10.0.0.2:8443']);
  t.notOk(api.balancer.pick(balancerInput(), []) instanceof Promise, 'at once when the addresses are known');
  t.match(api, { origin: 'https://api.test:8443', hostHeader: 'api.test:8443' });
  await t.rejects(pick(registry.acquire(set.services[1]!, set)), { code: 'ERR_NAME_RESOLUTION' });
});

void t.test('active checks find a dead target and its return; they end with their upstream', async (t) => {
  const alive = await startTcp(t);
  const other = await startTcp(t);
  const registry = openRegistry();
  const active = {
    type: 'tcp',
    healthy: { interval: 0.02, successes: 1 },
    unhealthy: { interval: 0.02, tcp_failures: 1 },
  } as const;
  const set = config(
    { [`127.0.0.1:${alive.port}`]: 100, [`127.0.0.1:${other.port}`]: 100 },
    { healthchecks: healthchecks({ active }) },
  );
  const routed = acquire(registry, set);
  t.equal(alive.accepted() + other.accepted(), 0, 'nothing touches the network before the start');
  registry.start();
  await until(() => alive.accepted() > 1 && other.accepted() > 1);
  await other.stop();
  const group = registry.group(set, 'pool.test')!;
  await until(() => group.availableWeight === 100);
  t.same(await origins(routed), [`http://127.0.0.1:${alive.port}`]);
  await other.restart();
  await until(() => group.availableWeight === 200);
  await registry.release(routed);
  t.equal(registry.group(set, 'pool.test'), null);
});

interface TcpTarget {
  readonly port: number;
  accepted(): number;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

async function startTcp(t: Test): Promise<TcpTarget> {
  let accepted = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  t.teardown(stop);
  return { port, accepted: () => accepted, stop, restart: () => listen(port) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
