import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type Idp, type IdpFailure, serviceClient, startIdp } from '../../support/idp.ts';
import type { Answer } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const service = [serviceClient.id, serviceClient.secret] as const;

/** Milliseconds; long enough for a busy machine to answer in, as only two tests wait for it to pass. */
const timeout = 1500;

let idp: Idp;
let gw: OidcGateway;

t.before(async () => {
  idp = await startIdp({ clients: [serviceClient, { id: 'second', secret: 'second-secret' }] });
  gw = await startOidcGateway({ issuer: idp.issuer, timeout });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

function isUnavailable(t: Test, answer: Answer, name: string): void {
  t.equal(answer.status, 503, name);
  t.equal(answer.text, '{"message":"Identity provider unavailable"}', name);
  t.equal(answer.headers['retry-after'], '5', name);
  t.equal(answer.headers['www-authenticate'], undefined, name);
}

const failures: [string, IdpFailure][] = [
  ['500', 500],
  ['503', 503],
  ['429', 429],
  ['no answer within the timeout', 'hang'],
  ['half a JSON document', 'garbage'],
  ['a reset connection', 'reset'],
];

for (const [name, failure] of failures) {
  t.test(`a token endpoint with ${name} is 503 for a new credential and nothing for a cached one`, async (t) => {
    await gw.gateway.gateway.host.cache('tokens').clear();
    idp.failWith(null);
    gw.configure({ issuer: idp.issuer, timeout });
    t.equal((await gw.call(service)).status, 200);
    idp.failWith(failure, 'token');
    isUnavailable(t, await gw.call(['second', 'second-secret']), name);
    t.equal((await gw.call(service)).status, 200);
    idp.failWith(null);
    t.equal((await gw.call(['second', 'second-secret'])).status, 200, 'it heals, for nothing was remembered');
  });
}

t.test('a discovery document that cannot be had is 503 until it can', async (t) => {
  const cold = await startOidcGateway({ issuer: idp.issuer, timeout });
  t.teardown(() => cold.close());
  idp.failWith(503, 'discovery');
  isUnavailable(t, await cold.call(service), 'discovery');
  idp.failWith('garbage', 'discovery');
  isUnavailable(t, await cold.call(service), 'garbage');
  idp.failWith(503, 'jwks');
  isUnavailable(t, await cold.call(service), 'keys');
  idp.failWith(null);
  t.equal((await cold.call(service)).status, 200);
});

t.test('a provider that is stopped and started again heals by itself', async (t) => {
  await gw.gateway.gateway.host.cache('tokens').clear();
  gw.configure({ issuer: idp.issuer });
  t.equal((await gw.call(service)).status, 200);
  await idp.stop();
  t.equal((await gw.call(service)).status, 200, 'the cached credential');
  isUnavailable(t, await gw.call(['second', 'second-secret']), 'a new credential');
  await idp.start();
  t.equal((await gw.call(['second', 'second-secret'])).status, 200);
});

t.test('a provider that is not there when the gateway starts is 503, then works', async (t) => {
  await idp.stop();
  const early = await startOidcGateway({ issuer: idp.issuer });
  t.teardown(() => early.close());
  isUnavailable(t, await early.call(service), 'before');
  await idp.start();
  t.equal((await early.call(service)).status, 200);
});

t.test('what a fake provider answers decides the status', async (t) => {
  const fake = await FakeIdp.start();
  const api = await startOidcGateway({ issuer: fake.issuer, cache_ttl_neg: 0 });
  t.teardown(async () => {
    await api.close();
    await fake.close();
  });
  const oauth = (error: string, status = 400) => ({ status, body: { error, error_description: 'evil\r\nX-Evil: 1' } });
  const cases: [string, number, FakeIdp['answer']][] = [
    ['invalid_client', 401, () => oauth('invalid_client', 401)],
    ['unauthorized_client', 401, () => oauth('unauthorized_client')],
    ['invalid_grant', 401, () => oauth('invalid_grant')],
    ['invalid_scope', 401, () => oauth('invalid_scope')],
    ['invalid_request', 401, () => oauth('invalid_request')],
    ['invalid_target', 401, () => oauth('invalid_target')],
    ['an unknown error', 401, () => oauth('made_up')],
    ['a bare 401', 401, () => ({ status: 401, body: '' })],
    ['unsupported_grant_type', 500, () => oauth('unsupported_grant_type')],
    ['404', 500, () => ({ status: 404, body: 'not here' })],
    ['a 400 page', 500, () => ({ status: 400, body: '<html>' })],
    ['a DPoP token', 500, async () => ({ body: { ...(await fake.grant()), token_type: 'DPoP' } })],
    ['500 with an OAuth error', 503, () => oauth('invalid_client', 500)],
    ['429 with an OAuth error', 503, () => oauth('invalid_client', 429)],
    ['a redirect', 503, () => ({ status: 302, headers: { location: `${fake.issuer}/other` }, body: '' })],
    ['no token', 503, () => ({ body: {} })],
    ['an empty token', 503, () => ({ body: { access_token: '' } })],
    ['a list', 503, () => ({ body: [] })],
    ['a line break in the token', 503, () => ({ body: { access_token: 'a\r\nX-Evil: 1', token_type: 'bearer' } })],
    ['300 KB', 503, async () => ({ body: { ...(await fake.grant()), pad: 'x'.repeat(300_000) } })],
    ['an expired answer', 401, async () => ({ body: { ...(await fake.grant()), expires_in: 0 } })],
    ['an opaque token', 200, () => ({ body: { access_token: 'opaque', token_type: 'bearer' } })],
  ];
  for (const [name, status, answer] of cases) {
    fake.answer = answer;
    // Another secret each time, so that no earlier case can answer for a later one.
    const got = await api.call(['service', name]);
    t.equal(got.status, status, name);
    if (status === 503) isUnavailable(t, got, name);
    if (status === 500) t.equal(got.text, '{"message":"An unexpected error occurred"}', name);
    t.notMatch(`${got.text}${JSON.stringify(got.headers)}`, /evil/i, name);
  }
  t.equal(fake.counts.other, 0, 'no redirect was followed');
  t.notMatch(api.log.text(), /evil/i);
});

t.test('a provider that drips its answer is cut off after the timeout in total', async (t) => {
  const timers: NodeJS.Timeout[] = [];
  const server = createServer((_request, response) => {
    response.write('{');
    timers.push(setInterval(() => response.write(' '), 20));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = await startOidcGateway({ issuer, timeout });
  t.teardown(async () => {
    timers.forEach(clearInterval);
    await api.close();
    server.closeAllConnections();
    server.close();
  });
  isUnavailable(t, await api.call(service), 'drip');
});

t.test('unexpected_redirect_uri replaces 500 and display_errors tells our reason only', async (t) => {
  const fake = await FakeIdp.start();
  fake.answer = () => ({ status: 404, body: 'secret words of the provider' });
  const api = await startOidcGateway({ issuer: fake.issuer, unexpected_redirect_uri: ['https://sorry.example/'] });
  t.teardown(async () => {
    await api.close();
    await fake.close();
  });
  const redirected = await api.call(service);
  t.equal(redirected.status, 302);
  t.equal(redirected.headers.location, 'https://sorry.example/');
  api.configure({ issuer: fake.issuer, display_errors: true });
  fake.answer = () => ({ status: 400, body: { error: 'invalid_scope', error_description: 'secret words' } });
  t.same((await api.call(service)).json(), { message: 'Unauthorized (the scope was not accepted)' });
});
