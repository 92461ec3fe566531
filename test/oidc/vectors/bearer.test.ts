import t from 'tap';
import { FakeClock } from '../../support/clock.ts';
import { FakeIdp, type Signing } from '../../support/fake-idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';
import type { Answer } from '../../support/http.ts';

/** RFC 9068 §3: what the authorization server issues. */
const claims = {
  iss: 'https://authorization-server.example.com/',
  sub: '5ba552d67',
  aud: 'https://rs.example.com/',
  exp: 1639528912,
  iat: 1618354090,
  jti: 'dbe39bf3a3ba4238a513f51d6e1691c4',
  client_id: 's6BhdRkqt3',
  scope: 'openid profile reademail',
};
const kid = 'RjEwOwOA';

const clock = new FakeClock(claims.iat * 1000);
let idp: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start(clock);
  idp.jwks = { keys: [{ ...idp.publicJwk, kid }] };
  gw = await startOidcGateway({ issuer: idp.issuer }, { clock });
});

t.beforeEach(() => configure());

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

/** The realm of a challenge is the host of the issuer. */
function configure(config: Record<string, unknown> = {}, issuer = claims.iss): void {
  gw.configure({
    issuer,
    using_pseudo_issuer: true,
    jwks_endpoint: `${idp.issuer}/jwks`,
    auth_methods: ['bearer'],
    ...config,
  });
}

async function call(token: string | null, options: Parameters<OidcGateway['call']>[1] = {}): Promise<Answer> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return await gw.call(null, { headers, ...options });
}

function sample(changes: Record<string, unknown> = {}, signing: Signing = {}): Promise<string> {
  return idp.sign({ ...claims, ...changes }, { kid, ...signing });
}

function challenge({ headers }: Answer): string {
  return String(headers['www-authenticate']);
}

t.test('RFC 9068 §3: the example passes at the resource server it is for', async (t) => {
  configure({ audience_required: [claims.aud], scopes_required: ['openid profile', 'admin'] });
  for (const typ of ['at+jwt', 'at+JWT', 'application/at+jwt']) {
    t.equal((await call(await sample({}, { typ }))).status, 200, typ);
  }
  t.equal((await call(await sample({ aud: ['https://other.example', claims.aud] }, { typ: 'at+jwt' }))).status, 200);
});

t.test('RFC 9068 §4: a token of another type, issuer, audience or time does not', async (t) => {
  configure({ audience_required: [claims.aud] });
  for (const typ of ['id_token+jwt', 'logout+jwt', 'dpop+jwt', 'at+jwt2']) {
    t.equal((await call(await sample({}, { typ }))).status, 401, typ);
  }
  t.equal((await call(await sample({ iss: 'https://authorization-server.example.com' }))).status, 401, 'no slash');
  t.equal((await call(await sample({ exp: claims.iat }))).status, 401);
  t.equal((await call(await sample({ exp: undefined }))).status, 401);
  t.equal((await call(await sample({ aud: 'https://rs.example.com' }))).status, 403, 'no slash');
  t.equal((await call(await sample({ aud: undefined }))).status, 403);
});

t.test('RFC 6750 §3: without a token the challenge names the realm and no error', async (t) => {
  configure({}, 'https://example/');
  const answer = await call(null);
  t.equal(answer.status, 401);
  t.equal(challenge(answer), 'Bearer realm="example"');
});

t.test('RFC 6750 §3.1: invalid_token for one that is expired, malformed or invalid for other reasons', async (t) => {
  configure({}, 'https://example/');
  const good = await sample({ iss: 'https://example/' });
  t.equal((await call(good)).status, 200);
  // The second one is the token of RFC 6750 §2.1: not a JWT, and nobody is there to say what it is.
  const bad = [
    await sample({ iss: 'https://example/', exp: claims.iat }),
    'mF_9.B5f-4.1JqM',
    `${good.slice(0, -8)}AAAAAAAA`,
  ];
  for (const token of bad) {
    const answer = await call(token);
    t.equal(answer.status, 401);
    t.equal(challenge(answer), 'Bearer realm="example", error="invalid_token"');
  }
});

t.test('RFC 6750 §3.1: insufficient_scope for a token that is good and not enough', async (t) => {
  configure({ scopes_required: ['write'] }, 'https://example/');
  const answer = await call(await sample({ iss: 'https://example/' }));
  t.equal(answer.status, 403);
  t.equal(challenge(answer), 'Bearer realm="example", error="insufficient_scope"');
});

t.test('RFC 6750 §2 and §3.1: a token in one of three places; invalid_request for two of them', async (t) => {
  configure({}, 'https://example/');
  const [one, two] = [await sample({ iss: 'https://example/' }), await sample({ iss: 'https://example/', jti: '2' })];
  const form = { method: 'POST', body: `access_token=${one}` };
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  t.equal((await call(one)).status, 200);
  t.equal((await call(null, { headers: type, ...form })).status, 200);
  t.equal((await call(null, { target: `?access_token=${one}` })).status, 200);
  t.equal((await call(null, { headers: {}, ...form })).status, 401, 'in a body that is no form');
  for (const options of [
    { target: `?access_token=${one}` },
    { ...form, headers: { ...type, authorization: `Bearer ${two}` } },
  ]) {
    const answer = await call(two, options);
    t.equal(answer.status, 400);
    t.equal(challenge(answer), 'Bearer realm="example", error="invalid_request"');
  }
});

t.test('RFC 6750 §2.1: the scheme is not case-sensitive, and what follows is a token of its grammar', async (t) => {
  configure({}, 'https://example/');
  const token = await sample({ iss: 'https://example/' });
  for (const value of [`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`]) {
    t.equal((await call(null, { headers: { authorization: value } })).status, 200, value.slice(0, 10));
  }
  for (const value of [`Bearer ${token} x`, `Bearer "${token}"`, `Bearer ${token},`, 'Bearer ']) {
    t.equal((await call(null, { headers: { authorization: value } })).status, 401, value.slice(0, 10));
  }
});
