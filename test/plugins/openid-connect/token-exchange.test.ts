import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import t from 'tap';
import { DpopKey } from '../../support/dpop-key.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

/** The provider that exchanges, and one whose tokens it takes. */
let own: FakeIdp;
let other: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  own = await FakeIdp.start();
  other = await FakeIdp.start();
  gw = await startOidcGateway({ issuer: own.issuer });
});

t.beforeEach(() => {
  own.answer = async ({ form }) => ({ body: await own.grant({ azp: 'gateway', ...exchangedClaims(form) }) });
  own.tokenRequests.length = 0;
  own.counts.token = 0;
  other.counts.jwks = 0;
});

t.teardown(async () => {
  await gw.close();
  await own.close();
  await other.close();
});

/** The new token says whose it is and what it was asked for, as those of a real provider do. */
function exchangedClaims(form: URLSearchParams): Record<string, unknown> {
  const subject = form.get('subject_token');
  const claims = subject === null ? {} : decodeJwt(subject);
  return { sub: claims.sub, aud: form.getAll('audience'), scope: form.get('scope') ?? '' };
}

function configure(exchange: Record<string, unknown>, config: Record<string, unknown> = {}): void {
  gw.configure({
    ...{ issuer: own.issuer, auth_methods: ['bearer'], client_id: ['gateway'], client_secret: ['secret of gateway'] },
    ...{ token_exchange: { subject_token_issuers: [{ issuer: other.issuer }], ...exchange }, ...config },
  });
}

function when(conditions: Record<string, unknown>): Record<string, unknown> {
  return { subject_token_issuers: [{ issuer: own.issuer, conditions }] };
}

async function call(token: string, headers: Record<string, string> = {}): ReturnType<OidcGateway['call']> {
  return await gw.call(null, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

/** Claims of the token the upstream got. */
function sentOn({ text }: { readonly text: string }): Record<string, unknown> {
  const authorization = /Bearer ([\w.-]+)/.exec(text)?.[1];
  return authorization === undefined ? {} : decodeJwt(authorization);
}

t.test(
  "another issuer's token is exchanged, by the gateway's own client, for one that the upstream gets",
  async (t) => {
    configure({});
    const token = await other.sign({ sub: 'john' });
    const answer = await call(token);
    t.equal(answer.status, 200);
    t.match(sentOn(answer), { iss: own.issuer, sub: 'john', azp: 'gateway' });
    t.notMatch(answer.text, token);
    const [request] = own.tokenRequests;
    t.same(Object.fromEntries(request?.form ?? []), {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'openid',
    });
    const basic = Buffer.from('gateway:secret+of+gateway').toString('base64');
    t.equal(request?.headers.authorization, `Basic ${basic}`);
  },
);

t.test('an equal token is exchanged once, however many callers send it at once', async (t) => {
  configure({});
  const token = await other.sign({ sub: 'once' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => call(token)));
  t.ok(answers.every(({ status }) => status === 200));
  t.equal((await call(token)).status, 200);
  t.equal(own.counts.token, 1);
  await call(await other.sign({ sub: 'another' }));
  t.equal(own.counts.token, 2, 'another token');
});

t.test('cache.enabled and cache_token_exchange off exchange every time; cache.ttl bounds the time', async (t) => {
  for (const [exchange, config] of [
    [{ cache: { enabled: false } }, {}],
    [{}, { cache_token_exchange: false }],
    [{}, { cache_tokens: false }],
    [{ cache: { enabled: true, ttl: 0 } }, {}],
  ] as const) {
    configure(exchange, config);
    own.counts.token = 0;
    const token = await other.sign({ sub: 'uncached', jti: JSON.stringify([exchange, config]) });
    t.same([(await call(token)).status, (await call(token)).status], [200, 200]);
    t.equal(own.counts.token, 2, JSON.stringify([exchange, config]));
  }
  configure({ cache: { enabled: true } }, { cache_tokens: false });
  own.counts.token = 0;
  const token = await other.sign({ sub: 'cached' });
  t.same([(await call(token)).status, (await call(token)).status], [200, 200]);
  t.equal(own.counts.token, 1, 'cache.enabled on, cache_tokens off');
});

t.test('scopes and audience of the exchange win over those of the plugin, which "empty_…" takes away', async (t) => {
  const plain = { scopes: ['a', 'b'], audience: ['x', 'y'] };
  for (const [request, expected] of [
    [{}, { scope: ['a b'], audience: ['x', 'y'] }],
    [
      { scopes: ['c'], audience: ['z'] },
      { scope: ['c'], audience: ['z'] },
    ],
    [
      { empty_scopes: true, empty_audience: true },
      { scope: [], audience: [] },
    ],
  ] as const) {
    configure({ request, cache: { enabled: false } }, plain);
    own.tokenRequests.length = 0;
    await call(await other.sign());
    const form = own.tokenRequests[0]?.form;
    t.same({ scope: form?.getAll('scope'), audience: form?.getAll('audience') }, expected, JSON.stringify(request));
  }
});

t.test('arguments of the config take the place of those of that name; none can be the subject token', async (t) => {
  configure(
    {},
    {
      token_post_args_names: ['subject_token_type', 'requested_token_type', 'subject_token'],
      token_post_args_values: ['urn:ietf:params:oauth:token-type:jwt', 'wanted', 'somebody else'],
      token_post_args_client: ['subject_token'],
    },
  );
  const token = await other.sign({ sub: 'args' });
  const answer = await gw.call(null, {
    headers: { authorization: `Bearer ${token}` },
    target: '?subject_token=stolen',
  });
  t.equal(answer.status, 200);
  const form = own.tokenRequests[0]?.form;
  t.same(form?.getAll('subject_token_type'), ['urn:ietf:params:oauth:token-type:jwt']);
  t.same(form?.getAll('requested_token_type'), ['wanted']);
  t.same(form?.getAll('subject_token'), [token]);
});

t.test('what the caller may do is decided by the new token', async (t) => {
  configure(
    { request: { scopes: ['read'] } },
    { scopes_required: ['read'], upstream_headers_claims: ['scope'], upstream_headers_names: ['x-scope'] },
  );
  const answer = await call(await other.sign({ scope: 'nothing' }));
  t.equal(answer.status, 200);
  t.match(answer.text, /"x-scope":\s*"read"/i);
  configure({ request: { scopes: ['write'] } }, { scopes_required: ['read'] });
  t.equal((await call(await other.sign({ scope: 'read' }))).status, 403);
});

t.test(
  "another issuer's token that is over, not yet good, unsigned or of an issuer not listed goes nowhere",
  async (t) => {
    configure({});
    const now = Math.floor(Date.now() / 1000);
    const bad: Record<string, string> = {
      expired: await other.sign({ exp: now - 1 }),
      'not yet good': await other.sign({ nbf: now + 60 }),
      'exp is no time': await other.sign({ exp: 'soon' }),
      'not listed': await other.sign({ iss: `${other.issuer}/` }),
      'no issuer': await other.sign({ iss: undefined }),
      unsigned: (await other.sign()).replace(/[^.]*$/, ''),
    };
    for (const [name, token] of Object.entries(bad)) {
      const answer = await call(token);
      t.equal(answer.status, 401, name);
      t.match(String(answer.headers['www-authenticate']), /error="invalid_token"/, name);
    }
    t.equal(own.counts.token, 0, 'the provider was not asked');
  },
);

t.test('verify_signature: only what the keys of that issuer signed is exchanged', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'other-key', alg: 'ES256' }] };
  const signing = { alg: 'ES256', kid: 'other-key', key: privateKey };
  const listed = { issuer: other.issuer, verify_signature: true };
  for (const [name, entry] of [
    ['discovered keys', listed],
    ['jwks_uri', { ...listed, jwks_uri: `${other.issuer}/jwks?pinned` }],
  ] as const) {
    other.jwks = jwks;
    configure({ subject_token_issuers: [entry] });
    own.counts.token = 0;
    t.equal((await call(await other.sign({ sub: name }))).status, 401, `${name}: another key`);
    t.equal(own.counts.token, 0, 'the provider was not asked');
    const good = await other.sign({ sub: name }, signing);
    t.equal((await call(good)).status, 200, name);
    t.equal((await call(good.slice(0, -4))).status, 401, `${name}: broken signature`);
    t.equal(own.counts.token, 1);
  }
  t.ok(other.counts.jwks >= 2, 'from both places');
  other.jwks = { keys: [other.publicJwk] };
});

t.test("the provider's own tokens are verified, and exchanged when all conditions hold", async (t) => {
  const claims = { scope: 'read profile', aud: ['api', 'gateway'] };
  const cases: readonly (readonly [Record<string, unknown>, boolean])[] = [
    [{ has_audience: ['gateway'] }, true],
    [{ has_audience: ['gateway', 'api'], has_scopes: ['read'] }, true],
    [{ missing_scopes: ['write'], missing_audience: ['other'] }, true],
    [{ has_audience: ['gateway', 'other'] }, false],
    [{ has_scopes: ['read'], missing_scopes: ['profile'] }, false],
    [{ missing_audience: ['other', 'api'] }, false],
    [{ has_scopes: ['rea'] }, false],
    [{ has_scopes: null, missing_scopes: [] }, false],
    [{}, false],
  ];
  const token = await own.sign(claims);
  for (const [conditions, exchanged] of cases) {
    configure(when(conditions));
    own.counts.token = 0;
    const answer = await call(token);
    const name = JSON.stringify(conditions);
    t.equal(answer.status, 200, name);
    t.equal(own.counts.token, exchanged ? 1 : 0, name);
    t.equal(sentOn(answer).azp, exchanged ? 'gateway' : undefined, name);
  }
  configure(when({ has_audience: ['gateway'] }));
  own.counts.token = 0;
  const { privateKey } = await generateKeyPair('RS256');
  t.equal((await call(await own.sign(claims, { key: privateKey }))).status, 401, 'signed by somebody else');
  t.equal(own.counts.token, 0);
});

t.test('a provider that refuses the token is 401, one that refuses the gateway 500, one that fails 503', async (t) => {
  configure({ cache: { enabled: false } });
  for (const [error, status, expected] of [
    ['invalid_grant', 400, 401],
    ['invalid_request', 400, 401],
    ['access_denied', 403, 401],
    ['invalid_client', 401, 500],
    ['unauthorized_client', 400, 500],
    ['unsupported_grant_type', 400, 500],
    ['server_error', 500, 503],
  ] as const) {
    own.answer = () => ({ status, body: { error } });
    const answer = await call(await other.sign({ sub: error }));
    t.equal(answer.status, expected, error);
    const challenge = expected === 401 ? /^Bearer realm="127.0.0.1", error="invalid_token"$/ : /^undefined$/;
    t.match(String(answer.headers['www-authenticate']), challenge, error);
  }
});

t.test('a new token that does not pass is refused', async (t) => {
  configure({});
  const { privateKey } = await generateKeyPair('RS256');
  own.answer = async () => ({ body: await own.grant({}, { key: privateKey }) });
  t.equal((await call(await other.sign({ sub: 'badly signed' }))).status, 401);
  own.answer = async () => ({ body: await own.grant({ iss: other.issuer }) });
  t.equal((await call(await other.sign({ sub: 'wrong issuer' }))).status, 401);
  own.answer = () => ({ body: { access_token: 'x', token_type: 'N_A' } });
  t.equal((await call(await other.sign({ sub: 'no bearer token' }))).status, 500);
});

t.test('a remembered exchange ends with the token that was exchanged', async (t) => {
  configure({});
  const exp = Math.floor(Date.now() / 1000) + 1;
  const token = await other.sign({ exp, sub: 'short' });
  t.equal((await call(token)).status, 200);
  t.equal((await call(token)).status, 200);
  await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 20));
  t.equal((await call(token)).status, 401);
  t.equal(own.counts.token, 1);
});

t.test('without a client of its own the gateway cannot exchange, and says so in the log', async (t) => {
  configure({}, { client_id: null, client_secret: null });
  t.equal((await call(await other.sign({ sub: 'no client' }))).status, 500);
  t.match(gw.log.text(), /client of the gateway's own/);
});

t.test('token_exchange_endpoint is where tokens are exchanged', async (t) => {
  configure({}, { token_exchange_endpoint: `${own.issuer}/token/exchange`, token_endpoint: 'http://127.0.0.1:1/' });
  t.equal((await call(await other.sign({ sub: 'elsewhere' }))).status, 200);
  t.equal(own.counts.token, 1);
});

t.test('with jwt_session_cookie the token that was brought must belong to the cookie', async (t) => {
  configure({}, { jwt_session_cookie: 'session' });
  const token = await other.sign({ sid: 'abc' });
  t.equal((await call(token, { cookie: 'session=abc' })).status, 200);
  t.equal((await call(token, { cookie: 'session=def' })).status, 401);
});

t.test('what proves possession is asked for the token that was brought, not for the new one', async (t) => {
  const key = await DpopKey.make();
  const bound = await other.sign({ sub: 'bound', cnf: { jkt: key.thumbprint } });
  const unbound = await other.sign({ sub: 'unbound' });
  const proved = async (token: string): Promise<number> => {
    const dpop = await key.prove('GET', `${gw.gateway.url}/anything`, token);
    return (await gw.call(null, { headers: { authorization: `DPoP ${token}`, dpop } })).status;
  };
  configure({}, { proof_of_possession_dpop: 'strict' });
  t.equal(await proved(bound), 200);
  t.equal((await call(bound)).status, 401, 'bound, without a proof');
  t.equal((await call(unbound)).status, 401, 'unbound');
  configure({}, { proof_of_possession_dpop: 'optional' });
  t.equal(await proved(bound), 200);
  t.equal((await call(bound)).status, 401, 'bound, without a proof');
  t.equal((await call(unbound)).status, 200, 'unbound');
  configure({}, { proof_of_possession_mtls: 'optional' });
  const tied = await other.sign({ sub: 'tied', cnf: { 'x5t#S256': 'x'.repeat(43) } });
  t.equal((await call(tied)).status, 401, 'bound to a certificate, without one');
});

t.test('a token of the own issuer is introspected first, where that is asked for', async (t) => {
  configure(when({ has_audience: ['gateway'] }), { introspect_jwt_tokens: true });
  const token = await own.sign({ aud: 'gateway', sub: 'inactive' });
  own.introspect = () => ({ body: { active: false } });
  t.equal((await call(token)).status, 401);
  t.equal(own.counts.token, 0);
  own.introspect = () => ({ body: { active: true } });
  const active = await own.sign({ aud: 'gateway', sub: 'active' });
  t.equal(sentOn(await call(active)).azp, 'gateway');
});
