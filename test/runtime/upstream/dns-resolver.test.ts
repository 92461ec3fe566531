import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { DnsResolver } from '../../../src/runtime/upstream/dns/dns-resolver.ts';
import type { FoundAddresses } from '../../../src/runtime/upstream/dns/name-query.ts';
import { defaultSettings } from '../../../src/runtime/settings.ts';
import { FakeClock } from '../../support/clock.ts';
import { type DnsServer, startDnsServer, type ZoneRecord } from '../../support/dns-server.ts';

interface Setup {
  readonly server: DnsServer;
  readonly clock: FakeClock;
  readonly resolver: DnsResolver;
}

async function setUp(
  t: Test,
  zone: Readonly<Record<string, readonly ZoneRecord[]>>,
  settings: Partial<(typeof defaultSettings)['dns']> = {},
): Promise<Setup> {
  const server = await startDnsServer(zone);
  t.teardown(() => server.close());
  const clock = new FakeClock();
  const dns = { ...defaultSettings.dns, resolvers: [server.address], ...settings };
  return { server, clock, resolver: new DnsResolver(dns, clock) };
}

const a = (address: string, ttl = 60): ZoneRecord => ({ type: 'A', address, ttl });
const ips = (found: FoundAddresses): readonly string[] => found.addresses.map(({ ip }) => ip);

/** Waits until the background query has changed what is known. */
async function changed(resolver: DnsResolver, host: string, before: FoundAddresses): Promise<FoundAddresses> {
  for (;;) {
    const now = await resolver.resolve(host);
    if (now !== before) return now;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

void t.test('a name is asked for once by all who want it, and remembered for its TTL', async (t) => {
  const { server, clock, resolver } = await setUp(t, { 'orders.test': [a('10.0.0.2'), a('10.0.0.1')] });
  const [first, second] = await Promise.all([resolver.resolve('orders.test'), resolver.resolve('orders.test')]);
  t.same(ips(first), ['10.0.0.1', '10.0.0.2'], 'in a stable order');
  t.equal(first, second);
  t.same(server.queries, ['orders.test SRV', 'orders.test A']);
  clock.advance(59_000);
  t.equal(resolver.resolve('orders.test'), first, 'at once, without a promise');
  t.equal(server.queries.length, 2);
});

void t.test('past its TTL an answer stays in use while a new one is fetched', async (t) => {
  const { server, clock, resolver } = await setUp(t, { 'orders.test': [a('10.0.0.1')] });
  const first = await resolver.resolve('orders.test');
  server.zone.set('orders.test', [a('10.0.0.9')]);
  clock.advance(61_000);
  t.equal(resolver.resolve('orders.test'), first, 'the stale answer, at once');
  t.same(ips(await changed(resolver, 'orders.test', first)), ['10.0.0.9']);
  t.same(server.queries.slice(2), ['orders.test A'], 'the type that answered is asked for first (LAST)');
});

void t.test('a new answer that says the same is the same object', async (t) => {
  const { server, clock, resolver } = await setUp(t, { 'orders.test': [a('10.0.0.1'), a('10.0.0.2')] });
  const first = await resolver.resolve('orders.test');
  server.zone.set('orders.test', [a('10.0.0.2'), a('10.0.0.1')]);
  clock.advance(60_000 + defaultSettings.dns.staleTtlMs);
  t.equal(await resolver.resolve('orders.test'), first);
  t.equal(server.queries.length, 3);
});

void t.test('name servers that are down take nothing away until the stale time is over', async (t) => {
  const { server, clock, resolver } = await setUp(t, { 'orders.test': [a('10.0.0.1')] }, { staleTtlMs: 10_000 });
  const first = await resolver.resolve('orders.test');
  server.mode = 'fail';
  clock.advance(61_000);
  t.equal(resolver.resolve('orders.test'), first);
  while (server.queries.length < 4) await new Promise((resolve) => setImmediate(resolve));
  t.equal(resolver.resolve('orders.test'), first);
  clock.advance(10_000);
  await t.rejects(Promise.resolve(resolver.resolve('orders.test')), {
    message: /cannot resolve/,
    code: 'ERR_NAME_RESOLUTION',
  });
});

void t.test('a name that is gone is gone at once, and is not asked for again for a while', async (t) => {
  const { server, clock, resolver } = await setUp(t, {});
  await t.rejects(Promise.resolve(resolver.resolve('gone.test')), { code: 'ERR_NAME_RESOLUTION' });
  t.same(server.queries, ['gone.test SRV'], 'it has no records of other types either');
  t.throws(() => resolver.resolve('gone.test'), { code: 'ERR_NAME_RESOLUTION' });
  clock.advance(defaultSettings.dns.notFoundTtlMs);
  server.zone.set('gone.test', [a('10.0.0.1')]);
  t.same(ips(await resolver.resolve('gone.test')), ['10.0.0.1']);
});

void t.test('SRV records give ports and weights, the most preferred ones alone', async (t) => {
  const srv = { type: 'SRV', target: 'one.test', port: 8081, weight: 30, priority: 1, ttl: 60 } as const;
  const { resolver } = await setUp(t, {
    'srv.test': [
      srv,
      { ...srv, target: 'two.test', port: 8082, weight: 0 },
      { ...srv, target: 'spare.test', priority: 2 },
    ],
    'one.test': [a('10.0.0.1')],
    'two.test': [{ type: 'AAAA', address: 'fd00::2', ttl: 5 }],
    'spare.test': [a('10.0.0.3')],
  });
  t.same(await resolver.resolve('srv.test'), {
    source: 'SRV',
    ttl: 5,
    addresses: [
      { ip: '10.0.0.1', port: 8081, weight: 30, name: 'one.test' },
      { ip: 'fd00::2', port: 8082, weight: 1, name: 'two.test' },
    ],
  });
});

void t.test('CNAMEs are followed, and the shortest TTL of the way counts', async (t) => {
  const { resolver } = await setUp(t, {
    'www.test': [{ type: 'CNAME', target: 'edge.test', ttl: 7 }],
    'edge.test': [a('10.0.0.1')],
  });
  t.match(await resolver.resolve('www.test'), { source: 'A', ttl: 7, addresses: [{ ip: '10.0.0.1' }] });
});

void t.test('a name with IPv6 addresses alone is resolved', async (t) => {
  const { resolver } = await setUp(t, { 'six.test': [{ type: 'AAAA', address: '2001:db8::1', ttl: 60 }] });
  t.same(ips(await resolver.resolve('six.test')), ['2001:db8::1']);
});

void t.test('an answer that does not fit into a datagram is asked for over TCP', async (t) => {
  const many = Array.from({ length: 100 }, (_, index) => a(`10.0.1.${index}`));
  const { server, resolver } = await setUp(t, { 'many.test': many }, { order: ['A'] });
  server.truncates = true;
  t.equal((await resolver.resolve('many.test')).addresses.length, 100);
  t.same(server.queries, ['many.test A', 'tcp many.test A']);
});

void t.test('the next name server is asked when one does not answer', async (t) => {
  const broken = await startDnsServer();
  t.teardown(() => broken.close());
  broken.mode = 'fail';
  const working = await startDnsServer({ 'orders.test': [a('10.0.0.1')] });
  t.teardown(() => working.close());
  const { resolver } = await setUp(t, {}, { resolvers: [broken.address, working.address] });
  t.same(ips(await resolver.resolve('orders.test')), ['10.0.0.1']);
});

void t.test('the hosts file, addresses and localhost need no name server', async (t) => {
  const hostsFile = join(t.testdir(), 'hosts');
  writeFileSync(hostsFile, '10.1.1.1 Inside.test alias.test # one\nfd00::1 inside.test\n');
  const { server, resolver } = await setUp(t, {}, { hostsFile });
  t.same(ips(await resolver.resolve('inside.test')), ['10.1.1.1'], 'one family');
  t.same(ips(await resolver.resolve('alias.test')), ['10.1.1.1']);
  t.same(resolver.known('10.2.2.2')?.addresses[0]?.ip, '10.2.2.2');
  t.same(resolver.known('::1')?.addresses[0]?.ip, '::1');
  t.match(ips(await resolver.resolve('localhost'))[0], /^(127\.0\.0\.1|::1)$/);
  t.same(server.queries, []);
});

void t.test('where no name server answers, the system may still know the name', async (t) => {
  const { server, resolver } = await setUp(t, {}, { hostsFile: '/dev/null' });
  server.mode = 'fail';
  t.match(await resolver.resolve('localhost'), { source: 'system' });
  await t.rejects(Promise.resolve(resolver.resolve('nowhere.invalid')), { message: /answered with code 2/ });
});

void t.test('dns_valid_ttl takes the place of TTLs', async (t) => {
  const { server, clock, resolver } = await setUp(t, { 'orders.test': [a('10.0.0.1', 1)] }, { validTtlMs: 600_000 });
  const first = await resolver.resolve('orders.test');
  clock.advance(599_000);
  t.equal(resolver.resolve('orders.test'), first);
  t.equal(server.queries.length, 2);
});
