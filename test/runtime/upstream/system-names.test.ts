import t from 'tap';
import { DnsClient, parseNameServer } from '../../../src/runtime/upstream/dns/dns-client.ts';
import { NameQuery } from '../../../src/runtime/upstream/dns/name-query.ts';
import { parseHosts, parseResolvConf } from '../../../src/runtime/upstream/dns/system-names.ts';
import { startDnsServer } from '../../support/dns-server.ts';

void t.test('reads name servers, search domains and options of resolv.conf', (t) => {
  const text = `# comment
nameserver 10.0.0.53
nameserver fd00::53 ; another
search ns.svc.cluster.local svc.cluster.local cluster.local.
options ndots:5 timeout:1 attempts:3 rotate
`;
  t.same(parseResolvConf(text), {
    servers: [
      { host: '10.0.0.53', port: 53 },
      { host: 'fd00::53', port: 53 },
    ],
    search: ['ns.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    ndots: 5,
    timeoutMs: 1000,
    attempts: 3,
  });
  t.same(parseResolvConf(''), { servers: [], search: [], ndots: 1, timeoutMs: 2000, attempts: 2 });
  t.end();
});

void t.test('reads addresses and names of a hosts file', (t) => {
  const hosts = parseHosts(
    '127.0.0.1 localhost\n::1 localhost # v6\n\n#10.0.0.9 off\n10.0.0.1\tAPI.test  api\nnonsense here\n',
  );
  t.same(
    [...hosts],
    [
      ['localhost', ['127.0.0.1', '::1']],
      ['api.test', ['10.0.0.1']],
      ['api', ['10.0.0.1']],
    ],
  );
  t.end();
});

void t.test('reads name servers as settings have them', (t) => {
  t.same(parseNameServer('10.0.0.53'), { host: '10.0.0.53', port: 53 });
  t.same(parseNameServer('10.0.0.53:5353'), { host: '10.0.0.53', port: 5353 });
  t.same(parseNameServer('fd00::53'), { host: 'fd00::53', port: 53 });
  t.same(parseNameServer('[fd00::53]:5353'), { host: 'fd00::53', port: 5353 });
  t.throws(() => parseNameServer('not:a:server'), { message: /not the address of a name server/ });
  t.end();
});

void t.test('short names are looked for in the search domains first, long ones last', async (t) => {
  const server = await startDnsServer({
    'orders.svc.local': [{ type: 'A', address: '10.0.0.1', ttl: 60 }],
    'api.example.test': [{ type: 'A', address: '10.0.0.2', ttl: 60 }],
  });
  t.teardown(() => server.close());
  const client = new DnsClient([parseNameServer(server.address)], { timeoutMs: 2000, attempts: 1 });
  const query = new NameQuery(client, ['A'], { search: ['ns.local', 'svc.local'], ndots: 2 });
  t.match(await query.find('orders', null), { addresses: [{ ip: '10.0.0.1' }] });
  t.same(server.queries, ['orders.ns.local A', 'orders.svc.local A']);
  server.queries.length = 0;
  t.match(await query.find('api.example.test', null), { addresses: [{ ip: '10.0.0.2' }] });
  t.equal(await query.find('orders.', null), null, 'a dot at the end stands for the whole name');
  t.same(server.queries, ['api.example.test A', 'orders A']);
});
