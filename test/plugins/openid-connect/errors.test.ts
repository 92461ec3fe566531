import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair } from 'jose';
import t, { type Test } from 'tap';
import { consumer } from '../../support/entities.ts';
import { type FakeAnswer, FakeIdp } from '../../support/fake-idp.ts';
import type { Answer } from '../../support/http.ts';
import { type CallOptions, type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const guest = consumer('guest');
const both = { auth_methods: ['bearer', 'client_credentials'] };
const own = { client_id: ['kong', 'konga'], client_secret: ['own', 'other'] };
const bare = 'Bearer realm="127.0.0.1"';

let idp: FakeIdp;
let gw: OidcGateway;
let calls = 0;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway({ issuer: idp.issuer }, { consumers: [guest] });
});

t.beforeEach(() => {
  idp.answer = async () => ({ body: await idp.grant() });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

function configure(config: Record<string, unknown> = {}): void {
  gw.configure({ issuer: idp.issuer, ...both, ...config });
}

/** A call with a client that nobody has seen before. */
function callAsSomebody(options: CallOptions = {}): Promise<Answer> {
  return gw.call([`client-${calls++}`, 'secret'], options);
}

function callWith(token: string, target = ''): Promise<Answer> {
  return gw.call(null, { target, headers: { authorization: `Bearer ${token}` } });
}

interface Expected {
  readonly status: number;
  readonly message: string;
  readonly challenge?: string;
}

/** Checks an answer, and that the request went no further. */
async function isRefused(
  t: Test,
  call: () => Promise<Answer>,
  { status, message, challenge }: Expected,
): Promise<void> {
  const before = gw.upstream.requests.length;
  const answer = await call();
  t.equal(answer.status, status);
  t.equal(answer.text, JSON.stringify({ message }), 'the body is exactly this');
  t.equal(answer.headers['www-authenticate'], challenge);
  t.equal(answer.headers['retry-after'], status === 503 ? '5' : undefined);
  t.equal(gw.upstream.requests.length, before, 'the upstream is not called');
}

/** The last line that says why a request was refused. */
function lastRefusal(): Record<string, unknown> {
  return gw.log.lines().findLast((line) => line.plugin === 'openid-connect' && 'reason' in line) ?? {};
}

const unauthorized = { status: 401, message: 'Unauthorized' };
const badToken = { ...unauthorized, challenge: `${bare}, error="invalid_token"` };
const fault = { status: 500, message: 'An unexpected error occurred' };
const unavailable = { status: 503, message: 'Identity provider unavailable' };
const oauth =
  (error: string, status = 400) =>
  (): FakeAnswer => ({ status, body: { error } });

t.test('no credential: 401 without an error code', async (t) => {
  configure();
  await isRefused(t, () => gw.call(null), { ...unauthorized, challenge: bare });
  t.equal(Buffer.byteLength('{"message":"Unauthorized"}'), 26);
});

t.test('an expired token: 401 invalid_token, and the log says when it ended', async (t) => {
  configure();
  const exp = Math.floor(Date.now() / 1000) - 10;
  const token = await idp.sign({ exp });
  await isRefused(t, () => callWith(token), badToken);
  t.equal(lastRefusal().reason, `invalid exp claim (${exp}) was specified for access token`);
});

t.test('a token with a bad signature: 401 invalid_token, and the log says so', async (t) => {
  configure();
  const { privateKey } = await generateKeyPair('RS256');
  const token = await idp.sign({}, { key: privateKey });
  await isRefused(t, () => callWith(token), badToken);
  t.equal(lastRefusal().reason, 'invalid signature');
});

t.test('an unverifiable token: 401 invalid_token', async (t) => {
  configure();
  await isRefused(t, () => callWith('neither-signed-nor-known'), badToken);
});

t.test('a token that the provider itself issued and that does not pass: 401 invalid_token', async (t) => {
  configure();
  idp.answer = async () => ({ body: await idp.grant({ iss: 'https://other.example' }) });
  await isRefused(t, () => callAsSomebody(), badToken);
});

for (const [name, answer] of [
  ['invalid_client', oauth('invalid_client', 401)],
  ['unauthorized_client', oauth('unauthorized_client')],
  ['invalid_grant', oauth('invalid_grant')],
  ['a bare 401', () => ({ status: 401, body: '' })],
] as const) {
  t.test(`the provider says ${name}: 401, with an error code unless those are hidden`, async (t) => {
    configure();
    idp.answer = answer;
    await isRefused(t, () => callAsSomebody(), badToken);
    configure({ expose_error_code: false });
    await isRefused(t, () => callAsSomebody(), { ...unauthorized, challenge: bare });
  });
}

for (const [error, reason] of [
  ['invalid_scope', 'the scope was not accepted'],
  ['invalid_request', 'the token request was not accepted'],
  ['invalid_target', 'the audience or resource was not accepted'],
] as const) {
  t.test(`${error} for what the caller asked for: 401, and the log says why`, async (t) => {
    configure({ token_post_args_client: ['scope', 'resource'] });
    idp.answer = ({ form }) => ({ status: 400, body: { error: form.get('scope') === 'all' ? error : 'other' } });
    await isRefused(t, () => callAsSomebody({ target: '?scope=all' }), badToken);
    t.match(lastRefusal(), { reason, status: 401 });
  });
}

for (const [name, answer] of [
  ['unsupported_grant_type', oauth('unsupported_grant_type')],
  ['404', () => ({ status: 404, body: 'not here' })],
  ['a 4xx that is no JSON', () => ({ status: 400, body: '<html>no</html>' })],
] as const) {
  t.test(`the provider says ${name}: 500 without a challenge, logged as an error`, async (t) => {
    configure();
    idp.answer = answer;
    await isRefused(t, () => callAsSomebody(), fault);
    t.match(lastRefusal(), { level: 50, status: 500 });
  });
}

t.test('the provider refuses a client of the gateway’s own: 500, logged as an error', async (t) => {
  configure({ auth_methods: ['password'], ...own });
  idp.answer = oauth('invalid_client', 401);
  await isRefused(t, () => callAsSomebody(), fault);
  t.match(lastRefusal(), { level: 50, status: 500 });
  idp.answer = oauth('invalid_grant');
  await isRefused(t, () => callAsSomebody(), badToken);
});

t.test('something required is missing, or something forbidden there: 403 insufficient_scope', async (t) => {
  const forbidden = { status: 403, message: 'Forbidden', challenge: `${bare}, error="insufficient_scope"` };
  for (const list of ['scopes_required', 'audience_required', 'groups_required', 'roles_required']) {
    configure({ [list]: ['gold'] });
    await isRefused(t, () => callAsSomebody(), forbidden);
  }
  configure({ claims_forbidden: ['sub'] });
  await isRefused(t, () => callAsSomebody(), forbidden);
  configure({ claims_forbidden: ['sub'], expose_error_code: false });
  await isRefused(t, () => callAsSomebody(), { ...forbidden, challenge: bare });
});

t.test('no consumer or no group belongs to the token: 403 without an error code', async (t) => {
  const forbidden = { status: 403, message: 'Forbidden', challenge: bare };
  configure({ consumer_claims: [['sub']] });
  await isRefused(t, () => callAsSomebody(), forbidden);
  configure({ consumer_groups_claim: ['tier'] });
  await isRefused(t, () => callAsSomebody(), forbidden);
});

t.test('two different tokens: 400 invalid_request', async (t) => {
  configure();
  const [one, two] = [await idp.sign({ jti: '1' }), await idp.sign({ jti: '2' })];
  const expected = { status: 400, message: 'Bad request', challenge: `${bare}, error="invalid_request"` };
  await isRefused(t, () => callWith(one, `?access_token=${two}`), expected);
});

t.test('two Authorization headers: 401', async (t) => {
  configure();
  const headers = ['authorization', `Bearer ${await idp.sign()}`, 'authorization', 'Basic YTpi'];
  await isRefused(t, () => gw.call(null, { headers }), { ...unauthorized, challenge: bare });
});

for (const [name, answer] of [
  ['500', () => ({ status: 500, body: '' })],
  ['502 with an OAuth error', oauth('invalid_client', 502)],
  ['429', oauth('invalid_client', 429)],
  ['malformed JSON', () => ({ body: '{"access_token":' })],
  ['a body that is too long', () => ({ body: { access_token: 'a', pad: 'x'.repeat(300_000) } })],
] as const) {
  t.test(`the provider answers ${name}: 503 with Retry-After, never 401`, async (t) => {
    configure({ anonymous: 'guest' });
    idp.answer = answer;
    await isRefused(t, () => callAsSomebody(), unavailable);
  });
}

t.test('the provider cannot be reached: 503 with Retry-After', async (t) => {
  const refusing = createServer().listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const closed = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
  refusing.close();
  await once(refusing, 'close');
  const ways = { refused: closed, unresolvable: 'http://nobody.invalid', TLS: idp.issuer.replace('http:', 'https:') };
  for (const [name, issuer] of Object.entries(ways)) {
    gw.configure({ issuer, ...both });
    await t.test(name, (t) => isRefused(t, () => callAsSomebody(), unavailable));
  }
});

t.test('the provider is slow: 503 after the timeout', async (t) => {
  let answered = (): void => undefined;
  configure({ timeout: 200 });
  idp.answer = () => new Promise((resolve) => (answered = () => resolve({ body: {} })));
  const startedAt = Date.now();
  await isRefused(t, () => callAsSomebody(), unavailable);
  t.ok(Date.now() - startedAt >= 190);
  answered();
});

t.test('with anonymous, who does not authenticate or is unknown goes on upstream', async (t) => {
  configure({ anonymous: 'guest', consumer_claims: [['sub']] });
  const token = await idp.sign({ exp: 1 });
  for (const call of [() => gw.call(null), () => callWith(token), () => callAsSomebody()]) {
    t.equal((await call()).status, 200);
    t.match(gw.upstream.requests.at(-1)?.headers, { 'x-consumer-username': 'guest', 'x-anonymous-consumer': 'true' });
    t.equal(gw.upstream.requests.at(-1)?.headers.authorization, undefined);
  }
});

t.test('with anonymous, who lacks a right or a group is refused all the same', async (t) => {
  configure({ anonymous: 'guest', scopes_required: ['gold'] });
  t.equal((await callAsSomebody()).status, 403);
  configure({ anonymous: 'guest', consumer_groups_claim: ['tier'] });
  t.equal((await callAsSomebody()).status, 403);
  const tokens = [await idp.sign({ jti: '1' }), await idp.sign({ jti: '2' })];
  t.equal((await callWith(tokens[0] ?? '', `?access_token=${tokens[1]}`)).status, 400);
  idp.answer = () => ({ status: 404, body: '' });
  t.equal((await callAsSomebody()).status, 500);
});

t.test('messages can be replaced, and show a reason in our own words', async (t) => {
  const texts = { unauthorized_error_message: 'Who?', forbidden_error_message: 'No.' };
  configure({ ...texts, scopes_required: ['gold'] });
  t.same((await gw.call(null)).json(), { message: 'Who?' });
  t.same((await callAsSomebody()).json(), { message: 'No.' });
  configure({ ...texts, scopes_required: ['gold'], display_errors: true });
  t.same((await gw.call(null)).json(), { message: 'Who? (no credential was sent)' });
  t.same((await callAsSomebody()).json(), { message: 'No. (required scope is missing)' });
  idp.answer = () => ({ status: 400, body: { error: 'invalid_grant', error_description: 'their words' } });
  t.same((await callAsSomebody()).json(), { message: 'Who? (the grant was not accepted)' });
  idp.answer = () => ({ status: 503, body: 'their words' });
  t.same((await callAsSomebody()).json(), { message: 'Identity provider unavailable (unexpected status)' });
});

t.test('a refusal becomes a redirect to the address of the client in use, else the first', async (t) => {
  configure({
    ...own,
    unauthorized_redirect_uri: ['https://first.example/401', 'https://second.example/401'],
    forbidden_redirect_uri: ['https://first.example/403'],
    unexpected_redirect_uri: ['https://first.example/500', 'https://second.example/500'],
    scopes_required: ['gold'],
  });
  const goesTo = async (call: Promise<Answer>, location: string): Promise<void> => {
    const answer = await call;
    t.equal(answer.status, 302);
    t.equal(answer.headers.location, location);
    t.equal(answer.text, '');
  };
  await goesTo(gw.call(null), 'https://first.example/401');
  await goesTo(gw.call(null, { headers: { 'X-Client-Id': 'konga' } }), 'https://second.example/401');
  await goesTo(gw.call(null, { target: '?client_id=2' }), 'https://second.example/401');
  await goesTo(gw.call(null, { headers: { 'Client-Id': 'unknown' } }), 'https://first.example/401');
  await goesTo(callAsSomebody({ headers: { 'X-Client-Id': 'konga' } }), 'https://first.example/403');
  idp.answer = () => ({ status: 404, body: '' });
  await goesTo(callAsSomebody({ headers: { 'X-Client-Id': '2' } }), 'https://second.example/500');
  idp.answer = () => ({ status: 500, body: '' });
  t.equal((await callAsSomebody()).status, 503, 'a provider that is down is no redirect');
});
