import t from 'tap';
import { AdminGuard } from '../../src/admin/guard.ts';
import { Secret } from '../../src/lib/secret.ts';

const open = { token: null, allowedHosts: [] };

function passes(listen: string, host: string, allowedHosts: readonly string[] = []): boolean {
  return new AdminGuard(listen, { token: null, allowedHosts }).check({ host }) === null;
}

t.test('requests that only a browser sends are refused', (t) => {
  const guard = new AdminGuard('127.0.0.1', open);
  const host = '127.0.0.1:8001';
  t.equal(guard.check({ host }), null);
  t.equal(guard.check({ host, 'sec-fetch-site': 'none' }), null, 'typed into the address bar');
  for (const headers of [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:8001' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    t.equal(guard.check({ host, ...headers })?.status, 403, JSON.stringify(headers));
  }
  t.end();
});

t.test('a Host that may be rebound to this machine is refused', (t) => {
  for (const host of ['localhost', 'LOCALHOST:8001', '127.0.0.1', '127.0.0.1:1', '[::1]:8001']) {
    t.ok(passes('127.0.0.1', host), host);
  }
  for (const host of ['', 'evil.test', 'localhost.evil.test', '127.0.0.1.nip.io:8001', '10.0.0.1', 'a:b:c', '[evil]']) {
    t.notOk(passes('127.0.0.1', host), host);
  }
  t.ok(passes('127.0.0.1', 'Gw.Test:8001', ['gw.test']));
  t.ok(passes('0.0.0.0', '10.0.0.1:8001'), 'an address cannot be rebound');
  t.notOk(passes('0.0.0.0', 'evil.test'));
  t.ok(passes('10.0.0.1', '10.0.0.1:8001'));
  t.notOk(passes('10.0.0.1', '10.0.0.2:8001'));
  t.end();
});

t.test('with a token, only requests that carry it pass', (t) => {
  const guard = new AdminGuard('127.0.0.1', { token: new Secret('s3cret'), allowedHosts: [] });
  const host = 'localhost';
  t.equal(guard.check({ host, 'kong-admin-token': 's3cret' }), null);
  t.equal(guard.check({ host, authorization: 'Bearer s3cret' }), null);
  for (const headers of [
    {},
    { 'kong-admin-token': 's3cre' },
    { authorization: 'Basic s3cret' },
    { 'kong-admin-token': '' },
  ]) {
    t.same(guard.check({ host, ...headers }), { status: 401, message: 'Unauthorized' }, JSON.stringify(headers));
  }
  t.end();
});
