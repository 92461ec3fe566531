import t from 'tap';
import { AdminGuard } from '../../src/admin/guard.ts';
import { Secret } from '../../src/lib/secret.ts';

const open = { token: null, allowedHosts: [] };
const host = '127.0.0.1:8001';
const own = 'https://manager.test';

function passes(listen: string, host: string, allowedHosts: readonly string[] = []): boolean {
  return new AdminGuard(listen, { token: null, allowedHosts }).check('GET', { host }).refusal === null;
}

t.test('requests that only a browser sends are refused', (t) => {
  const guard = new AdminGuard('127.0.0.1', open);
  t.equal(guard.check('GET', { host }).refusal, null);
  t.equal(guard.check('GET', { host, 'sec-fetch-site': 'none' }).refusal, null, 'typed into the address bar');
  for (const headers of [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:8001' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    t.equal(guard.check('GET', { host, ...headers }).refusal?.status, 403, JSON.stringify(headers));
  }
  t.end();
});

t.test('pages of an allowed origin pass, and of no other; what the browser asks before needs no token', (t) => {
  const access = { token: new Secret('s3cret'), allowedHosts: [], allowedOrigins: [own] };
  const guard = new AdminGuard('127.0.0.1', access);
  const token = { 'kong-admin-token': 's3cret' };
  const page = { host, origin: own, 'sec-fetch-site': 'cross-site' };
  t.match(guard.check('POST', { ...page, ...token }), { origin: own, refusal: null, isPreflight: false });
  t.match(guard.check('POST', page), { origin: own, refusal: { status: 401 } }, 'an origin is no token');
  const asks = { 'access-control-request-method': 'PUT' };
  t.match(guard.check('OPTIONS', { ...page, ...asks }), { origin: own, refusal: null, isPreflight: true });
  t.match(guard.check('OPTIONS', page), { refusal: { status: 401 }, isPreflight: false });
  t.match(guard.check('OPTIONS', { ...page, ...asks, host: 'evil.test' }), { refusal: { status: 403 } });
  for (const origin of [`${own}.evil.test`, 'http://manager.test', `${own}:8443`, 'null', '']) {
    t.match(guard.check('OPTIONS', { host, origin, ...asks }), { origin: null, refusal: { status: 403 } }, origin);
  }
  const image = { host, 'sec-fetch-site': 'cross-site', ...token };
  t.equal(guard.check('GET', image).refusal?.status, 403, 'a request of a page that names no origin');
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
  t.ok(passes('unix:/run/gw.sock', 'anything'), 'no browser reaches a socket');
  t.end();
});

t.test('with a token, only requests that carry it pass', (t) => {
  const guard = new AdminGuard('127.0.0.1', { token: new Secret('s3cret'), allowedHosts: [] });
  t.equal(guard.check('PUT', { host, 'kong-admin-token': 's3cret' }).refusal, null);
  t.equal(guard.check('PUT', { host, authorization: 'Bearer s3cret' }).refusal, null);
  t.equal(guard.check('PUT', { host, 'kong-admin-token': '', authorization: 'Bearer s3cret' }).refusal, null);
  for (const headers of [{ 'kong-admin-token': 's3cre' }, { authorization: 'Bearer s3cret ' }]) {
    const refusal = { status: 401, message: 'Unauthorized', isGuess: true };
    t.same(guard.check('GET', { host, ...headers }).refusal, refusal, JSON.stringify(headers));
  }
  for (const headers of [{}, { 'kong-admin-token': '' }, { authorization: 'Basic s3cret' }]) {
    const refusal = { status: 401, message: 'Unauthorized', isGuess: false };
    t.same(guard.check('GET', { host, ...headers }).refusal, refusal, JSON.stringify(headers));
  }
  t.end();
});

t.test('the second token reads, and no secrets, and changes nothing', (t) => {
  const access = { token: new Secret('s3cret'), readonlyToken: new Secret('look'), allowedHosts: [] };
  const guard = new AdminGuard('127.0.0.1', access);
  const reader = { host, 'kong-admin-token': 'look' };
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    t.match(guard.check(method, reader), { refusal: null, isReader: true }, method);
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'get', 'PROPFIND']) {
    t.match(guard.check(method, reader), { refusal: { status: 403, message: 'this token may only read' } }, method);
  }
  t.match(guard.check('GET', { host, 'kong-admin-token': 's3cret' }), { refusal: null, isReader: false });
  t.match(guard.check('GET', { host, 'kong-admin-token': 'other' }), { refusal: { status: 401 } });
  t.end();
});
