import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readKongConf } from '../../src/cli/kong-conf.ts';
import { gatewaySettings } from '../../src/cli/gateway-settings.ts';
import { parseListen, parseStreamListen } from '../../src/cli/listen-address.ts';
import { parseHeaderBuffers, parseSize, parseTime } from '../../src/cli/nginx-values.ts';
import { resolveSettings, type SettingSources } from '../../src/cli/settings.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { defaultOwnHeaders } from '../../src/runtime/own-headers.ts';
import { defaultSettings, type GatewaySettings } from '../../src/runtime/settings.ts';
import { selfSignedPair } from '../support/certificates.ts';

/** A listen entry without flags. */
const plain = { isTls: false, isHttp2: false, isProxyProtocol: false, isUdp: false, backlog: null };
const nothing: SettingSources = { flags: {}, env: {}, conf: null };

function confFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'gw-conf-')), 'kong.conf');
  writeFileSync(path, text);
  return path;
}

t.test('without any source the defaults are those of Kong', (t) => {
  const { settings, notes } = resolveSettings(nothing);
  t.same(settings.proxy_listen, [
    { ...plain, host: '0.0.0.0', port: 8000 },
    { ...plain, host: '0.0.0.0', port: 8443, isTls: true, isHttp2: true },
  ]);
  t.same(settings.admin_listen, [{ ...plain, host: '127.0.0.1', port: 8001 }]);
  t.equal(settings.log_level, 'info', 'notice lets info lines through');
  t.same({ ...settings.headers, upstreamRequestId: settings.headers_upstream }, defaultOwnHeaders);
  t.same(notes, []);
  t.end();
});

t.test('headers are switched one by one, or by the tokens for several', (t) => {
  const ownHeaders = (headers: string, upstream = 'off'): string[] => {
    const env = { KONG_HEADERS: headers, KONG_HEADERS_UPSTREAM: upstream };
    const { settings } = resolveSettings({ ...nothing, env });
    return Object.entries(gatewaySettings(settings).ownHeaders).flatMap(([name, isOn]) => (isOn ? [name] : []));
  };
  t.same(ownHeaders('off'), []);
  t.same(ownHeaders('Via'), ['via']);
  t.same(ownHeaders('server_tokens'), ['server', 'via']);
  t.same(ownHeaders('latency_tokens'), ['upstreamLatency', 'proxyLatency', 'responseLatency', 'adminLatency']);
  t.same(ownHeaders('X-Kong-Upstream-Status, x-kong-request-id'), ['upstreamStatus', 'requestId']);
  t.same(ownHeaders('off', 'X-Kong-Request-Id'), ['upstreamRequestId']);
  t.throws(() => ownHeaders('X-Kong-Latency'), /"X-Kong-Latency" is not one of /);
  t.throws(() => ownHeaders('off', 'Via'), /"via" is neither/);
  t.end();
});

t.test('a flag beats GW_, GW_ beats KONG_, KONG_ beats kong.conf', (t) => {
  const conf = { path: 'kong.conf', values: new Map([['log_level', 'crit']]) };
  const level = (sources: Partial<SettingSources>): string =>
    resolveSettings({ ...nothing, conf, ...sources }).settings.log_level;
  t.equal(level({}), 'fatal');
  t.equal(level({ env: { KONG_LOG_LEVEL: 'error' } }), 'error');
  t.equal(level({ env: { KONG_LOG_LEVEL: 'error', GW_LOG_LEVEL: 'warn' } }), 'warn');
  t.equal(level({ env: { KONG_LOG_LEVEL: 'error', GW_LOG_LEVEL: 'warn' }, flags: { log_level: 'debug' } }), 'debug');
  t.end();
});

t.test('settings that Kong does not have are not read from KONG_ variables', (t) => {
  t.equal(resolveSettings({ ...nothing, env: { KONG_WATCH: 'on' } }).settings.watch, false);
  t.equal(resolveSettings({ ...nothing, env: { GW_WATCH: 'on' } }).settings.watch, true);
  t.end();
});

t.test('every bad value is reported at once, with the place it came from', (t) => {
  const env = { KONG_DATABASE: 'postgres', GW_LOG_LEVEL: 'loud' };
  const run = (): unknown => resolveSettings({ ...nothing, env, flags: { proxy_listen: '8000' } });
  t.throws(run, UsageError);
  t.throws(run, { message: /database \(KONG_DATABASE\): gw has no database/ });
  t.throws(run, { message: /log_level \(GW_LOG_LEVEL\)/ });
  t.throws(run, { message: /proxy_listen \(--proxy-listen\)/ });
  t.end();
});

t.test('a variable that is nearly a setting is warned about, strange ones are left alone', (t) => {
  const env = {
    KONG_PROXY_LISTE: '0.0.0.0:1',
    GW_ADMIN_TOKN: 'x',
    KONG_PG_HOST: 'db',
    KONG_SERVICE_HOST: '10.0.0.1',
    KONG_PORT_8000_TCP: 'tcp://10.0.0.1:8000',
    KONG_SOMETHING_ELSE_ENTIRELY: '1',
    GW_CACHE_KEY: 'k',
  };
  t.same(resolveSettings({ ...nothing, env }).notes, [
    { level: 'warning', message: 'unknown variable GW_ADMIN_TOKN: did you mean GW_ADMIN_TOKEN?' },
    { level: 'warning', message: 'unknown variable KONG_PROXY_LISTE: did you mean KONG_PROXY_LISTEN?' },
    { level: 'info', message: 'no effect in gw: KONG_PG_HOST' },
  ]);
  t.end();
});

t.test('kong.conf: comments, blanks and escaped hashes are read as Kong reads them', (t) => {
  const conf = readKongConf(confFile('# all of it\n\nlog_level = warn # more\nadmin_listen=off\nprefix = /a\\#b\n'));
  t.same(
    [...(conf?.values ?? [])],
    [
      ['log_level', 'warn'],
      ['admin_listen', 'off'],
      ['prefix', '/a#b'],
    ],
  );
  t.end();
});

t.test('kong.conf: an unknown key is a warning with a suggestion, a broken line an error with its number', (t) => {
  const path = confFile('log_levl = warn\n');
  const { notes } = resolveSettings({ ...nothing, conf: readKongConf(path) });
  t.same(notes, [{ level: 'warning', message: `${path}: unknown setting "log_levl": did you mean "log_level"?` }]);
  t.throws(() => readKongConf(confFile('a = 1\nnot a setting\n')), {
    message: /kong\.conf:2: expected "key = value"/,
  });
  t.throws(() => readKongConf('/nowhere/kong.conf'), { message: /cannot read settings file .*there is no such file/ });
  t.end();
});

t.test('listen addresses: lists, flags, IPv6, unix sockets and off', (t) => {
  t.same(parseListen('off'), []);
  t.same(parseListen('0.0.0.0:8000 reuseport backlog=16384, [::1]:8443 http2 ssl, unix:/run/gw.sock proxy_protocol'), [
    { ...plain, host: '0.0.0.0', port: 8000, backlog: 16384 },
    { ...plain, host: '::1', port: 8443, isTls: true, isHttp2: true },
    { ...plain, host: 'unix:/run/gw.sock', port: 0, isProxyProtocol: true },
  ]);
  t.same(parseStreamListen('1.2.3.4:53 udp'), [{ ...plain, host: '1.2.3.4', port: 53, isUdp: true }]);
  for (const wrong of [
    '8000',
    'localhost',
    '1.2.3.4:99999',
    '::1:80',
    'unix:gw.sock',
    'unix:/run/gw.sock ssl proxy_protocol',
    '1.2.3.4:80 fast',
    '1.2.3.4:80 udp',
  ]) {
    t.throws(() => parseListen(wrong), UsageError, wrong);
  }
  t.throws(() => parseStreamListen('1.2.3.4:80 http2'), UsageError);
  t.end();
});

t.test("nginx's directives are known by Kong's three names for them; the plain name is the strongest", (t) => {
  const size = (env: Record<string, string>): number =>
    resolveSettings({ ...nothing, env }).settings.client_max_body_size;
  t.equal(size({ KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE: '1m' }), 1024 * 1024);
  t.equal(size({ KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE: '1m', KONG_NGINX_PROXY_CLIENT_MAX_BODY_SIZE: '8k' }), 8192);
  t.equal(size({ KONG_NGINX_PROXY_CLIENT_MAX_BODY_SIZE: '8k', KONG_CLIENT_MAX_BODY_SIZE: '5' }), 5);
  t.same(resolveSettings({ ...nothing, env: { KONG_NGINX_HTTP_KEEPALIVE_TIMEOUT: '1m' } }).notes, []);
  t.end();
});

t.test('sizes, times and buffers are read as nginx reads them', (t) => {
  for (const [text, bytes] of Object.entries({ '0': 0, '17': 17, '8k': 8192, '2M': 2097152, '1g': 1073741824 })) {
    t.equal(parseSize(text), bytes, text);
  }
  for (const [text, ms] of Object.entries({ '60': 60_000, '75s': 75_000, '1h 30m': 5_400_000, '500ms': 500 })) {
    t.equal(parseTime(text), ms, text);
  }
  t.equal(parseTime('75 60'), 75_000, 'the second value of keepalive_timeout is for a header');
  t.same(parseHeaderBuffers('4 8k'), { count: 4, bytes: 8192 });
  for (const wrong of ['', '-1', '1x', 'k', '1.5m']) t.throws(() => parseSize(wrong), UsageError, wrong);
  for (const wrong of ['', 'soon', '5 apples', '1s2']) t.throws(() => parseTime(wrong), UsageError, wrong);
  for (const wrong of ['', '4', '0 8k', '4 0', '9999 9g']) t.throws(() => parseHeaderBuffers(wrong), UsageError, wrong);
  t.end();
});

t.test("the gateway's own defaults are those of the settings", (t) => {
  const { upstreamTls, ...own } = gatewaySettings(resolveSettings(nothing).settings);
  const { upstreamTls: ownTls, ...theirs } = defaultSettings;
  t.same(own, theirs);
  t.same({ ...upstreamTls, trustedCertificates: null }, ownTls, 'but for the authorities, which the machine decides');
  t.end();
});

t.test('ports, name servers and the TLS suite take the forms of Kong', (t) => {
  const env = {
    KONG_PORT_MAPS: '80:8000, 443:8443',
    KONG_DNS_RESOLVER: '8.8.8.8, 1.1.1.1:5353, [::1]:53, fe80::1',
    KONG_RESOLVER_STALE_TTL: '10',
    KONG_SSL_CIPHER_SUITE: 'custom',
    KONG_SSL_PROTOCOLS: 'TLSv1.3 TLSv1.2',
    KONG_REAL_IP_HEADER: 'X-Forwarded-For',
    KONG_ROUTER_FLAVOR: 'expressions',
  };
  const gateway = gatewaySettings(resolveSettings({ ...nothing, env: env }).settings);
  t.same(
    [...gateway.portMaps],
    [
      [8000, 80],
      [8443, 443],
    ],
  );
  t.same(gateway.dns.resolvers, ['8.8.8.8:53', '1.1.1.1:5353', '[::1]:53', '[fe80::1]:53']);
  t.equal(gateway.dns.staleTtlMs, 10_000);
  t.match(gateway.tls, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: null, prefersServerCiphers: true });
  t.equal(gateway.realIpHeader, 'x-forwarded-for');
  t.equal(gateway.routerFlavor, 'expressions');
  const suite = (name: string): unknown =>
    gatewaySettings(
      resolveSettings({ ...nothing, env: { KONG_SSL_CIPHER_SUITE: name, KONG_SSL_PROTOCOLS: 'TLSv1.3' } }).settings,
    ).tls;
  t.match(suite('old'), { minVersion: 'TLSv1', prefersServerCiphers: true });
  t.match(suite('intermediate'), { minVersion: 'TLSv1.2' }, 'a suite decides the versions, as in Kong');
  t.end();
});

t.test('certificates and keys: paths, PEM or base64, in pairs, never in a message', (t) => {
  const pair = selfSignedPair('a.test');
  const folder = mkdtempSync(join(tmpdir(), 'gw-pem-'));
  const paths = { cert: join(folder, 'a.crt'), key: join(folder, 'a.key') };
  writeFileSync(paths.cert, pair.cert);
  writeFileSync(paths.key, pair.key);
  const certificates = (cert: string, key: string): GatewaySettings =>
    gatewaySettings(resolveSettings({ ...nothing, env: { KONG_SSL_CERT: cert, KONG_SSL_CERT_KEY: key } }).settings);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  for (const [cert, key] of [
    [paths.cert, paths.key],
    [pair.cert, pair.key],
    [base64(pair.cert), base64(pair.key)],
  ] as const) {
    const [found] = certificates(cert, key).defaultCertificates;
    t.equal(found?.cert.trim(), pair.cert.trim());
    t.equal(found?.key.reveal().trim(), pair.key.trim());
  }
  t.throws(() => certificates(paths.cert, ''), { message: /ssl_cert has 1 certificates and ssl_cert_key has 0 keys/ });
  t.throws(() => certificates(paths.cert, selfSignedPair('b.test').key), { message: /is not that of the certificate/ });
  t.throws(() => certificates(paths.cert, '/nowhere/a.key'), { message: /"\/nowhere\/a.key".*there is no such file/ });
  const broken = base64(pair.key).slice(4, 160);
  const error = t.throws(() => certificates(paths.cert, broken)) as unknown as Error;
  t.notMatch(error.message, broken.slice(20, 60));
  t.end();
});
