import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { FakeIdp, type FakeTokenRequest } from '../../support/fake-idp.ts';
import { basic } from '../../support/http.ts';
import { type CallOptions, type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

let idp: FakeIdp;
let gw: OidcGateway;
let calls = 0;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

/** The token request that a call under this config makes; each call is a credential of its own. */
async function requestUnder(
  t: Test,
  config: Record<string, unknown>,
  options: CallOptions = {},
): Promise<FakeTokenRequest & { readonly secret: string }> {
  const secret = `secret ${calls++}`;
  gw.configure({ issuer: idp.issuer, ...config });
  t.equal((await gw.call(['service', secret], options)).status, 200);
  const request = idp.tokenRequests.at(-1);
  if (request === undefined) throw new Error('no token request');
  return { ...request, secret };
}

t.test('id and secret travel as the method says; a key of the gateway never signs for the caller', async (t) => {
  const asBasic: Record<string, unknown>[] = [
    {},
    { client_auth: ['private_key_jwt'], client_id: ['kong'] },
    { token_endpoint_auth_method: 'tls_client_auth' },
    { token_endpoint_auth_method: 'none' },
    { token_endpoint_auth_method: 'client_secret_basic', client_auth: ['client_secret_post'] },
  ];
  for (const config of asBasic) {
    const { headers, form, secret } = await requestUnder(t, config);
    t.equal(headers.authorization, basic('service', secret.replace(' ', '+')), JSON.stringify(config));
    for (const name of ['client_id', 'client_secret', 'client_assertion']) t.equal(form.get(name), null, name);
  }
  for (const config of [
    { client_auth: ['client_secret_post'] },
    { token_endpoint_auth_method: 'client_secret_post' },
  ]) {
    const { headers, form, secret } = await requestUnder(t, config);
    t.equal(headers.authorization, undefined);
    t.equal(form.get('client_id'), 'service');
    t.equal(form.get('client_secret'), secret);
  }
  const { form, headers } = await requestUnder(t, { token_endpoint_auth_method: 'client_secret_jwt' });
  t.equal(headers.authorization, undefined);
  t.match(decodeJwt(form.get('client_assertion') ?? ''), { iss: 'service', sub: 'service', aud: idp.issuer });
});

t.test('what the provider supports decides when nothing is configured', async (t) => {
  const other = await FakeIdp.start();
  other.discovery = { token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'] };
  const api = await startOidcGateway({ issuer: other.issuer });
  t.teardown(async () => {
    await api.close();
    await other.close();
  });
  t.equal((await api.call(['service', 'a'])).status, 200);
  t.equal(other.tokenRequests[0]?.form.get('client_secret'), 'a');
});

t.test('scopes and audience are joined by spaces, null and empty send none', async (t) => {
  const { form } = await requestUnder(t, { scopes: ['a', 'b'], audience: ['x', 'y'] });
  t.equal(form.toString(), 'grant_type=client_credentials&scope=a+b&audience=x+y');
  t.equal((await requestUnder(t, { scopes: null })).form.toString(), 'grant_type=client_credentials');
  t.equal((await requestUnder(t, { scopes: [] })).form.toString(), 'grant_type=client_credentials');
  t.equal((await requestUnder(t, {})).form.get('scope'), 'openid');
});

t.test('configured arguments and headers are added, but never those that say who asks', async (t) => {
  const { form, headers, secret } = await requestUnder(t, {
    token_post_args_names: ['resource', 'grant_type', 'client_id', 'redirect_uri'],
    token_post_args_values: ['r1', 'password', 'evil', 'https://evil.example'],
    token_headers_names: ['X-Tenant', 'Authorization', 'Content-Type', 'DPoP'],
    token_headers_values: ['t1', 'Basic evil', 'text/plain', 'evil'],
  });
  t.same(form.getAll('grant_type'), ['client_credentials']);
  t.equal(form.get('resource'), 'r1');
  t.equal(form.get('client_id'), null);
  t.equal(form.get('redirect_uri'), null);
  t.equal(headers['x-tenant'], 't1');
  t.equal(headers.authorization, basic('service', secret.replace(' ', '+')));
  t.equal(headers['content-type'], 'application/x-www-form-urlencoded');
  t.equal(headers.dpop, undefined);
});

t.test('arguments of the caller come from query, body or header and win; twice is not found', async (t) => {
  const config = {
    token_post_args_client: ['tenant', 'scope'],
    token_post_args_names: ['tenant'],
    token_post_args_values: ['default'],
    token_headers_client: ['X-Trace', 'Cookie'],
  };
  const query = await requestUnder(t, config, { target: '?tenant=q', headers: { 'x-trace': '1', cookie: 'a=b' } });
  t.equal(query.form.get('tenant'), 'q');
  t.equal(query.form.get('scope'), 'openid');
  t.equal(query.headers['x-trace'], '1');
  t.equal(query.headers.cookie, undefined);
  const json = { 'content-type': 'application/json' };
  const body = await requestUnder(t, config, { method: 'POST', headers: json, body: '{"tenant":"b","scope":"s"}' });
  t.equal(body.form.get('tenant'), 'b');
  t.equal(body.form.get('scope'), 's');
  t.equal((await requestUnder(t, config, { headers: { tenant: 'h' } })).form.get('tenant'), 'h');
  t.equal((await requestUnder(t, config, { target: '?tenant=1&tenant=2' })).form.get('tenant'), 'default');
  const twice = await requestUnder(t, config, {
    headers: ['tenant', '1', 'tenant', '2', 'x-trace', '1', 'x-trace', '2'],
  });
  t.equal(twice.form.get('tenant'), 'default', 'a header that was sent twice');
  t.equal(twice.headers['x-trace'], undefined);
});

t.test('a header of the caller that is copied tells tokens apart', async (t) => {
  gw.configure({ issuer: idp.issuer, token_headers_client: ['x-tenant'] });
  const before = idp.counts.token;
  for (const tenant of ['1', '2', '1', '2']) await gw.call(['tenants', 'x'], { headers: { 'x-tenant': tenant } });
  t.equal(idp.counts.token - before, 2);
});

t.test('a pseudo issuer is never asked for a document, and is the expected iss', async (t) => {
  const before = { ...idp.counts };
  const config = {
    issuer: 'https://pseudo.example',
    using_pseudo_issuer: true,
    token_endpoint: `${idp.issuer}/token`,
    jwks_endpoint: `${idp.issuer}/jwks`,
  };
  idp.answer = async () => ({ body: await idp.grant({ iss: 'https://pseudo.example' }) });
  await requestUnder(t, config);
  idp.answer = async () => ({ body: await idp.grant() });
  t.equal((await gw.call(['service', 'another'])).status, 401, 'the real issuer is not the expected one');
  t.equal(idp.counts.discovery, before.discovery);
});

t.test('configured endpoints and discovery headers replace and extend discovery', async (t) => {
  const other = await FakeIdp.start();
  other.discovery = { token_endpoint: 'http://127.0.0.1:1/token', jwks_uri: 'http://127.0.0.1:1/jwks' };
  const api = await startOidcGateway({
    issuer: `${other.issuer}/.well-known/openid-configuration`,
    token_endpoint: `${other.issuer}/token`,
    jwks_endpoint: `${other.issuer}/jwks`,
    discovery_headers_names: ['x-api-key'],
    discovery_headers_values: ['k'],
  });
  t.teardown(async () => {
    await api.close();
    await other.close();
  });
  t.equal((await api.call(['service', 'a'])).status, 200);
  t.match(other.counts, { discovery: 1, jwks: 1, token: 1, other: 0 });
  t.notMatch(api.log.text(), '"k"');
});
