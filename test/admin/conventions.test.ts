import t from 'tap';
import { startAdminApi } from '../support/admin-api.ts';
import { sendRaw } from '../support/http.ts';

void t.test('every answer has the headers of the API, whatever it says', async (t) => {
  const { ask } = await startAdminApi(t);
  for (const [method, path] of [
    ['GET', '/services'],
    ['GET', '/nothing'],
    ['DELETE', '/status'],
    ['POST', '/services'],
  ] as const) {
    const { headers } = await ask(method, path, method === 'POST' ? {} : undefined);
    t.match(
      headers,
      {
        server: /^gw\//,
        'content-type': 'application/json; charset=utf-8',
        'x-kong-admin-latency': /^\d+$/,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
      `${method} ${path}`,
    );
    t.notOk(Object.keys(headers).some((name) => name.startsWith('access-control-allow-origin')));
  }
});

void t.test('HEAD is GET without a body; OPTIONS says what a path allows, sorted', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('PUT', '/services/a', { host: 'a.test' });
  const { text } = await ask('GET', '/services/a');
  const head = await ask('HEAD', '/services/a');
  t.match(head, { status: 200, text: '', headers: { 'content-length': String(Buffer.byteLength(text)) } });
  t.equal((await ask('HEAD', '/services/b')).status, 404);
  const allowed: Readonly<Record<string, string>> = {
    '/services': 'GET, HEAD, OPTIONS, POST',
    '/services/a': 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT',
    '/services/none': 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT',
    '/services/a/routes': 'GET, HEAD, OPTIONS, POST',
    '/services/a/routes/r': 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT',
    '/status': 'GET, HEAD, OPTIONS',
    '/config': 'GET, HEAD, OPTIONS, POST',
  };
  for (const [path, allow] of Object.entries(allowed)) {
    const expected = { status: 204, text: '', headers: { allow, 'access-control-allow-methods': allow } };
    t.match(await ask('OPTIONS', path), expected, path);
  }
});

void t.test(
  'a slash at the end makes no difference, nor does the name of the only workspace before a path',
  async (t) => {
    const { ask } = await startAdminApi(t);
    const { body } = await ask('POST', '/services/', { name: 'a', host: 'a.test' });
    for (const path of ['/services/a/', '/default/services/a', '/default/services/a/']) {
      t.same((await ask('GET', path)).body, body, path);
    }
    t.match((await ask('GET', '/default?x=1')).body, { version: /^3\./ });
    t.match((await ask('GET', '/default')).body, { version: /^3\./ });
    t.match((await ask('GET', '/default/kong')).body, { version: /^3\./ });
    t.equal((await ask('POST', '/default/services/a/routes', { paths: ['/'] })).status, 201);
    const { rows, ids } = await ask('GET', '/workspaces/');
    t.match(rows, [{ name: 'default' }]);
    t.same((await ask('GET', '/default/workspaces/default')).body, rows[0]);
    t.same((await ask('GET', `/workspaces/${ids[0] ?? ''}`)).body, rows[0]);
    for (const path of ['/workspaces/team', '/team/services', '/team/workspaces/team', '/defaults/services']) {
      t.match(await ask('GET', path), { status: 404, body: { message: 'Not found' } }, path);
    }
    t.match(await ask('POST', '/workspaces', { name: 'team' }), { status: 404, body: { message: 'Not found' } });
  },
);

void t.test('segments of a path are percent-decoded', async (t) => {
  const { ask } = await startAdminApi(t);
  for (const name of ['円', 'with space', 'a/b', '50%']) {
    const path = `/services/${encodeURIComponent(name)}`;
    const put = await ask('PUT', path, { host: 'a.test' });
    if (put.status !== 200) {
      t.match(put, { status: 400, body: { code: 2 } }, `${name} is no name`);
      continue;
    }
    t.match((await ask('GET', path)).body, { name });
    t.equal((await ask('GET', `${path}/routes`)).status, 200);
  }
  t.equal((await ask('GET', '/services/%E5%86%86')).status, 200);
  t.match(await ask('GET', '/services/%zz'), { status: 400, body: { message: 'Bad request' } });
});

void t.test('known paths refuse other methods with 405, unknown paths are not found', async (t) => {
  const { ask } = await startAdminApi(t);
  const wrong = { status: 405, body: { message: 'Method not allowed' } };
  for (const [method, path] of [
    ['DELETE', '/services'],
    ['PATCH', '/services'],
    ['POST', '/services/a'],
    ['POST', '/services/a/routes/b'],
    ['DELETE', '/'],
    ['PUT', '/status'],
  ] as const) {
    t.match(await ask(method, path), wrong, `${method} ${path}`);
  }
  for (const path of ['/service', '/services/a/b', '/services/a/routes/b/c', '/targets', '/routes/a/services']) {
    t.match(await ask('GET', path), { status: 404, body: { message: 'Not found' } }, path);
  }
});

void t.test('bodies: JSON, forms and nothing else; those of GET and DELETE do not count', async (t) => {
  const { ask, url } = await startAdminApi(t);
  const typed = (type: string): Readonly<Record<string, string>> => ({ 'content-type': type });
  const unread = { status: 400, body: { message: 'Cannot parse JSON body' } };
  t.match(await ask('POST', '/services', '{"name"', typed('application/json')), unread);
  t.match(await ask('POST', '/services', '', typed('application/json')), unread);
  t.match(await ask('POST', '/services', '[]', typed('application/json')), unread);
  t.match(await ask('PATCH', '/services/a', '"a"', typed('application/json; charset=utf-8')), unread);
  for (const type of ['text/plain', 'application/xml', 'application/yaml', 'x', ';;']) {
    t.equal((await ask('POST', '/services', 'name=a', typed(type))).status, 415, type);
  }
  t.equal((await ask('POST', '/services', 'name=a&host=b.test')).status, 201);
  t.equal((await ask('DELETE', '/services/none', '{"broken', typed('application/json'))).status, 204);
  t.equal((await ask('DELETE', '/services/a', '{"broken', typed('text/plain'))).status, 204);
  t.equal((await ask('DELETE', '/services/a', 'x', typed(';;'))).status, 204, 'not even its type counts');
  t.equal((await ask('DELETE', '/services/a', 'x'.repeat(11 * 1024 * 1024))).status, 204, 'nor its size');
  const { port } = new URL(url);
  const get = 'GET /services HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n';
  t.match(await sendRaw(Number(port), `${get}connection: close\r\n\r\n{b`), /^HTTP\/1.1 200 /);
  const twice = 'POST /services HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
  const rest = 'content-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}';
  t.match(await sendRaw(Number(port), twice + rest), /^HTTP\/1.1 400 /, 'two Content-Types');
});

void t.test('no more than 1000 arguments, in a query or a form', async (t) => {
  const { ask } = await startAdminApi(t);
  const many = { status: 400, body: { message: 'Too many arguments' } };
  const list = Array.from({ length: 1001 }, (_, index) => `a${index}=1`).join('&');
  t.match(await ask('GET', `/services?${list}`), many);
  t.match(await ask('POST', '/services', list), many);
  t.equal((await ask('GET', `/services?${list.slice(0, list.lastIndexOf('&'))}`)).status, 200);
});

void t.test('with writing off every write answers as Kong without a database, with a hint', async (t) => {
  const { ask } = await startAdminApi(t, { mode: 'off' });
  const hint = 'when not using a database (gw: start with --admin-writes=memory or file)';
  const id = '5f35b796-ced6-4c00-9b2a-90eef745f4f9';
  const messages: readonly [method: string, path: string, what: string][] = [
    ['POST', '/services', "cannot create 'services' entities"],
    ['PUT', '/services/a', "cannot create or update 'services' entities by 'name'"],
    ['PATCH', `/services/${id}`, "cannot update 'services' entities"],
    ['DELETE', '/consumers/bob', "cannot remove 'consumers' entities by 'username'"],
    ['POST', '/services/a/routes', "cannot create 'routes' entities"],
    ['PUT', `/consumers/bob/key-auth/${id}`, "cannot create or update 'keyauth_credentials' entities"],
    ['POST', '/consumer_groups/a/consumers', "cannot create 'consumer_group_consumers' entities"],
  ];
  for (const [method, path, what] of messages) {
    const { status, body } = await ask(method, path, '{broken', { 'content-type': 'application/json' });
    t.equal(status, 405, path);
    t.same(body, { code: 12, name: 'operation unsupported', message: `${what} ${hint}` });
  }
});
