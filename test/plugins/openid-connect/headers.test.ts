import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import t from 'tap';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import { consumer } from '../../support/entities.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { basic, send } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const guest = consumer('guest');

/** Runs after authentication and refuses who asks for it. */
const later: PluginDefinition = {
  name: 'later',
  version: '1.0.0',
  priority: 500,
  protocols: ['http'],
  schema: { type: 'object' },
  create: () => ({
    access: (exchange) => {
      const status = exchange.request.header('x-refuse');
      if (status !== undefined) exchange.exit(Number(status), { message: 'no' });
    },
  }),
};

let idp: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway({ issuer: idp.issuer }, { consumers: [guest], plugins: [later] });
});

t.beforeEach(async () => {
  idp.answer = async () => ({ body: await idp.grant() });
  await gw.gateway.gateway.host.cache('tokens').clear();
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

const service = ['service', 'secret'] as const;

function seen(): Record<string, string | string[] | undefined> {
  return { ...gw.upstream.requests.at(-1)?.headers };
}

function decoded(value: unknown): unknown {
  return JSON.parse(Buffer.from(String(value), 'base64').toString());
}

t.test('upstream and caller get tokens and the keys that verified them', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const other = { ...(await exportJWK(publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' };
  idp.jwks = { keys: [idp.publicJwk, other] };
  const idToken = await idp.sign({ aud: 'service' }, { key: privateKey, kid: 'ec', alg: 'ES256' });
  idp.answer = async () => ({ body: { ...(await idp.grant()), id_token: idToken, refresh_token: 'rt' } });
  const config: Record<string, unknown> = { issuer: idp.issuer, rediscovery_lifetime: 0 };
  for (const side of ['upstream', 'downstream']) {
    for (const name of ['access_token', 'access_token_jwk', 'id_token', 'id_token_jwk', 'refresh_token']) {
      config[`${side}_${name}_header`] = `x_${name}`;
    }
  }
  gw.configure(config);
  for (let call = 0; call < 2; call++) {
    const answer = await gw.call(service);
    t.equal(answer.status, 200);
    for (const headers of [seen(), answer.headers]) {
      t.match(headers['x-access-token'], /^[\w-]+\.[\w-]+\.[\w-]+$/);
      t.same(decoded(headers['x-access-token-jwk']), idp.publicJwk);
      t.equal(headers['x-id-token'], idToken);
      t.same(decoded(headers['x-id-token-jwk']), other);
      t.equal(headers['x-refresh-token'], 'rt');
    }
  }
  idp.jwks = { keys: [idp.publicJwk] };
});

t.test('of two keys with one id, the one that made the signature is named', async (t) => {
  const { publicKey } = await generateKeyPair('RS256');
  const twin = { ...(await exportJWK(publicKey)), kid: idp.kid, alg: 'RS256', use: 'sig' };
  const fresh = await FakeIdp.start();
  const api = await startOidcGateway({
    ...{ issuer: fresh.issuer, auth_methods: ['bearer'], upstream_access_token_jwk_header: 'x-jwk' },
  });
  t.teardown(async () => {
    await api.close();
    await fresh.close();
  });
  fresh.jwks = { keys: [twin, fresh.publicJwk] };
  const headers = { authorization: `Bearer ${await fresh.sign()}` };
  t.equal((await api.call(null, { headers })).status, 200);
  t.same(decoded(api.upstream.requests.at(-1)?.headers['x-jwk']), fresh.publicJwk);
});

t.test('no key is named for a token that no public key verified, and the caller’s word is dropped', async (t) => {
  const config = { upstream_access_token_jwk_header: 'x_jwk', upstream_id_token_jwk_header: 'x_idt_jwk' };
  gw.configure({ issuer: idp.issuer, enable_hs_signatures: true, verify_claims: false, ...config });
  const secret = 'a secret that is long enough for HS256';
  const hmac = await new SignJWT({ sub: 'x' })
    .setProtectedHeader({ alg: 'HS256', kid: idp.kid })
    .sign(Buffer.from(secret));
  for (const token of [hmac, 'opaque']) {
    idp.answer = () => ({ body: { access_token: token, token_type: 'bearer' } });
    const headers = ['x-jwk', 'forged', 'X_JWK', 'forged', 'x_idt-jwk', 'forged'];
    t.equal((await gw.call([`client ${token.length}`, secret], { headers })).status, 200, token);
    t.match(seen(), { authorization: `Bearer ${token}` });
    t.notMatch(JSON.stringify(seen()), /jwk|forged/i);
  }
});

t.test('with signatures unverified, a key is named only for the signature it made', async (t) => {
  gw.configure({ issuer: idp.issuer, verify_signature: false, upstream_access_token_jwk_header: 'x-jwk' });
  t.equal((await gw.call(service)).status, 200);
  t.same(decoded(seen()['x-jwk']), idp.publicJwk);
  const { privateKey } = await generateKeyPair('RS256');
  idp.answer = async () => ({ body: await idp.grant({}, { key: privateKey }) });
  t.equal((await gw.call(['service', 'another'])).status, 200);
  t.equal(seen()['x-jwk'], undefined);
});

t.test('what the provider says of a token and its user goes out decoded and as the JWTs it came in', async (t) => {
  const config: Record<string, unknown> = {
    ...{ issuer: idp.issuer, auth_methods: ['introspection'], client_id: ['kong'], client_secret: ['own'] },
    ...{ introspection_accept: 'application/token-introspection+jwt', userinfo_accept: 'application/jwt' },
  };
  for (const name of ['introspection', 'introspection_jwt', 'user_info', 'user_info_jwt']) {
    for (const side of ['upstream', 'downstream']) config[`${side}_${name}_header`] = `x-${name}`;
  }
  const said = { active: true, sub: 'john', scope: 'ü' };
  const wrapped = { aud: 'kong', token_introspection: said };
  const introspectionJwt = await idp.sign(wrapped, { typ: 'token-introspection+jwt' });
  const userInfoJwt = await idp.sign({ sub: 'john', aud: 'kong' });
  const jwt = (type: string, body: string) => ({ headers: { 'content-type': `application/${type}` }, body });
  idp.introspect = () => jwt('token-introspection+jwt', introspectionJwt);
  idp.userInfo = () => jwt('jwt', userInfoJwt);
  gw.configure(config);
  for (let call = 0; call < 2; call++) {
    const answer = await gw.call(null, { headers: { authorization: 'Bearer opaque' } });
    t.equal(answer.status, 200);
    for (const headers of [seen(), answer.headers]) {
      t.same(decoded(headers['x-introspection']), said);
      t.equal(headers['x-introspection-jwt'], introspectionJwt);
      t.match(decoded(headers['x-user-info']), { sub: 'john' });
      t.equal(headers['x-user-info-jwt'], userInfoJwt);
    }
  }
  t.match(idp.counts, { introspection: 1, userinfo: 1 });
});

t.test('userinfo headers make the user be asked for after any method', async (t) => {
  idp.userInfo = () => ({ body: { sub: 'service', email: 'a@b.example' } });
  gw.configure({
    issuer: idp.issuer,
    upstream_user_info_header: 'x-user',
    upstream_user_info_jwt_header: 'x-user-jwt',
  });
  const headers = ['x-user-jwt', 'forged', 'x_user', 'forged'];
  t.equal((await gw.call(['user', 'info'], { headers })).status, 200);
  t.same(decoded(seen()['x-user']), { sub: 'service', email: 'a@b.example' });
  t.equal(seen()['x-user-jwt'], undefined, 'the answer was no JWT');
});

t.test('the refresh token is the newest, also for a caller that still sends an old one', async (t) => {
  let newest = 1;
  idp.answer = async () => ({ body: { ...(await idp.grant()), refresh_token: `rt-${(newest += 1)}` } });
  gw.configure({
    ...{ issuer: idp.issuer, auth_methods: ['refresh_token'], refresh_token_param_name: 'refresh_token' },
    ...{ client_id: ['kong'], client_secret: ['own'] },
    ...{ upstream_refresh_token_header: 'x-rt', downstream_refresh_token_header: 'x-rt' },
  });
  for (const sent of ['rt-1', 'rt-1', 'rt-2']) {
    const answer = await gw.call(null, { headers: { 'Refresh-Token': sent } });
    const expected = sent === 'rt-1' ? 'rt-2' : 'rt-3';
    t.equal(answer.headers['x-rt'], expected, sent);
    t.equal(seen()['x-rt'], expected, sent);
  }
});

t.test('a refused caller gets no downstream header, whoever refuses it', async (t) => {
  const downstream = {
    downstream_access_token_header: 'x-at',
    downstream_headers: [{ header: 'x-sub', path: ['sub'] }],
  };
  const isTold = async (status: number, config: object, headers: Record<string, string> = {}): Promise<void> => {
    gw.configure({ issuer: idp.issuer, ...downstream, ...config });
    const answer = await gw.call(service, { headers });
    t.equal(answer.status, status);
    t.equal('x-at' in answer.headers, status < 400, `${status} with a token`);
    t.equal('x-sub' in answer.headers, status < 400, `${status} with a claim`);
  };
  await isTold(200, {});
  await isTold(403, { scopes_required: ['gold'] });
  await isTold(403, {}, { 'x-refuse': '403' });
  await isTold(204, {}, { 'x-refuse': '204' });
  idp.answer = () => ({ status: 400, body: { error: 'invalid_client' } });
  await isTold(401, { scopes: ['another'] });
  idp.answer = () => ({ status: 500, body: '' });
  await isTold(503, { scopes: ['yet another'] });
});

t.test('the upstream’s own copy of a downstream header never stands for the gateway’s', async (t) => {
  const headers = [{ header: 'x_role', path: ['role'] }];
  const target = async (anonymous: boolean): Promise<Record<string, unknown>> => {
    const config = { downstream_headers: headers, ...(anonymous ? { anonymous: 'guest' } : {}) };
    gw.configure({ issuer: idp.issuer, ...config });
    const own = `${gw.gateway.url}/response-headers?x-role=theirs&X_Role=theirs&x-other=kept`;
    const answer = await send(own, anonymous ? {} : { headers: { authorization: basic(...service) } });
    t.equal(answer.status, 200);
    return { ...answer.headers };
  };
  idp.answer = async () => ({ body: await idp.grant({ role: 'gateway' }) });
  t.match(await target(false), { 'x-role': 'gateway', 'x-other': 'kept' });
  idp.answer = async () => ({ body: await idp.grant() });
  await gw.gateway.gateway.host.cache('tokens').clear();
  for (const anonymous of [false, true]) t.notMatch(JSON.stringify(await target(anonymous)), /theirs/);
});

t.test('a configured header that the token has nothing for is dropped in every spelling', async (t) => {
  gw.configure({
    ...{ issuer: idp.issuer, anonymous: 'guest' },
    upstream_headers: [{ header: 'X_User', path: ['name', 'short'] }],
    upstream_id_token_header: 'id_token:bearer',
  });
  const forged = ['X-User', 'x-user', 'X_USER', 'x_User', 'Id-Token', 'id_token'].flatMap((name) => [name, 'forged']);
  for (const credential of [service, null]) {
    t.equal((await gw.call(credential, { headers: forged })).status, 200);
    t.notMatch(JSON.stringify(seen()), /forged/);
  }
});

t.test('Authorization is dropped when the token does not take its place', async (t) => {
  gw.configure({ issuer: idp.issuer, anonymous: 'guest', hide_credentials: false });
  const headers = { authorization: 'Bearer forged' };
  t.equal((await gw.call(null, { headers })).status, 200);
  t.equal(seen().authorization, undefined, 'an anonymous caller has no token');
  const path = [{ header: 'authorization', path: ['nothing'] }];
  gw.configure({ issuer: idp.issuer, upstream_access_token_header: 'x-at', upstream_headers: path });
  t.equal((await gw.call(service)).status, 200);
  t.equal(seen().authorization, undefined, 'a claim that is not there');
});

t.test('a claim goes out at any depth, as text, number, list and UTF-8', async (t) => {
  const claims = { a: { 'b.c': 'ü', n: 1.5, yes: true }, list: ['x', { y: 1 }] };
  idp.answer = async () => ({ body: await idp.grant(claims) });
  const at = (header: string, ...path: string[]) => ({ header, path });
  const upstream_headers = [
    at('x-text', 'a', 'b.c'),
    at('x-n', 'a', 'n'),
    at('x-yes', 'a', 'yes'),
    at('x-list', 'list'),
  ];
  gw.configure({ issuer: idp.issuer, upstream_headers });
  t.equal((await gw.call(['deep', 'secret'])).status, 200);
  t.match(seen(), { 'x-text': Buffer.from('ü').toString('latin1'), 'x-n': '1.5', 'x-yes': 'true' });
  t.same(decoded(seen()['x-list']), claims.list);
});
