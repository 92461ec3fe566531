import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { decideAdminAccess, decideClientCertificates } from '../../src/cli/admin-access.ts';
import type { Settings } from '../../src/cli/setting-table.ts';
import { resolveSettings } from '../../src/cli/settings.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { decideWriteMode } from '../../src/cli/write-mode.ts';
import { selfSignedPair } from '../support/certificates.ts';

function settings(env: Readonly<Record<string, string>>): Settings {
  return resolveSettings({ flags: {}, env, conf: null }).settings;
}

t.test('without a word the Admin API writes where no config file is at stake', (t) => {
  t.equal(decideWriteMode(settings({}), []), 'memory');
  t.equal(decideWriteMode(settings({}), ['kong.yml']), 'off');
  t.equal(decideWriteMode(settings({ GW_ADMIN_WRITES: 'off' }), []), 'off');
  t.equal(decideWriteMode(settings({ GW_ADMIN_WRITES: 'memory' }), ['kong.yml']), 'memory');
  t.equal(decideWriteMode(settings({ GW_ADMIN_WRITES: 'file' }), ['kong.yml']), 'file');
  t.end();
});

t.test('writes to a file need one', (t) => {
  const file = settings({ GW_ADMIN_WRITES: 'file' });
  t.throws(() => decideWriteMode(file, []), { message: /there is no config file/ });
  t.throws(() => decideWriteMode(file, ['-']), { message: /the config comes from stdin/ });
  t.throws(() => settings({ GW_ADMIN_WRITES: 'yes' }), { message: /"yes" is not one of off, memory, file/ });
  t.end();
});

t.test('origins are what browsers send, those of admin_gui_url too, and never all', (t) => {
  const { allowedOrigins } = decideAdminAccess(
    settings({
      GW_ADMIN_ALLOWED_ORIGINS: 'HTTPS://A.test:443/, http://b.test:80',
      KONG_ADMIN_GUI_URL: 'http://c:8002/m',
    }),
  );
  t.same(allowedOrigins, ['https://a.test', 'http://b.test', 'http://c:8002']);
  for (const wrong of ['*', 'null', 'a.test', 'file:///x', 'http://']) {
    t.throws(() => settings({ GW_ADMIN_ALLOWED_ORIGINS: wrong }), UsageError, wrong);
  }
  t.end();
});

t.test('tokens come from variables or files; the second one needs the first, and differs', (t) => {
  const path = join(mkdtempSync(join(tmpdir(), 'gw-token-')), 'token');
  writeFileSync(path, 'look\n');
  const access = decideAdminAccess(settings({ GW_ADMIN_TOKEN: 's3cret', GW_ADMIN_READONLY_TOKEN_FILE: path }));
  t.equal(access.token?.reveal(), 's3cret');
  t.equal(access.readonlyToken?.reveal(), 'look');
  const decide = (env: Readonly<Record<string, string>>) => (): unknown => decideAdminAccess(settings(env));
  t.throws(decide({ GW_ADMIN_READONLY_TOKEN: 'look' }), { message: /admin_token is not/ });
  t.throws(decide({ GW_ADMIN_READONLY_TOKEN: 'a', GW_ADMIN_TOKEN: 'a' }), { message: /are the same/ });
  t.throws(decide({ GW_ADMIN_TOKEN_FILE: '/nowhere/token' }), { message: /cannot read admin_token_file/ });
  writeFileSync(path, '\n');
  t.throws(decide({ GW_ADMIN_TOKEN_FILE: path }), { message: /is empty/ });
  t.end();
});

t.test("client certificates are asked for by nginx's directives, against authorities that are named", (t) => {
  const { cert } = selfSignedPair('authority.test');
  const decide = (mode: string, authority = ''): unknown =>
    decideClientCertificates(
      settings({
        KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: mode,
        KONG_NGINX_ADMIN_SSL_CLIENT_CERTIFICATE: authority,
        KONG_NGINX_ADMIN_SSL_VERIFY_DEPTH: '2',
      }),
    );
  t.equal(decide('off'), null);
  t.same(decide('on', cert), { mode: 'on', authorities: [cert.trim()], depth: 2 });
  t.throws(() => decide('on'), { message: /there is no authority/ });
  t.throws(() => decide('optional_no_ca', cert), { message: /is not one of on, optional, off/ });
  t.end();
});

t.test(
  'beyond this machine the Admin API needs a token, a certificate of its callers, or a word that it needs none',
  (t) => {
    const { cert } = selfSignedPair('authority.test');
    const verify = { KONG_NGINX_ADMIN_SSL_CLIENT_CERTIFICATE: cert, KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'on' };
    const decide = (env: Readonly<Record<string, string>>) => (): unknown => decideAdminAccess(settings(env));
    t.throws(decide({ KONG_ADMIN_LISTEN: '0.0.0.0:8001' }), { message: /open to anyone/ });
    t.throws(decide({ KONG_ADMIN_LISTEN: '0.0.0.0:8444 ssl' }), { message: /open to anyone/ });
    t.throws(decide({ KONG_ADMIN_LISTEN: '0.0.0.0:8001, 0.0.0.0:8444 ssl', ...verify }), {
      message: /0\.0\.0\.0:8001/,
    });
    t.throws(
      decide({ KONG_ADMIN_LISTEN: '0.0.0.0:8444 ssl', ...verify, KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT: 'optional' }),
    );
    t.doesNotThrow(decide({ KONG_ADMIN_LISTEN: '0.0.0.0:8444 ssl', ...verify }));
    t.doesNotThrow(decide({ KONG_ADMIN_LISTEN: '0.0.0.0:8001', GW_ADMIN_TOKEN: 'x' }));
    t.doesNotThrow(decide({ KONG_ADMIN_LISTEN: '0.0.0.0:8001', GW_ADMIN_INSECURE: 'on' }));
    t.doesNotThrow(decide({ KONG_ADMIN_LISTEN: 'unix:/run/gw.sock, [::1]:8001' }));
    t.end();
  },
);
