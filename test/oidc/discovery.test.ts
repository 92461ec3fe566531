import t, { type Test } from 'tap';
import { discoveryUrl, oauthMetadataUrl } from '../../src/oidc/discovery-url.ts';
import { trustedUrl } from '../../src/oidc/provider-metadata.ts';
import { type Answer, serveDocuments, text } from '../support/documents.ts';
import { issuersFor } from '../support/issuers.ts';

const WELL_KNOWN = '/.well-known/openid-configuration';

void t.test('both spellings of an issuer lead to one document', (t) => {
  const cases = {
    'http://h/realms/r': 'http://h/realms/r/.well-known/openid-configuration',
    'http://h/realms/r/': 'http://h/realms/r/.well-known/openid-configuration',
    ' http://h// ': 'http://h/.well-known/openid-configuration',
    'http://h/realms/r/.well-known/openid-configuration': 'http://h/realms/r/.well-known/openid-configuration',
    'http://h/.well-known/oauth-authorization-server/r': 'http://h/.well-known/oauth-authorization-server/r',
  };
  for (const [issuer, url] of Object.entries(cases)) t.equal(discoveryUrl(issuer), url, issuer);
  t.equal(oauthMetadataUrl('https://h/realms/r/'), 'https://h/.well-known/oauth-authorization-server/realms/r');
  t.equal(oauthMetadataUrl('https://h'), 'https://h/.well-known/oauth-authorization-server');
  t.equal(oauthMetadataUrl(`https://h${WELL_KNOWN}`), null);
  t.end();
});

void t.test('only a 404 leads to the place of RFC 8414', async (t) => {
  const { server, issuer } = await setUp(t, {}, '/realms/r');
  const elsewhere = '/.well-known/oauth-authorization-server/realms/r';
  server.answers.set(elsewhere, { issuer: 'x', token_endpoint: `${server.origin}/token` });
  for (const status of [401, 403, 500, 503]) {
    server.answers.set(`/realms/r${WELL_KNOWN}`, text(status, ''));
    await t.rejects(Promise.resolve(issuer.metadata()), {
      code: status < 500 ? 'ERR_IDP_CONFIG' : 'ERR_IDP_UNAVAILABLE',
    });
  }
  t.equal(server.hits(elsewhere), 0);
  server.answers.delete(`/realms/r${WELL_KNOWN}`);
  t.match(await issuer.metadata(), { endpoints: { token_endpoint: `${server.origin}/token` } });
});

void t.test('a byte order mark, brackets in strings and unknown members do no harm', async (t) => {
  const document = `\ufeff{"issuer": "x", "note": "${'['.repeat(99)}\\"${'{'.repeat(99)}", "__proto__": {"issuer": "y"}}`;
  const { issuer } = await setUp(t, { [WELL_KNOWN]: text(200, document) });
  t.match(await issuer.metadata(), { issuer: 'x' });
});

void t.test('a document in neither place is a matter of configuration', async (t) => {
  const { issuer } = await setUp(t, {});
  await t.rejects(Promise.resolve(issuer.metadata()), { code: 'ERR_IDP_CONFIG', status: 500 });
});

for (const [name, answer] of Object.entries<Answer>({
  'an error page with status 200': text(200, '<html>'),
  'half a document': text(200, '{"issuer": "http://'),
  'a list': text(200, '[]'),
  'a document without issuer': { token_endpoint: 'http://x/token' },
  'a document whose issuer is no text': { issuer: 7 },
  'a status 500': text(500, '{"issuer": "x"}'),
  'a status 429': text(429, ''),
  'a document nested without end': text(200, `{"issuer":"x","a":${'['.repeat(40)}${']'.repeat(40)}}`),
  'a body over a megabyte': text(200, JSON.stringify({ issuer: 'x', filler: 'x'.repeat(1024 * 1024) })),
})) {
  void t.test(`${name} is the fault of the provider and is not kept`, async (t) => {
    const { server, issuer } = await setUp(t, { [WELL_KNOWN]: answer });
    await t.rejects(Promise.resolve(issuer.metadata()), { code: 'ERR_IDP_UNAVAILABLE', status: 503 });
    server.answers.set(WELL_KNOWN, { issuer: server.origin });
    t.match(await issuer.metadata(), { issuer: server.origin });
  });
}

void t.test('redirects are followed thrice within the origin, and never out of it', async (t) => {
  const { server, issuer } = await setUp(t, {
    [WELL_KNOWN]: text(302, '', { location: '/1' }),
    '/1': text(301, '', { location: '/2' }),
    '/2': text(307, '', { location: '/3' }),
    '/3': { issuer: 'arrived' },
  });
  t.match(await issuer.metadata(), { issuer: 'arrived' });
  const { acquire } = issuersFor(t);
  const other = await serveDocuments({ '/': { issuer: 'evil' } });
  t.teardown(() => other.close());
  for (const location of [`${other.origin}/`, WELL_KNOWN, 'http://[', 'file:///etc/passwd']) {
    server.answers.set(WELL_KNOWN, text(302, '', { location }));
    const fault = { code: 'ERR_IDP_UNAVAILABLE', reason: 'unexpected redirect' };
    await t.rejects(Promise.resolve(acquire(server.origin).metadata()), fault, location);
  }
  t.equal(other.requests.length, 0);
});

void t.test('configured headers are sent, and differ from other headers in what is cached', async (t) => {
  const { server, issuer, acquire } = await setUp(t, { [WELL_KNOWN]: { issuer: 'x' } }, '', {
    discoveryHeaders: [['X-Api-Key', 'one']],
  });
  await issuer.metadata();
  t.equal(server.requests[0]?.headers['x-api-key'], 'one');
  await acquire(server.origin, { discoveryHeaders: [['X-Api-Key', 'two']] }).metadata();
  t.equal(server.requests[1]?.headers['x-api-key'], 'two');
});

void t.test('addresses a document must not send us to', (t) => {
  const secure = 'https://idp.example/.well-known/openid-configuration';
  for (const bad of [
    'http://idp.example/token',
    'https://user:pw@idp.example/token',
    'https://user@idp.example/token',
    'file:///etc/passwd',
    'gopher://idp.example/',
    'javascript:alert(1)',
    '/token',
    '',
    7,
    null,
    undefined,
  ]) {
    t.equal(trustedUrl(bad, secure), null, String(bad));
  }
  t.equal(trustedUrl('https://other.example/token', secure), 'https://other.example/token');
  t.equal(trustedUrl('http://idp.example/token', 'http://idp.example/'), 'http://idp.example/token');
  t.end();
});

void t.test('an endpoint that must not be trusted is as good as none', async (t) => {
  const { issuer } = await setUp(t, { [WELL_KNOWN]: { issuer: 'x', token_endpoint: 'file:///etc/passwd' } });
  await t.rejects(Promise.resolve(issuer.endpoint('token_endpoint')), { code: 'ERR_IDP_CONFIG' });
});

void t.test('configured endpoints win over discovered ones', async (t) => {
  const { issuer } = await setUp(
    t,
    {
      [WELL_KNOWN]: { issuer: 'x', token_endpoint: 'http://a/', userinfo_endpoint: 'http://b/', jwks_uri: 'http://c/' },
    },
    '',
    { endpoints: { token_endpoint: 'http://configured/' }, jwksEndpoint: 'http://configured/jwks' },
  );
  t.match(await issuer.metadata(), {
    endpoints: { token_endpoint: 'http://configured/', userinfo_endpoint: 'http://b/' },
    jwksUri: 'http://configured/jwks',
  });
});

void t.test('a pseudo issuer is never discovered', async (t) => {
  const { server, issuer } = await setUp(t, {}, '', {
    usingPseudoIssuer: true,
    endpoints: { token_endpoint: 'http://configured/' },
  });
  t.match(issuer.metadata(), { issuer: server.origin, endpoints: { token_endpoint: 'http://configured/' } });
  t.equal(await issuer.endpoint('token_endpoint'), 'http://configured/');
  await t.rejects(Promise.resolve(issuer.endpoint('userinfo_endpoint')), { code: 'ERR_IDP_CONFIG' });
  t.equal(server.hits(WELL_KNOWN), 0);
});

void t.test('a document that names another issuer is used, and mentioned once', async (t) => {
  const { issuer, clock, log } = await setUp(t, { [WELL_KNOWN]: { issuer: 'https://public.example' } });
  await issuer.metadata();
  clock.advance(4_000_000);
  await issuer.metadata();
  await issuer.rediscover();
  t.match(await issuer.metadata(), { issuer: 'https://public.example' });
  t.equal(log.lines.filter(({ message }) => message.includes('names another issuer')).length, 1);
});

async function setUp(
  t: Test,
  answers: Record<string, Answer>,
  path = '',
  settings: Parameters<ReturnType<typeof issuersFor>['acquire']>[1] = {},
) {
  const server = await serveDocuments(answers);
  t.teardown(() => server.close());
  const issuers = issuersFor(t);
  return { ...issuers, server, issuer: issuers.acquire(server.origin + path, settings) };
}
