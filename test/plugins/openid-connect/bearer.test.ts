import { generateKeyPair } from 'jose';
import t, { type Test } from 'tap';
import { FakeClock } from '../../support/clock.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

let idp: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.beforeEach(() => configure());

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

function configure(config: Record<string, unknown> = {}): void {
  gw.configure({ issuer: idp.issuer, auth_methods: ['bearer', 'client_credentials'], ...config });
}

async function statusWith(headers: Record<string, string>, target = ''): Promise<number> {
  return (await gw.call(null, { headers, target })).status;
}

t.test('a token passes from every header it may stand in, again and again', async (t) => {
  const token = await idp.sign();
  const ways = [
    { authorization: `Bearer ${token}` },
    { 'access-token': token },
    { 'x-access-token': `bearer ${token}` },
  ];
  for (const headers of ways) {
    t.equal(await statusWith(headers), 200, Object.keys(headers).join());
    t.equal(await statusWith(headers), 200, 'remembered');
  }
  t.equal(idp.counts.token, 0, 'no token request');
});

t.test('a token passes from query, form and cookie, and does not reach the upstream there', async (t) => {
  const token = await idp.sign();
  configure({ bearer_token_param_type: ['query', 'body', 'cookie'], bearer_token_cookie_name: 'token' });
  const inQuery = await gw.call(null, { target: `?a=1&access_token=${token}` });
  t.equal(inQuery.status, 200);
  t.notMatch(inQuery.text, `access_token=${token}`);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = `access_token=${token}&b=2`;
  t.equal((await gw.call(null, { method: 'POST', headers: form, body })).status, 200);
  t.equal(await statusWith({ cookie: `a=1; token=${token}` }), 200);
  t.equal(await statusWith({ authorization: `Bearer ${token}` }), 401, 'a place that is not listed');
});

t.test('bearer_token_header_name is the only header that is looked at', async (t) => {
  const token = await idp.sign();
  configure({ bearer_token_header_name: 'X-Token' });
  t.equal(await statusWith({ 'x-token': token }), 200);
  t.equal(await statusWith({ authorization: `Bearer ${token}` }), 401);
});

t.test('two different tokens are answered with 400, even when one of them is remembered', async (t) => {
  const [one, two] = [await idp.sign({ sub: 'one' }), await idp.sign({ sub: 'two' })];
  t.equal(await statusWith({ authorization: `Bearer ${one}` }), 200);
  for (const [headers, target] of [
    [{ 'access-token': two }, ''],
    [{}, `?access_token=${two}`],
  ] as const) {
    const answer = await gw.call(null, { headers: { authorization: `Bearer ${one}`, ...headers }, target });
    t.equal(answer.status, 400);
    t.match(String(answer.headers['www-authenticate']), /error="invalid_request"/);
  }
  t.equal(await statusWith({ authorization: `Bearer ${one}` }, `?access_token=${one}`), 200, 'the same one twice');
});

t.test('tokens that do not pass are refused and never lead on to client credentials', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const other = await generateKeyPair('RS256');
  const [head, , signature] = (await idp.sign()).split('.');
  const changed = Buffer.from(JSON.stringify({ iss: idp.issuer, exp: now + 60 })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  const bad: Record<string, string> = {
    'another key': await idp.sign({}, { key: other.privateKey }),
    'changed claims': `${head}.${changed}.${signature}`,
    'no algorithm': `${none}.${changed}.`,
    expired: await idp.sign({ exp: now - 1 }),
    'without exp': await idp.sign({ exp: undefined }),
    'without iss': await idp.sign({ iss: undefined }),
    'another issuer': await idp.sign({ iss: 'https://other.example' }),
    'an ID token of Keycloak': await idp.sign({ typ: 'ID' }),
    opaque: 'opaque-token',
    malformed: 'a b',
    empty: '',
  };
  for (const [name, token] of Object.entries(bad)) {
    t.equal(await statusWith({ authorization: `Bearer ${token}` }), 401, name);
    if (token === '' || token === 'a b') continue;
    const answer = await gw.call(['service', 'secret'], { target: `?access_token=${token}` });
    t.equal(answer.status, 401, `${name}, beside good client credentials`);
  }
  t.equal(idp.counts.token, 0);
});

t.test('a token is refused once it has expired, remembered or not', async (t) => {
  const exp = Math.floor(Date.now() / 1000) + 2;
  const token = await idp.sign({ exp });
  t.equal(await statusWith({ authorization: `Bearer ${token}` }), 200);
  t.ok(Date.now() < exp * 1000 + 1000);
  await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 20));
  t.equal(await statusWith({ authorization: `Bearer ${token}` }), 401);
});

/** A gateway and a provider on a clock of the test's. */
async function onClock(t: Test, config: Record<string, unknown> = {}) {
  const clock = new FakeClock();
  const provider = await FakeIdp.start(clock);
  const api = await startOidcGateway({ issuer: provider.issuer, auth_methods: ['bearer'], ...config }, { clock });
  t.teardown(async () => {
    await api.close();
    await provider.close();
  });
  const status = async (token: string): Promise<number> =>
    (await api.call(null, { headers: { authorization: `Bearer ${token}` } })).status;
  return { clock, provider, api, status, now: Math.floor(clock.now() / 1000) };
}

t.test('a token is refused once its login is older than max_age, remembered or not', async (t) => {
  const { clock, provider, status, now } = await onClock(t, { max_age: 60 });
  const token = await provider.sign({ auth_time: now - 59 });
  t.equal(await status(token), 200);
  t.equal(await status(await provider.sign({ auth_time: now - 60 })), 401);
  clock.advance(1000);
  t.equal(await status(token), 401);
});

t.test('a token that was refused is looked at anew, and takes no room from good ones', async (t) => {
  const { clock, provider, api, status, now } = await onClock(t);
  const token = await provider.sign({ nbf: now + 1 });
  t.equal(await status(token), 401, 'too early');
  t.same([...api.gateway.gateway.host.cache('verified-tokens').entries()], []);
  clock.advance(1000);
  t.equal(await status(token), 200);
});

t.test('issuers_allowed lets no token in that names no issuer, with verify_claims off either', async (t) => {
  configure({ verify_claims: false, issuers_allowed: [idp.issuer] });
  t.equal(await statusWith({ authorization: `Bearer ${await idp.sign()}` }), 200);
  t.equal(await statusWith({ authorization: `Bearer ${await idp.sign({ iss: undefined })}` }), 401);
  t.equal(await statusWith({ authorization: `Bearer ${await idp.sign({ iss: 'https://other.example' })}` }), 401);
});

t.test('with jwt_session_cookie a token works beside its cookie only', async (t) => {
  configure({ jwt_session_cookie: 'session' });
  const authorization = `Bearer ${await idp.sign({ sid: 'abc' })}`;
  t.equal(await statusWith({ authorization, cookie: 'session=abc' }), 200);
  t.equal(await statusWith({ authorization, cookie: 'session=other' }), 401);
  t.equal(await statusWith({ authorization }), 401);
});
