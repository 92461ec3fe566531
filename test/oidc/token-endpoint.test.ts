import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Secret } from '../../src/lib/secret.ts';
import { forwardedClient } from '../../src/oidc/client-auth/index.ts';
import { IdentityProviderError, ProviderConfigError, TokenRequestRejected } from '../../src/oidc/errors.ts';
import { ProviderHttp } from '../../src/oidc/provider-http.ts';
import { requestToken, type TokenRequest } from '../../src/oidc/token-endpoint.ts';
import { FakeClock } from '../support/clock.ts';
import { type Answer, serveDocuments, text } from '../support/documents.ts';
import { startIdp } from '../support/idp.ts';

const SECRET = 'a-secret-nobody-may-read';

void t.test('a certified provider grants a token to the right secret and rejects the wrong one', async (t) => {
  const idp = await startIdp();
  t.teardown(() => idp.close());
  const ask = tokenAsker(t);
  const endpoint = `${idp.issuer}/token`;
  const token = await ask(endpoint, { secret: idp.secret, form: [['grant_type', 'client_credentials']] });
  t.match(token.accessToken.reveal(), /^[\w-]+\.[\w-]+\.[\w-]+$/);
  t.match(token, { tokenType: 'bearer', expiresInSeconds: 3600, idToken: null, refreshToken: null });
  await t.rejects(ask(endpoint, { form: [['grant_type', 'client_credentials']] }), {
    code: 'ERR_TOKEN_REQUEST_REJECTED',
    oauthError: 'invalid_client',
    httpStatus: 401,
    status: 401,
  });
  const strange = ask(endpoint, { secret: idp.secret, form: [['grant_type', 'urn:example:unknown']] });
  await t.rejects(strange, ProviderConfigError, 'a grant it does not know is a matter of configuration');
});

const json = (status: number, body: unknown) => text(status, JSON.stringify(body));
const unavailable: Record<string, Answer> = {
  '500 with an OAuth error': json(500, { error: 'server_error' }),
  '502 with a page': text(502, '<html>'),
  '429': json(429, { error: 'slow_down' }),
  '400 temporarily_unavailable': json(400, { error: 'temporarily_unavailable' }),
  'a redirect': text(302, '', { location: 'http://127.0.0.1:1/' }),
  'a 204': text(204, ''),
  'half a document': text(200, '{"access_token": "ab'),
  'a list': json(200, []),
  'no token': json(200, { token_type: 'Bearer' }),
  'an empty token': json(200, { access_token: '' }),
  'a token that is a number': json(200, { access_token: 7 }),
  'a body that never ends': (_request, response) => {
    response.writeHead(200);
    const write = (): void => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', write);
    };
    write();
  },
  'a reset': (request) => request.socket.resetAndDestroy(),
  'an end in the middle': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"access');
    setImmediate(() => response.destroy());
  },
};
const rejected: Record<string, [Answer, string | null]> = {
  invalid_client: [json(401, { error: 'invalid_client' }), 'invalid_client'],
  unauthorized_client: [json(400, { error: 'unauthorized_client' }), 'unauthorized_client'],
  invalid_grant: [json(400, { error: 'invalid_grant' }), 'invalid_grant'],
  invalid_scope: [json(400, { error: 'invalid_scope' }), 'invalid_scope'],
  'an error of their own': [json(403, { error: 'access_denied' }), 'access_denied'],
  'a bare 401': [text(401, '<html>'), null],
};
const misconfigured: Record<string, Answer> = {
  '404': json(404, { error: 'not_found' }),
  '400 with a page': text(400, '<html>'),
  '403 with a page': text(403, '<html>'),
  '405': text(405, ''),
  unsupported_grant_type: json(400, { error: 'unsupported_grant_type' }),
  'an error with a line break in it': json(400, { error: 'bad\r\nX-Injected: 1' }),
  'a DPoP token': json(200, { access_token: 'abc', token_type: 'DPoP' }),
};

for (const [name, answer] of Object.entries(unavailable)) {
  void t.test(`${name} from the token endpoint is the provider's fault: 503`, async (t) => {
    const error = await failure(t, answer);
    t.type(error, IdentityProviderError);
    t.match(error, { status: 503, code: 'ERR_IDP_UNAVAILABLE', retryable: true });
  });
}
for (const [name, [answer, oauthError]] of Object.entries(rejected)) {
  void t.test(`${name} from the token endpoint is a rejection of the caller: 401`, async (t) => {
    const error = await failure(t, answer);
    t.type(error, TokenRequestRejected);
    t.match(error, { status: 401, oauthError });
  });
}
for (const [name, answer] of Object.entries(misconfigured)) {
  void t.test(`${name} from the token endpoint is a matter of configuration: 500`, async (t) => {
    const error = await failure(t, answer);
    t.type(error, ProviderConfigError);
    t.equal(error.status, 500);
  });
}

void t.test('a provider that drips one byte at a time is given up after the timeout in total', async (t) => {
  const server = await serveDocuments({
    '/token': (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
  });
  t.teardown(() => server.close());
  const began = performance.now();
  await t.rejects(tokenAsker(t)(`${server.origin}/token`, { timeoutMs: 200 }), fault('timed out'));
  t.ok(performance.now() - began < 2000);
});

void t.test('a provider that is not there is told from one whose name is unknown', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const ask = tokenAsker(t);
  await t.rejects(ask(`http://127.0.0.1:${port}/token`), fault('connection refused'));
  await t.rejects(ask('http://nowhere.invalid/token'), fault('host name not found'));
});

void t.test(
  'a request with credentials is never repeated once bytes have been sent, and never redirected',
  async (t) => {
    const server = await serveDocuments({
      '/reset': (request) => request.socket.resetAndDestroy(),
      '/redirect': text(307, '', { location: '/other' }),
    });
    t.teardown(() => server.close());
    const ask = tokenAsker(t);
    await t.rejects(ask(`${server.origin}/reset`), fault('connection lost'));
    await t.rejects(ask(`${server.origin}/redirect`), fault('unexpected redirect'));
    t.same(
      server.requests.map(({ url }) => url),
      ['/reset', '/redirect'],
    );
  },
);

void t.test('link-local addresses are not connected to, by number or by mapped number', async (t) => {
  const ask = tokenAsker(t);
  for (const host of [
    ...['169.254.169.254', '2852039166', '0xa9.254.43518', '[::ffff:169.254.169.254]', '[64:ff9b::169.254.169.254]'],
    ...['[fe80::1]', '[fd00:ec2::254]', '[fd20:ce::254]', '100.100.100.200', '192.0.0.192', '168.63.129.16'],
  ]) {
    await t.rejects(ask(`http://${host}/token`), fault('address not allowed'), host);
  }
});

void t.test('a name that resolves to a denied address is not connected to', async (t) => {
  const server = await serveDocuments({});
  t.teardown(() => server.close());
  const http = new ProviderHttp({ deniedAddresses: ['127.0.0.0/8', '::1/128'] });
  t.teardown(() => http.close());
  const request = http.getDocument(`http://localhost:${server.port}/`, {
    headers: [],
    timeoutMs: 5000,
    sslVerify: true,
  });
  await t.rejects(request, fault('address not allowed'));
  t.equal(server.requests.length, 0);
});

void t.test('numeric strings, odd types and extra headers are read; cookies and challenges are not kept', async (t) => {
  const body = { access_token: 'abc', expires_in: '300', scope: 'read', refresh_token: 'r', id_token: 'i' };
  const headers = { 'set-cookie': 'a=b', 'www-authenticate': 'Basic', connection: 'close', 'X-Trace': '7' };
  const server = await serveDocuments({ '/token': text(200, JSON.stringify(body), headers) });
  t.teardown(() => server.close());
  const token = await tokenAsker(t)(`${server.origin}/token`, { headers: [['X-Extra', 'sent']] });
  t.match(token, { tokenType: 'bearer', expiresInSeconds: 300, scope: 'read', headers: { 'x-trace': '7' } });
  t.notMatch(Object.keys(token.headers).join(), /cookie|authenticate|connection/);
  t.equal(token.refreshToken?.reveal(), 'r');
  t.match(server.requests[0]?.headers, {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    'x-extra': 'sent',
  });
});

void t.test('no error shows the secret, the form, or the query of the endpoint', async (t) => {
  for (const answer of [text(500, SECRET), json(401, { error: 'invalid_client', error_description: SECRET })]) {
    const error = await failure(t, answer, `?key=${SECRET}`);
    t.notMatch(`${error.stack ?? ''} ${JSON.stringify(error)} ${String(error.cause)}`, new RegExp(SECRET));
  }
});

/** What a fault of the provider looks like. */
function fault(reason: string) {
  return { code: 'ERR_IDP_UNAVAILABLE', status: 503, reason };
}

async function failure(t: Test, answer: Answer, query = ''): Promise<Error & { status?: number; cause?: unknown }> {
  const server = await serveDocuments({ [`/token${query}`]: answer });
  t.teardown(() => server.close());
  return await tokenAsker(t)(`${server.origin}/token${query}`).then(
    () => Promise.reject(new Error('it was granted')),
    (error: unknown) => error as Error,
  );
}

function tokenAsker(t: Test) {
  const http = new ProviderHttp();
  t.teardown(() => http.close());
  const clock = new FakeClock();
  return (endpoint: string, options: Partial<TokenRequest> & { secret?: string } = {}) => {
    const auth = forwardedClient('client_secret_basic', 'service', new Secret(options.secret ?? SECRET), 'x', clock);
    const request = { endpoint, auth, form: [], headers: [], timeoutMs: 5000, sslVerify: true, ...options };
    return requestToken(request, http, clock);
  };
}
