import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readKongConf } from '../../src/cli/kong-conf.ts';
import { parseListen } from '../../src/cli/listen-address.ts';
import { resolveSettings, type SettingSources } from '../../src/cli/settings.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

const nothing: SettingSources = { flags: {}, env: {}, conf: null };

function confFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'gw-conf-')), 'kong.conf');
  writeFileSync(path, text);
  return path;
}

t.test('without any source the defaults are those of Kong', (t) => {
  const { settings, notes } = resolveSettings(nothing);
  t.same(settings.proxy_listen, [{ host: '0.0.0.0', port: 8000, isTls: false }]);
  t.same(settings.admin_listen, [{ host: '127.0.0.1', port: 8001, isTls: false }]);
  t.equal(settings.log_level, 'info', 'notice lets info lines through');
  t.same(settings.headers, { serverTokens: true, latencyTokens: true, requestIdHeader: true });
  t.same(notes, []);
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
  t.throws(() => readKongConf('/nowhere/kong.conf'), { message: /cannot read settings file .*ENOENT/ });
  t.end();
});

t.test('listen addresses: lists, flags, IPv6 and off', (t) => {
  t.same(parseListen('off'), []);
  t.same(parseListen('0.0.0.0:8000 reuseport backlog=16384, [::1]:8443 http2 ssl'), [
    { host: '0.0.0.0', port: 8000, isTls: false },
    { host: '::1', port: 8443, isTls: true },
  ]);
  for (const wrong of [
    '8000',
    'localhost',
    '1.2.3.4:99999',
    '::1:80',
    'unix:/run/gw',
    '1.2.3.4:80 fast',
    '1.2.3.4:80 proxy_protocol',
  ]) {
    t.throws(() => parseListen(wrong), UsageError, wrong);
  }
  t.end();
});
