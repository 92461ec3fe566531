import t, { type Test } from 'tap';
import { FakeClock } from '../../support/clock.ts';
import { type FakeAnswer, FakeIdp, type FakeTokenRequest } from '../../support/fake-idp.ts';
import { basic } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const john = ['john', 'doe'] as const;
const service = ['service', 's3cret'] as const;
const own = { client_id: ['kong', 'konga'], client_secret: ['own-secret', 'other-secret'] };
const no = (error: string, status = 401): FakeAnswer => ({ status, body: { error } });

interface World {
  readonly clock: FakeClock;
  readonly idp: FakeIdp;
  readonly gw: OidcGateway;
  readonly grants: () => string[];
}

/** A provider that knows john as a user and service as a client, and a gateway that is the client `kong`. */
async function start(t: Test, config: Record<string, unknown> = {}): Promise<World> {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  idp.answer = async ({ form, headers }) => {
    if (form.get('grant_type') === 'password') {
      const known = form.get('username') === 'john' && form.get('password') === 'doe';
      return known ? { body: await idp.grant({ sub: 'john' }) } : no('invalid_grant');
    }
    return headers.authorization === basic(...service) ? { body: await idp.grant() } : no('invalid_client');
  };
  const settings = { issuer: idp.issuer, auth_methods: ['password'], ...own, ...config };
  const gw = await startOidcGateway(settings, { clock });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  return { clock, idp, gw, grants: () => idp.tokenRequests.map(({ form }) => form.get('grant_type') ?? '') };
}

const both = { auth_methods: ['password', 'client_credentials'] };

function last(idp: FakeIdp): FakeTokenRequest {
  const request = idp.tokenRequests.at(-1);
  if (request === undefined) throw new Error('no token request');
  return request;
}

t.test('the gateway asks as its own client with the name and password of the user', async (t) => {
  const { idp, gw } = await start(t, {
    audience: ['api'],
    token_post_args_names: ['a'],
    token_post_args_values: ['1'],
  });
  t.equal((await gw.call(john)).status, 200);
  const { form, headers } = last(idp);
  t.equal(form.toString(), 'grant_type=password&username=john&password=doe&scope=openid&audience=api&a=1');
  t.equal(headers.authorization, basic('kong', 'own-secret'));
  t.match(gw.upstream.requests.at(-1)?.headers.authorization, /^Bearer /);
  t.notMatch(JSON.stringify(gw.upstream.requests.at(-1)?.rawHeaders), basic(...john));
});

t.test('name and password are found in query, form and JSON, and taken out', async (t) => {
  const { idp, gw } = await start(t);
  t.equal((await gw.call(null, { target: '?a=1&username=john&password=doe' })).status, 200);
  t.equal(gw.upstream.requests.at(-1)?.url, '/anything?a=1');
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const sent = await gw.call(null, { method: 'POST', headers: form, body: 'username=john&x=1&password=doe' });
  t.match(sent.json(), { form: { x: '1' } });
  const json = { 'content-type': 'application/json' };
  const body = '{"x":1,"username":"john","password":"doe"}';
  t.equal((await gw.call(null, { method: 'POST', headers: json, body })).json().data, '{"x":1}');
  t.equal(idp.counts.token, 1, 'one user, one token');
  gw.configure({ issuer: idp.issuer, auth_methods: ['password'], ...own, password_param_type: ['header'] });
  t.equal((await gw.call(null, { target: '?username=john&password=doe' })).status, 401);
});

t.test('a wrong password is refused, remembered, and does not lock the right one out', async (t) => {
  const { idp, gw } = await start(t);
  for (let call = 0; call < 2; call++) t.equal((await gw.call(['john', 'wrong'])).status, 401);
  t.equal(idp.counts.token, 1);
  t.equal((await gw.call(john)).status, 200);
  t.equal((await gw.call(['john', 'wrong'])).status, 401);
  t.equal(idp.counts.token, 2);
});

t.test('50 callers at once make one request, and later ones none', async (t) => {
  const { idp, gw } = await start(t);
  const answers = await Promise.all(Array.from({ length: 50 }, () => gw.call(john)));
  t.same(new Set(answers.map(({ status }) => status)), new Set([200]));
  await gw.call(john);
  t.equal(idp.counts.token, 1);
});

t.test('the own client that the caller names asks, and its tokens are kept apart', async (t) => {
  const { idp, gw } = await start(t);
  for (const [headers, id] of [
    [{}, 'kong'],
    [{ 'x-client-id': 'konga' }, 'konga'],
    [{ 'client-id': '2' }, 'konga'],
  ] as const) {
    t.equal((await gw.call(john, { headers })).status, 200);
    t.match(last(idp).headers.authorization, basic(id, id === 'kong' ? 'own-secret' : 'other-secret'));
  }
  t.equal(idp.counts.token, 2);
});

t.test('a provider that refuses the gateway itself is a fault of the config, not of the caller', async (t) => {
  const { idp, gw } = await start(t);
  for (const error of ['invalid_client', 'unauthorized_client']) {
    idp.answer = () => no(error);
    t.equal((await gw.call(['john', error])).status, 500, error);
    t.equal((await gw.call(['john', error])).status, 500, `${error}, remembered`);
  }
  t.match(gw.log.text(), /refuses the gateway's own client/);
});

t.test('an ID token must be for the own client that asked', async (t) => {
  const { idp, gw } = await start(t);
  for (const [aud, status] of [
    ['kong', 200],
    ['john', 401],
    ['konga', 401],
  ] as const) {
    idp.answer = async () => ({ body: { ...(await idp.grant()), id_token: await idp.sign({ aud }) } });
    t.equal((await gw.call(['john', aud])).status, status, aud);
  }
});

t.test('ignore_signature counts for its grant alone, and never for ID tokens', async (t) => {
  const config = { ignore_signature: ['client_credentials'], ...both };
  const { idp, gw } = await start(t, config);
  const other = await FakeIdp.start();
  t.teardown(() => other.close());
  const forged = async (): Promise<string> => `${(await idp.sign()).split('.').slice(0, 2).join('.')}.AAAA`;
  idp.answer = async ({ form }) =>
    form.get('username') === 'x'
      ? no('invalid_grant')
      : { body: { ...(await idp.grant()), access_token: await forged() } };
  t.equal((await gw.call(['x', 'y'])).status, 200, 'client credentials');
  t.equal((await gw.call(['z', 'y'])).status, 401, 'password');
  idp.answer = async ({ form }) => {
    const id = await idp.sign({ aud: 'x2' });
    const body = { ...(await idp.grant()), id_token: `${id.split('.').slice(0, 2).join('.')}.AAAA` };
    return form.get('username') === 'x2' ? no('invalid_grant') : { body };
  };
  t.equal((await gw.call(['x2', 'y'])).status, 401, 'a forged ID token');
});

t.test('token headers are replayed for the grants that are listed', async (t) => {
  const replay = { token_headers_replay: ['x-session'], token_headers_prefix: 'idp-' };
  const { idp, gw } = await start(t, { ...replay, token_headers_grants: ['password'] });
  idp.answer = async () => ({ headers: { 'x-session': 's1' }, body: await idp.grant() });
  for (let call = 0; call < 2; call++) t.equal((await gw.call(john)).headers['idp-x-session'], 's1');
  const settings = { issuer: idp.issuer, auth_methods: ['password'], ...own, ...replay };
  for (const grants of [['client_credentials'], null]) {
    gw.configure({ ...settings, token_headers_grants: grants });
    t.equal((await gw.call(john)).headers['idp-x-session'], undefined);
  }
});

t.test('without a client of its own the gateway runs no password grant', async (t) => {
  const { idp, gw, grants } = await start(t, { ...both, client_id: null, client_secret: null });
  t.equal((await gw.call(service)).status, 200);
  t.same(grants(), ['client_credentials']);
  t.equal((await gw.call(null, { target: '?username=john&password=doe' })).status, 401);
  t.equal(idp.counts.token, 1);
});

t.test('with both grants a Basic header is a user first, then a client, and both are cached', async (t) => {
  const { gw, grants } = await start(t, both);
  for (let call = 0; call < 3; call++) t.equal((await gw.call(john)).status, 200);
  t.same(grants(), ['password']);
  for (let call = 0; call < 3; call++) t.equal((await gw.call(service)).status, 200);
  t.same(grants().slice(1), ['password', 'client_credentials']);
  t.equal((await gw.call(['service', 'wrong'])).status, 401);
  t.equal((await gw.call(['service', 'wrong'])).status, 401);
  t.same(grants().slice(3), ['password', 'client_credentials'], 'and so are both refusals');
});

t.test('which grant worked is remembered for a minute, and not longer', async (t) => {
  const { clock, gw, grants } = await start(t, both);
  await gw.call(service);
  clock.advance(59_000);
  await gw.call(service);
  t.equal(grants().length, 2);
  clock.advance(2000);
  t.equal((await gw.call(service)).status, 200);
  t.same(grants().slice(2), ['password'], 'the token is still the cached one');
});

t.test('a user that the client with the same name and secret became is found again', async (t) => {
  const { clock, idp, gw, grants } = await start(t, { ...both, cache_ttl_max: 20 });
  await gw.call(service);
  idp.answer = async ({ form }) =>
    form.get('grant_type') === 'password' ? { body: await idp.grant() } : no('invalid_client');
  clock.advance(30_000);
  t.equal((await gw.call(service)).status, 200);
  t.same(grants().slice(2), ['client_credentials', 'password']);
});

t.test('a password grant that the provider lacks does not stand in the way of clients', async (t) => {
  const { idp, gw } = await start(t, both);
  const old = idp.answer;
  idp.answer = (request) =>
    request.form.get('grant_type') === 'password' ? no('unsupported_grant_type', 400) : old(request);
  t.equal((await gw.call(service)).status, 200);
  t.equal((await gw.call(['service', 'wrong'])).status, 500, 'nobody knows whether it is a user');
});

t.test('a fault of the provider ends the attempt: no second grant, and 503', async (t) => {
  const { idp, gw, grants } = await start(t, both);
  idp.answer = () => ({ status: 500, body: '' });
  t.equal((await gw.call(service)).status, 503);
  t.same(grants(), ['password']);
});

t.test('no password stands in a log line', async (t) => {
  const { idp, gw } = await start(t, both);
  await gw.call(['john', 'hunter2-wrong']);
  idp.answer = () => no('invalid_client');
  await gw.call(['john', 'hunter3-wrong']);
  for (const secret of ['hunter2', 'hunter3', 'own-secret']) t.notMatch(gw.log.text(), secret);
});
