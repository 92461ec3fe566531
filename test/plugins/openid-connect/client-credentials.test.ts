import t from 'tap';
import { type Idp, serviceClient, startIdp } from '../../support/idp.ts';
import { basic, sendRaw } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const service = [serviceClient.id, serviceClient.secret] as const;
const audience = 'https://api.example.test';

let idp: Idp;
let gw: OidcGateway;

t.before(async () => {
  idp = await startIdp({
    clients: [serviceClient, { id: 'other', secret: serviceClient.secret }, { id: 'odd:+%/~', secret: 'p:%+ &=~' }],
    claims: (clientId) => ({ azp: clientId, tier: 'gold' }),
  });
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

/** Back to a config and an empty cache. */
async function reset(config: Record<string, unknown> = {}): Promise<void> {
  gw.configure({ issuer: idp.issuer, ...config });
  idp.failWith(null);
  await gw.gateway.gateway.host.cache('tokens').clear();
  idp.resetCounts();
}

function seen(name: string): string | string[] | undefined {
  return gw.upstream.requests.at(-1)?.headers[name];
}

function claimsSeen(): Record<string, unknown> {
  const token = String(seen('authorization')).split('.')[1] ?? '';
  return JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
}

t.test('the upstream gets a verified bearer token in place of id and secret', async (t) => {
  await reset();
  const answer = await gw.call(service);
  t.equal(answer.status, 200);
  t.match(seen('authorization'), /^Bearer eyJ/);
  t.match(claimsSeen(), { azp: 'service', iss: idp.issuer, aud: audience });
  t.equal(seen('x-credential-identifier'), 'service');
  t.notMatch(JSON.stringify(gw.upstream.requests.at(-1)?.rawHeaders), /Basic|cf4c655a/);
  const request = idp.requests.find(({ endpoint }) => endpoint === 'token');
  t.match(request?.params, { grant_type: 'client_credentials', scope: 'openid' });
  t.equal(request?.headers.authorization, basic(...service), 'as the caller sent it, form-urlencoding changes nothing');
});

t.test('the second call with a credential is served from memory', async (t) => {
  await reset();
  await gw.call(service);
  const first = seen('authorization');
  for (let call = 0; call < 5; call++) t.equal((await gw.call(service)).status, 200);
  t.equal(seen('authorization'), first);
  t.match(idp.counts(), { token: 1 });
});

t.test('200 parallel first requests make one discovery, one key set and one token call', async (t) => {
  const cold = await startOidcGateway({ issuer: idp.issuer });
  t.teardown(() => cold.close());
  idp.resetCounts();
  const answers = await Promise.all(Array.from({ length: 200 }, () => cold.call(service)));
  t.same(new Set(answers.map(({ status }) => status)), new Set([200]));
  t.same(idp.counts(), { discovery: 1, jwks: 1, token: 1, other: 0 });
});

t.test('a wrong secret gets exactly Kong’s 401', async (t) => {
  await reset();
  const answer = await gw.call(['service', 'wrong']);
  t.equal(answer.status, 401);
  t.equal(answer.text, '{"message":"Unauthorized"}');
  t.equal(answer.headers['content-length'], '26');
  t.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  t.equal(answer.headers['www-authenticate'], 'Bearer realm="127.0.0.1", error="invalid_token"');
});

t.test('a request without a credential gets a challenge without an error, and nobody is asked', async (t) => {
  await reset();
  const before = gw.upstream.requests.length;
  const answer = await gw.call(null);
  t.equal(answer.status, 401);
  t.equal(answer.headers['www-authenticate'], 'Bearer realm="127.0.0.1"');
  t.equal(gw.upstream.requests.length, before);
  t.same(idp.counts(), { discovery: 0, jwks: 0, token: 0, other: 0 });
});

t.test('a wrong secret is remembered for itself and never locks out the right one', async (t) => {
  await reset();
  t.equal((await gw.call(['service', 'wrong'])).status, 401);
  t.equal((await gw.call(['service', 'wrong'])).status, 401);
  t.match(idp.counts(), { token: 1 });
  t.equal((await gw.call(service)).status, 200);
  t.equal((await gw.call(['service', 'wrong'])).status, 401);
  t.match(idp.counts(), { token: 2 });
});

t.test('no credential gets the token of another', async (t) => {
  await reset();
  t.equal((await gw.call(service)).status, 200);
  for (const other of [
    ['service', ''],
    ['service', serviceClient.secret.slice(1)],
    ['servic', `e${serviceClient.secret}`],
    ['Service', serviceClient.secret],
    ['service ', serviceClient.secret],
  ] as const) {
    t.equal((await gw.call(other)).status, 401, other[0]);
  }
  t.equal((await gw.call(['other', serviceClient.secret])).status, 200);
  t.equal(claimsSeen().azp, 'other', 'the same secret under another id is another caller');
});

t.test('ids and secrets of any characters arrive at the provider as they are', async (t) => {
  await reset({ client_credentials_param_type: ['query'] });
  const query = new URLSearchParams({ client_id: 'odd:+%/~', client_secret: 'p:%+ &=~' });
  t.equal((await gw.call(null, { target: `?${query.toString()}` })).status, 200);
  t.equal(claimsSeen().azp, 'odd:+%/~');
});

t.test('a credential in a place that is not configured is no credential', async (t) => {
  await reset({ client_credentials_param_type: ['header'] });
  const target = `?client_id=service&client_secret=${serviceClient.secret}`;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  t.equal((await gw.call(null, { target })).status, 401);
  t.equal((await gw.call(null, { method: 'POST', headers: form, body: target.slice(1) })).status, 401);
  t.match(idp.counts(), { token: 0 });
});

t.test('a credential in the query is taken out and the rest left alone', async (t) => {
  await reset();
  const target = `?a=%7e&client_id=service&b&client_secret=${serviceClient.secret}&a=2+3`;
  t.equal((await gw.call(null, { target })).status, 200);
  t.equal(gw.upstream.requests.at(-1)?.url, '/anything?a=%7e&b&a=2+3');
  await gw.call(null, { target: target.replace('&b&', '&').replace('?a=%7e&', '?').replace('&a=2+3', '') });
  t.equal(gw.upstream.requests.at(-1)?.url, '/anything');
});

t.test('a credential in a form or JSON body is taken out and the length corrected', async (t) => {
  await reset();
  const secret = serviceClient.secret;
  const form = await gw.call(null, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `x=1&client_id=service&client_secret=${secret}&y=2`,
  });
  t.match(form.json(), { form: { x: '1', y: '2' } });
  t.equal(seen('content-length'), '7');
  const json = await gw.call(null, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"x":1,"client_id":"service","client_secret":"${secret}"}`,
  });
  t.match(json.json(), { data: '{"x":1}' });
  t.equal(seen('content-length'), '7');
});

t.test('with hide_credentials off everything goes on, and Basic still becomes Bearer', async (t) => {
  await reset({ hide_credentials: false });
  const target = `?client_id=service&client_secret=${serviceClient.secret}`;
  t.equal((await gw.call(null, { target })).status, 200);
  t.equal(gw.upstream.requests.at(-1)?.url, `/anything${target}`);
  await gw.call(service);
  t.match(seen('authorization'), /^Bearer /);
  await reset({ hide_credentials: false, upstream_access_token_header: 'x_token' });
  for (let call = 0; call < 2; call++) {
    await gw.call(service);
    t.equal(seen('authorization'), basic(...service));
    t.match(seen('x-token'), /^eyJ/);
  }
});

t.test('without an upstream token header nothing replaces Basic, and it is dropped all the same', async (t) => {
  await reset({ upstream_access_token_header: null });
  for (let call = 0; call < 2; call++) {
    t.equal((await gw.call(service)).status, 200);
    t.equal(seen('authorization'), undefined);
  }
});

t.test('two Authorization headers are refused, also when one of them is remembered', async (t) => {
  await reset();
  await gw.call(service);
  const line = `Authorization: ${basic(...service)}\r\n`;
  const request = `GET /anything HTTP/1.1\r\nHost: h\r\n${line}${line.replace('Auth', 'auth')}Connection: close\r\n\r\n`;
  t.match(await sendRaw(gw.gateway.port, request), /^HTTP\/1.1 401 /);
});

t.test('identity headers of the caller never reach the upstream', async (t) => {
  await reset({
    upstream_headers: [
      { header: 'x-tier', path: ['tier'] },
      { header: 'X_Missing', path: ['nope'] },
    ],
  });
  const spoofed = [
    ...['X-Consumer-ID', 'evil', 'x_consumer_username', 'evil', 'X-Consumer-Groups', 'evil'],
    ...['X-Credential-Identifier', 'evil', 'X-Anonymous-Consumer', 'evil', 'X-Authenticated-Groups', 'evil'],
    ...['X-Tier', 'evil', 'x_tier', 'evil', 'x-missing', 'evil', 'x_missing', 'evil'],
  ];
  for (let call = 0; call < 2; call++) {
    t.equal((await gw.call(service, { headers: spoofed })).status, 200);
    t.notMatch(JSON.stringify(gw.upstream.requests.at(-1)?.rawHeaders), 'evil');
    t.equal(seen('x-tier'), 'gold');
  }
});

t.test('claims and the token go back to the caller when configured', async (t) => {
  await reset({
    downstream_headers: [{ header: 'x-tier', path: ['tier'] }],
    downstream_access_token_header: 'x-token:bearer',
  });
  for (let call = 0; call < 2; call++) {
    const answer = await gw.call(service);
    t.equal(answer.headers['x-tier'], 'gold');
    t.match(answer.headers['x-token'], /^Bearer eyJ/);
  }
  const refused = await gw.call(['service', 'wrong']);
  t.equal(refused.headers['x-tier'], undefined);
  t.equal(refused.headers['x-token'], undefined);
});

t.test('required audience and scope decide between 200 and 403', async (t) => {
  await reset({ audience_required: [audience], scopes: ['read'], scopes_required: ['read'] });
  t.equal((await gw.call(service)).status, 200);
  await reset({ audience_required: ['https://other.example'] });
  const answer = await gw.call(service);
  t.equal(answer.status, 403);
  t.equal(answer.text, '{"message":"Forbidden"}');
  t.equal(answer.headers['www-authenticate'], 'Bearer realm="127.0.0.1", error="insufficient_scope"');
});

t.test('a cached token is judged again after a reload', async (t) => {
  await reset({ cache_tokens_salt: 'shared' });
  t.equal((await gw.call(service)).status, 200);
  gw.configure({ issuer: idp.issuer, cache_tokens_salt: 'shared', claims_forbidden: ['tier'] });
  t.equal((await gw.call(service)).status, 403);
  t.match(idp.counts(), { token: 1 });
});

t.test('plugins with one salt share a token only when they ask for and check the same', async (t) => {
  await reset({ cache_tokens_salt: 'shared' });
  const variations = [{ audience: ['a'] }, { verify_claims: false }, { leeway: 1 }];
  await gw.call(service);
  for (const [at, variation] of variations.entries()) {
    gw.configure({ issuer: idp.issuer, cache_tokens_salt: 'shared', ...variation });
    t.equal((await gw.call(service)).status, 200);
    t.equal(idp.counts().token, at + 2, JSON.stringify(variation));
  }
});

t.test('configured scopes tell tokens apart under one salt only with token_cache_key_include_scope', async (t) => {
  const shared = { issuer: idp.issuer, cache_tokens_salt: 'shared', token_post_args_client: ['scope'] };
  const scopesSeen = async (include: boolean, scopes: readonly string[], target = '') => {
    gw.configure({ ...shared, token_cache_key_include_scope: include, scopes });
    t.equal((await gw.call(service, { target })).status, 200);
    return claimsSeen().scope;
  };
  await reset(shared);
  t.equal(await scopesSeen(false, ['read']), 'read');
  t.equal(await scopesSeen(false, ['write']), 'read', 'as Kong does: the first plugin decided');
  t.equal(await scopesSeen(false, ['write'], '?scope=write'), 'write', 'what the caller asks for always counts');
  t.equal(await scopesSeen(true, ['write']), 'write');
  t.equal(await scopesSeen(true, ['read', 'write']), 'read write');
  t.match(idp.counts(), { token: 3 }, 'the same scope is the same token, whoever asked for it');
});

t.test('with cache_tokens off every call asks for a token', async (t) => {
  await reset({ cache_tokens: false });
  await gw.call(service);
  await gw.call(service);
  t.match(idp.counts(), { token: 2 });
});

t.test('OPTIONS passes untouched when run_on_preflight is off', async (t) => {
  await reset({ run_on_preflight: false });
  t.equal((await gw.call(null, { method: 'OPTIONS' })).status, 200);
  t.equal((await gw.call(null)).status, 401);
  await reset();
  t.equal((await gw.call(null, { method: 'OPTIONS' })).status, 401);
});

t.test('without client_credentials among the methods every request is refused', async (t) => {
  await reset({ auth_methods: ['bearer', 'session'] });
  t.equal((await gw.call(service)).status, 401);
  t.match(idp.counts(), { token: 0 });
});

t.test('a caller argument is passed on and tells tokens apart', async (t) => {
  await reset({ token_post_args_client: ['scope', 'client_secret', 'grant_type'] });
  t.equal((await gw.call(service, { target: '?scope=read&grant_type=password' })).status, 200);
  t.equal(claimsSeen().scope, 'read');
  t.equal((await gw.call(service, { target: '?scope=write' })).status, 200);
  t.equal(claimsSeen().scope, 'write');
  t.equal((await gw.call(service, { headers: { scope: 'read write' } })).status, 200);
  t.equal(claimsSeen().scope, 'read write');
  t.match(idp.counts(), { token: 3 });
});

t.test('a body over the search limit streams on', async (t) => {
  await reset();
  const body = `{"client_id":"service","client_secret":"x","pad":"${'x'.repeat(200_000)}"}`;
  const headers = { 'content-type': 'application/json' };
  t.equal((await gw.call(null, { method: 'POST', headers, body })).status, 401);
  const answer = await gw.call(service, { method: 'POST', headers, body });
  t.equal(answer.status, 200);
  t.equal(answer.json().data, body);
});

t.test('secret and token stand in no log line', async (t) => {
  await reset();
  await gw.call(service);
  await gw.call(['service', 'a-wrong-secret']);
  await gw.call(null, { target: `?client_id=service&client_secret=${serviceClient.secret}` });
  idp.failWith(500);
  await gw.call(['service', 'another-secret']);
  const text = gw.log.text();
  t.match(text, /request refused/);
  t.match(text, /"client_id":"service"/);
  for (const secret of [serviceClient.secret, 'a-wrong-secret', 'another-secret', 'eyJ', basic(...service).slice(6)]) {
    t.notOk(text.includes(secret), secret);
  }
});

t.test('admin endpoints list, find and forget issuers', async (t) => {
  await reset();
  await gw.call(service);
  const { gateway } = gw.gateway;
  const definition = gateway.catalog.get('openid-connect');
  const endpoints = definition?.admin?.(gateway.host) ?? [];
  const ask = async (method: string, path: string, key = '') => {
    const endpoint = endpoints.find((one) => one.method === method && one.path === path);
    return await endpoint?.handle({ params: { key }, query: {} });
  };
  const list = await ask('GET', '/openid-connect/issuers');
  const [row] = (list?.body as { data: Record<string, unknown>[] }).data;
  t.match(row, { issuer: idp.issuer, configuration: { issuer: idp.issuer }, keys: [{ kty: 'RSA' }] });
  const one = '/openid-connect/issuers/:key';
  for (const key of [String(row?.id), idp.issuer, `${idp.issuer}/.well-known/openid-configuration`]) {
    t.match(await ask('GET', one, key), { status: 200, body: { id: row?.id } });
  }
  t.match(await ask('GET', one, 'https://nobody.example'), { status: 404, body: { message: 'Not found' } });
  t.match(await ask('DELETE', one, 'https://nobody.example'), { status: 404 });
  t.match(await ask('DELETE', one, idp.issuer), { status: 204 });
  idp.resetCounts();
  t.equal((await gw.call(service)).status, 200);
  t.match(idp.counts(), { discovery: 1, token: 0 }, 'the document is fetched again, the token is still good');
  t.match(await ask('DELETE', '/openid-connect/issuers'), { status: 204 });
  t.match(await ask('GET', '/openid-connect/jwks'), { status: 404 });
  t.match(await ask('DELETE', '/openid-connect/jwks'), { status: 204 });
});

t.test('an instance lets go of its issuer when its config is replaced', async (t) => {
  await reset();
  const users = async () => {
    const { gateway } = gw.gateway;
    const list = gateway.catalog
      .get('openid-connect')
      ?.admin?.(gateway.host)
      .find(({ method }) => method === 'GET');
    const body = (await list?.handle({ params: {}, query: {} }))?.body;
    return (body as { data: { issuer: string; gw: { used_by: unknown[] } }[] }).data;
  };
  t.equal((await users())[0]?.gw.used_by.length, 1);
  gw.configure({ issuer: 'http://127.0.0.1:1' });
  t.match(await users(), [{ issuer: 'http://127.0.0.1:1' }]);
});
