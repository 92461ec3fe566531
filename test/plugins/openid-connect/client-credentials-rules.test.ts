import t, { type Test } from 'tap';
import { FakeClock } from '../../support/clock.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { basic } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

/** Rules of the client-credentials method that no other file names. */

interface World {
  readonly idp: FakeIdp;
  readonly gw: OidcGateway;
  readonly clock: FakeClock;
}

async function setUp(t: Test, config: Record<string, unknown> = {}): Promise<World> {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  const gw = await startOidcGateway({ issuer: idp.issuer, ...config }, { clock });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  return { idp, gw, clock };
}

t.test('the caller’s client is used whichever own client the caller names', async (t) => {
  const own = { client_id: ['one', 'two'], client_secret: ['s1', 's2'], client_auth: ['private_key_jwt'] };
  const { idp, gw } = await setUp(t, { ...own, client_arg: 'client_id' });
  for (const headers of [{}, { 'x-client-id': 'two' }, { 'client-id': '2' }, { 'x-client-id': 'nobody' }]) {
    await gw.gateway.gateway.host.cache('tokens').clear();
    gw.configure({ issuer: idp.issuer, ...own });
    t.equal((await gw.call(['service', 'secret'], { headers, target: '?client_id=two' })).status, 200);
    t.equal(idp.tokenRequests.at(-1)?.headers.authorization, basic('service', 'secret'), JSON.stringify(headers));
  }
});

t.test('the request is a POST of a form that asks for JSON, and says nothing of a redirect', async (t) => {
  const { idp, gw } = await setUp(t, {
    redirect_uri: ['https://gateway.example/callback'],
    token_post_args_client: ['redirect_uri', 'code', 'username', 'password', 'refresh_token', 'client_assertion'],
  });
  const target = '?redirect_uri=https://evil.example&code=c&username=u&password=p&refresh_token=r&client_assertion=a';
  t.equal((await gw.call(['service', 'secret'], { target })).status, 200);
  const [request] = idp.tokenRequests;
  t.match(request?.headers, { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' });
  t.equal(request?.form.toString(), 'grant_type=client_credentials&scope=openid');
});

t.test('the type of a token is read in any case and may be missing; one that needs a proof is our fault', async (t) => {
  const { idp, gw } = await setUp(t);
  for (const [type, status] of [
    ['bearer', 200],
    ['BEARER', 200],
    [undefined, 200],
    ['DPoP', 500],
    ['mac', 500],
  ] as const) {
    idp.answer = async () => ({ body: { ...(await idp.grant()), token_type: type } });
    t.equal((await gw.call(['service', String(type)])).status, status, String(type));
  }
  t.match(gw.log.text(), /not a bearer token/);
});

t.test('expires_in is a number, or a number in a text; what has ended is neither sent nor kept', async (t) => {
  const { idp, gw } = await setUp(t);
  const opaque = (expires_in: unknown) => () => ({ body: { access_token: 'opaque', expires_in } });
  for (const [life, status] of [
    [300, 200],
    ['300', 200],
    [0.5, 200],
    [null, 200],
    ['soon', 200],
    [1e308, 200],
    [0, 401],
    [-1, 401],
    ['-1', 401],
  ] as const) {
    idp.answer = opaque(life);
    t.equal((await gw.call(['service', `life ${life}`])).status, status, String(life));
  }
  const before = idp.counts.token;
  for (let call = 0; call < 2; call++) t.equal((await gw.call(['service', 'life 0'])).status, 401);
  t.equal(idp.counts.token - before, 2);
});

t.test('callers who wait for one request share its failure, and the next one asks anew', async (t) => {
  const { idp, gw } = await setUp(t);
  t.equal((await gw.call(['service', 'warm'])).status, 200);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let asked = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  idp.answer = async () => {
    asked();
    await held;
    return { status: 500, body: '' };
  };
  const before = idp.counts.token;
  const calls = Array.from({ length: 20 }, () => gw.call(['service', 'secret']));
  await arrived;
  // Answered one after the other by the same gateway, so that the 20 have arrived there, too.
  for (let call = 0; call < 20; call++) t.equal((await gw.call(['service', 'warm'])).status, 200);
  release();
  t.same(new Set((await Promise.all(calls)).map(({ status }) => status)), new Set([503]));
  t.equal(idp.counts.token - before, 1);
  idp.answer = async () => ({ body: await idp.grant() });
  t.equal((await gw.call(['service', 'secret'])).status, 200);
});

t.test('what a method that is not enabled would read is not looked at', async (t) => {
  const { idp, gw } = await setUp(t, {
    client_credentials_param_type: ['header'],
    bearer_token_param_type: ['cookie', 'query', 'body'],
    bearer_token_cookie_name: 'token',
    refresh_token_param_name: 'refresh_token',
    client_id: ['own'],
    client_secret: ['own'],
  });
  const token = await idp.sign();
  const headers = { cookie: `token=${token}`, 'refresh-token': 'r', 'content-type': 'application/json' };
  const body =
    '{"access_token":"x","username":"u","password":"p","refresh_token":"r","client_id":"a","client_secret":"b"}';
  const target = `?access_token=${token}&username=u&password=p&refresh_token=r`;
  t.equal((await gw.call(null, { method: 'POST', headers, target, body })).status, 401);
  t.match(idp.counts, { discovery: 0, jwks: 0, token: 0 });
  const passed = await gw.call(['service', 'secret'], { method: 'POST', headers, target, body });
  t.equal(passed.json().data, body, 'nor taken out');
  t.equal(gw.upstream.requests.at(-1)?.headers.cookie, headers.cookie);
});

t.test('half a credential in one place is not completed from another', async (t) => {
  const { idp, gw } = await setUp(t);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const call = (target: string, body: string) => gw.call(null, { method: 'POST', headers: form, target, body });
  t.equal((await call('?client_id=service', 'client_secret=secret')).status, 401);
  t.equal((await call('?client_secret=secret', 'client_id=service')).status, 401);
  t.equal((await call('?client_id=service&client_secret=', 'client_secret=secret')).status, 401);
  t.equal(idp.counts.token, 0);
  t.equal((await call('?client_id=query', 'client_id=service&client_secret=secret')).status, 200);
  t.equal(idp.tokenRequests[0]?.headers.authorization, basic('service', 'secret'));
  t.equal(gw.upstream.requests.at(-1)?.url, '/anything?client_id=query', 'only what was used is taken out');
});
