import fc from 'fast-check';
import t from 'tap';
import { FakeIdp } from '../../support/fake-idp.ts';
import { sendRaw } from '../../support/http.ts';
import { startOidcGateway } from '../../support/oidc-gateway.ts';

/** What no request may come to, whatever its bytes: a pass, a fault of the gateway, or its end. */

const runs = Number(process.env.HOSTILE_REQUEST_RUNS ?? 200);

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const jwtPart = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc
    .record({ alg: fc.constantFrom('none', 'RS256', 'HS256', 'ES256', '', null), kid: fc.constantFrom('key-1', 'x') })
    .map((one) => JSON.stringify(one)),
  fc
    .record({ iss: fc.webUrl(), exp: fc.oneof(fc.double(), fc.string()), sub: fc.string() })
    .map((one) => JSON.stringify(one)),
  printable,
);
const jwt = fc
  .array(jwtPart, { minLength: 2, maxLength: 6 })
  .map((parts) => parts.map((part) => Buffer.from(part).toString('base64url')).join('.'));
const value = fc.oneof(
  printable,
  jwt,
  jwt.map((token) => `Bearer ${token}`),
  jwt.map((token) => `DPoP ${token}`),
  printable.map((pair) => `Basic ${Buffer.from(pair, 'latin1').toString('base64')}`),
  fc.constantFrom('', ' ', 'Bearer', 'Basic', 'DPoP', 'Basic Og==', 'Bearer a, Bearer b', 'identity', 'gzip'),
);
const name = fc.constantFrom(
  ...[
    'Authorization',
    'authorization',
    'DPoP',
    'Access-Token',
    'x_access_token',
    'Cookie',
    'Refresh-Token',
    'X-Client-Id',
  ],
  ...['X-Consumer-ID', 'Content-Encoding', 'X-Cert', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Tenant'],
);
const argument = fc.tuple(
  fc.constantFrom('client_id', 'client_secret', 'access_token', 'username', 'password', 'refresh_token', 'scope', 'x'),
  fc.oneof(
    jwt,
    printable.map(encodeURIComponent),
    printable.map((text) => text.replace(/[^\x21\x24-\x7e]/g, '')),
  ),
);
const form = fc.array(argument, { maxLength: 5 }).map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));
const body = fc.oneof(
  form.map((text) => ['application/x-www-form-urlencoded', text] as const),
  fc
    .array(argument, { maxLength: 4 })
    .map((pairs) => ['application/json', JSON.stringify(Object.fromEntries(pairs))] as const),
  fc.json().map((text) => ['application/problem+json', text] as const),
  printable.map((text) => ['application/json', text] as const),
);

t.test('no request passes without a good credential, is a fault of the gateway, or stops it', async (t) => {
  const idp = await FakeIdp.start();
  idp.introspect = () => ({ body: { active: false } });
  idp.userInfo = () => ({ status: 401, body: {} });
  const gw = await startOidcGateway({
    issuer: idp.issuer,
    auth_methods: ['bearer', 'introspection', 'userinfo', 'refresh_token', 'password', 'client_credentials'],
    client_id: ['own', 'other'],
    client_secret: ['own secret', 'other secret'],
    client_auth: ['client_secret_post'],
    refresh_token_param_name: 'refresh_token',
    bearer_token_param_type: ['header', 'query', 'body', 'cookie'],
    bearer_token_cookie_name: 'token',
    token_post_args_client: ['scope', 'x'],
    token_headers_client: ['x-tenant'],
    proof_of_possession_dpop: 'optional',
    proof_of_possession_mtls: 'optional',
    proof_of_possession_auth_methods_validation: false,
    rediscovery_lifetime: 0,
    unauthorized_error_message: 'Unauthorized',
    display_errors: true,
  });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  // A client of the gateway's own that the provider refuses is a fault of the config: here it is the user that is refused.
  idp.answer = ({ form: sent }) =>
    sent.get('client_id') === 'own' || sent.get('client_id') === 'other'
      ? { status: 400, body: { error: 'invalid_grant' } }
      : { status: 401, body: { error: 'invalid_client' } };
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, value), { maxLength: 4 }),
      form,
      fc.option(body),
      async (headers, query, sent) => {
        const lines = headers.map(([header, text]) => `${header}: ${text}\r\n`).join('');
        const [type, text] = sent ?? ['', ''];
        const entity =
          sent === null ? '' : `Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text, 'latin1')}\r\n`;
        const bytes = `${sent === null ? 'GET' : 'POST'} /anything?${query} HTTP/1.1\r\nHost: h\r\n${lines}${entity}Connection: close\r\n\r\n${text}`;
        const answer = await sendRaw(gw.gateway.port, bytes);
        const status = /^HTTP\/1.1 (\d{3}) /.exec(answer)?.[1] ?? 'none';
        seen.set(status, (seen.get(status) ?? 0) + 1);
        return ['400', '401', '431', '494', '414'].includes(status);
      },
    ),
    { numRuns: runs },
  );
  t.equal(gw.upstream.requests.length, 0, 'nothing reached the upstream');
  t.ok((seen.get('401') ?? 0) > runs / 2, JSON.stringify([...seen]));
  t.notMatch(gw.log.text(), /"level":(50|60)/);
});
