import { rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { addressBehind, addressesBehind } from '../../src/runtime/client-address.ts';
import { ClientIdentity } from '../../src/runtime/client-identity.ts';
import { defaultOwnHeaders } from '../../src/runtime/own-headers.ts';
import { defaultSettings, type GatewaySettings } from '../../src/runtime/settings.ts';
import { entities, route, service } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { send } from '../support/http.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

let upstream: Upstream;
t.before(async () => {
  upstream = await startUpstream();
});
t.after(() => upstream.close());

type RouteFields = Parameters<typeof route>[1];

function gatewayWith(settings: Partial<GatewaySettings>, fields: RouteFields = {}): Promise<RunningGateway> {
  const owner = service(upstream.url);
  const config = entities({ services: [owner], routes: [route(owner, { strip_path: false, ...fields })] });
  return startGateway(config, { settings });
}

type SentHeaders = Readonly<Record<string, string>> | readonly string[];

/** What the upstream sees of a request to `path` with these headers. */
async function seen(gateway: RunningGateway, headers: SentHeaders, path = '/anything/a?q=1'): Promise<Headers> {
  const answer = await send(`${gateway.url}${path}`, { headers });
  return (answer.json() as { headers: Headers }).headers;
}
type Headers = Readonly<Record<string, string>>;

const loopback = ['127.0.0.0/8'];

void t.test('the last address of a list counts, with or without port, and nothing else does', (t) => {
  const cases: readonly (readonly [string, string | null, number | null])[] = [
    ['10.0.0.1', '10.0.0.1', null],
    ['10.0.0.1, 10.0.0.2', '10.0.0.2', null],
    ['10.0.0.1,10.0.0.2 , ', '10.0.0.2', null],
    ['10.0.0.1:8080', '10.0.0.1', 8080],
    ['::1', '::1', null],
    ['2001:DB8:0:0::1', '2001:db8::1', null],
    ['[2001:db8::1]', '2001:db8::1', null],
    ['[2001:db8::1]:443', '2001:db8::1', 443],
    ['::ffff:10.0.0.1', '10.0.0.1', null],
    ['10.0.0.1, unknown', null, null],
    ['10.0.0.1, unix:', null, null],
    ['10.0.0.1:0', null, null],
    ['10.0.0.1:65536', null, null],
    ['10.0.0.1:http', null, null],
    ['10.0.0', null, null],
    ['010.0.0.1', null, null],
    ['fe80::1%eth0', null, null],
    ['[::1', null, null],
    ['[10.0.0.1]:80', null, null],
    ['', null, null],
    [', ,', null, null],
  ];
  for (const [list, address, port] of cases) {
    t.strictSame(addressBehind(list), address === null ? null : { remoteAddress: address, remotePort: port }, list);
  }
  t.end();
});

void t.test('a recursive search skips trusted addresses from the right, and stops at what is no address', (t) => {
  const trusts = (address: string): boolean => address.startsWith('10.');
  const found = (list: string): string | null => addressesBehind(list, trusts)?.remoteAddress ?? null;
  t.equal(found('192.0.2.1, 198.51.100.1, 10.0.0.2, 10.0.0.1'), '198.51.100.1');
  t.equal(found('10.0.0.3, 10.0.0.2'), '10.0.0.3', 'the first if all are trusted');
  t.equal(found('192.0.2.1, nonsense, 10.0.0.2'), '10.0.0.2', 'nothing left of nonsense is believed');
  t.equal(found('192.0.2.1, nonsense'), null);
  t.equal(found(''), null);
  t.end();
});

void t.test('trusted_ips are addresses and ranges of both families, and unix:', (t) => {
  const trusting = (...trustedIps: string[]): ClientIdentity => new ClientIdentity({ ...defaultSettings, trustedIps });
  t.equal(trusting().trusts('127.0.0.1'), false);
  t.equal(trusting('10.0.0.0/8').trusts('10.255.0.1'), true);
  t.equal(trusting('10.0.0.0/8').trusts('11.0.0.1'), false);
  t.equal(trusting('0.0.0.0/0').trusts('192.0.2.1'), true);
  t.equal(trusting('0.0.0.0/0').trusts('2001:db8::1'), false, 'all of IPv4 says nothing about IPv6');
  t.equal(trusting('2001:db8::/32').trusts('2001:db8:1::1'), true);
  t.equal(trusting('10.0.0.1').trusts('::ffff:10.0.0.1'), true);
  t.equal(trusting('unix:').trusts('unix:'), true);
  t.equal(trusting('unix:').trusts('10.0.0.1'), false, 'unix sockets alone');
  t.equal(trusting('0.0.0.0/0', '::/0').trusts('unix:'), false);
  t.throws(() => trusting('example.org'), /neither an IP address nor a CIDR range/);
  t.end();
});

void t.test('what a stranger says about itself is replaced', async (t) => {
  const gateway = await gatewayWith({ trustedIps: ['10.0.0.0/8'], realIpHeader: 'x-forwarded-for' });
  t.teardown(() => gateway.close());
  const said = {
    'X-Forwarded-For': '192.0.2.1',
    'X-Real-IP': '192.0.2.2',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'b.example',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Path': '/b',
    'X-Forwarded-Prefix': '/c',
  };
  const headers = await seen(gateway, { host: 'A.example:1', ...said });
  t.equal(headers['X-Forwarded-For'], '192.0.2.1, 127.0.0.1', 'a list only grows');
  t.equal(headers['X-Real-Ip'], '127.0.0.1');
  t.equal(headers['X-Forwarded-Proto'], 'http');
  t.equal(headers['X-Forwarded-Host'], 'a.example');
  t.equal(headers['X-Forwarded-Port'], String(gateway.port));
  t.equal(headers['X-Forwarded-Path'], '/anything/a');
  t.equal(headers['X-Forwarded-Prefix'], undefined);
});

void t.test('what a trusted peer says is passed on, and names the client', async (t) => {
  const gateway = await gatewayWith({ trustedIps: loopback });
  t.teardown(() => gateway.close());
  const headers = await seen(gateway, {
    'X-Forwarded-For': '192.0.2.1',
    'X-Real-IP': '192.0.2.2',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'B.example:1',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Path': '/b?c',
    'X-Forwarded-Prefix': '/',
  });
  t.equal(headers['X-Forwarded-For'], '192.0.2.1, 127.0.0.1', 'grows by the peer, not by the client it names');
  t.equal(headers['X-Real-Ip'], '192.0.2.2');
  t.equal(headers['X-Forwarded-Proto'], 'https');
  t.equal(headers['X-Forwarded-Host'], 'B.example:1');
  t.equal(headers['X-Forwarded-Port'], '443');
  t.equal(headers['X-Forwarded-Path'], '/b?c');
  t.equal(headers['X-Forwarded-Prefix'], '/');
  const silent = await seen(gateway, { 'X-Real-IP': '192.0.2.2' });
  t.equal(silent['X-Forwarded-For'], '192.0.2.2', 'without a list the client begins it');
  t.equal(silent['X-Forwarded-Path'], '/anything/a');
});

void t.test('only the exact name of a trusted header counts', async (t) => {
  const gateway = await gatewayWith({ trustedIps: loopback });
  t.teardown(() => gateway.close());
  const headers = await seen(gateway, [
    'X_Real_IP',
    '192.0.2.1',
    'X_Forwarded_Proto',
    'https',
    'x-real-ip',
    '192.0.2.2',
  ]);
  t.equal(headers['X-Real-Ip'], '192.0.2.2');
  t.equal(headers['X-Forwarded-Proto'], 'http');
});

void t.test('real_ip_header names another header, and real_ip_recursive reads it to the first stranger', async (t) => {
  const lists = ['X-Forwarded-For', '192.0.2.1, 10.0.0.9', 'X-Forwarded-For', '127.0.0.2', 'CF-IP', '192.0.2.7:99'];
  const clientOf = async (settings: Partial<GatewaySettings>): Promise<string | undefined> => {
    const gateway = await gatewayWith({ trustedIps: [...loopback, '10.0.0.0/8'], ...settings });
    const headers = await seen(gateway, lists);
    await gateway.close();
    return headers['X-Real-Ip'];
  };
  t.equal(await clientOf({}), '127.0.0.1', 'no X-Real-IP was sent');
  t.equal(await clientOf({ realIpHeader: 'cf-ip' }), '192.0.2.7');
  t.equal(await clientOf({ realIpHeader: 'x-forwarded-for' }), '127.0.0.2');
  t.equal(await clientOf({ realIpHeader: 'x-forwarded-for', realIpRecursive: true }), '192.0.2.1');
  t.equal(await clientOf({ realIpHeader: 'proxy_protocol' }), '127.0.0.1', 'the connection had no such header');
});

void t.test('the client a trusted peer names is in the log', async (t) => {
  const gateway = await gatewayWith({ trustedIps: loopback, accessLog: true });
  await send(`${gateway.url}/status/200`, { headers: { 'x-real-ip': '192.0.2.8' } });
  await gateway.close();
  t.equal(gateway.log.lines().find(({ msg }) => msg === 'request')?.client, '192.0.2.8');
});

void t.test('a peer on a unix socket is called unix:, and trusted by that name', async (t) => {
  const path = join(tmpdir(), `gw-identity-${process.pid}.sock`);
  for (const [trustedIps, client] of [
    [['0.0.0.0/0', '::/0'], 'unix:'],
    [['unix:'], '192.0.2.1'],
  ] as const) {
    const gateway = await gatewayWith({ trustedIps });
    await gateway.gateway.listen({ host: `unix:${path}`, port: 0 });
    await new Promise((resolve, reject) => {
      const headers = { host: 'a.example', 'x-real-ip': '192.0.2.1' };
      const options = { socketPath: path, path: '/anything', headers, agent: false };
      httpRequest(options, (response) => response.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
    t.equal(upstream.requests.at(-1)?.headers['x-real-ip'], client);
    await gateway.close();
    rmSync(path, { force: true });
  }
});

void t.test('https is demanded by what a trusted peer says, else by the connection', async (t) => {
  const only = { protocols: ['https'] as const, https_redirect_status_code: 301 as const };
  const gateway = await gatewayWith({ trustedIps: loopback }, only);
  const strict = await gatewayWith({}, only);
  t.teardown(() => Promise.all([gateway.close(), strict.close()]));
  const secure = { 'X-Forwarded-Proto': 'https' };
  t.equal((await send(`${gateway.url}/anything`, { headers: secure })).status, 200);
  t.equal((await send(`${strict.url}/anything`, { headers: secure })).status, 301);
  const headers = { host: 'A.example:80', 'X-Forwarded-Host': 'b.example' };
  const to = async (of: RunningGateway): Promise<unknown> =>
    (await send(`${of.url}/anything?q`, { headers })).headers.location;
  t.equal(await to(gateway), 'https://b.example/anything?q');
  t.equal(await to(strict), 'https://a.example/anything?q', 'a stranger does not choose where others are sent');
});

void t.test('port_maps gives routing and upstreams the port that clients use', async (t) => {
  const probe = await gatewayWith({});
  await probe.close();
  const portMaps = new Map([[probe.port, 443]]);
  const gateway = await gatewayWith({ portMaps }, { hosts: ['a.example:443'] });
  await gateway.gateway.listen({ host: '127.0.0.1', port: probe.port });
  t.teardown(() => gateway.close());
  const mapped = await send(`http://127.0.0.1:${probe.port}/anything`, { headers: { host: 'a.example' } });
  t.match(mapped.json(), { headers: { 'X-Forwarded-Port': '443' } });
  t.equal((await send(`${gateway.url}/anything`, { headers: { host: 'a.example' } })).status, 404, 'another port');
});

void t.test('Via grows in both directions, and says which HTTP a message came in', async (t) => {
  const gateway = await gatewayWith({});
  t.teardown(() => gateway.close());
  const headers = await seen(gateway, ['Via', '1.1 a', 'Via', '1.0 b']);
  t.match(headers.Via, /^1\.1 a, 1\.0 b, 1\.1 gw\/\S+$/);
  const answer = await send(`${gateway.url}/response-headers?Via=1.1%20c`);
  t.match(String(answer.headers.via), /^1\.1 c,\s?1\.1 gw\/\S+$/);
});

void t.test('each of its own headers is switched by itself', async (t) => {
  const none = Object.fromEntries(Object.keys(defaultOwnHeaders).map((name) => [name, false]));
  const names: Readonly<Record<string, string>> = {
    via: 'via',
    upstreamLatency: 'x-kong-upstream-latency',
    proxyLatency: 'x-kong-proxy-latency',
    upstreamStatus: 'x-kong-upstream-status',
    requestId: 'x-kong-request-id',
    server: 'server',
  };
  for (const [wanted, name] of Object.entries(names)) {
    const gateway = await gatewayWith({ ownHeaders: { ...defaultOwnHeaders, ...none, [wanted]: true } });
    const { headers } = await send(`${gateway.url}/status/418`);
    const own = Object.keys(headers).filter((header) => Object.values(names).includes(header));
    t.strictSame(own, [name]);
    if (wanted === 'upstreamStatus') t.equal(headers[name], '418');
    t.equal(upstream.requests.at(-1)?.headers['x-kong-request-id'], undefined);
    await gateway.close();
  }
});

void t.test('an upstream that names its server keeps that name', async (t) => {
  const gateway = await gatewayWith({});
  t.teardown(() => gateway.close());
  const named = await send(`${gateway.url}/response-headers?Server=theirs`);
  t.equal(named.headers.server, 'theirs');
  t.match((await send(`${gateway.url}/status/200`)).headers.server, /^gw\//);
});

t.end();
