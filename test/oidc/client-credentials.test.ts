import { decodeJwt, jwtVerify } from 'jose';
import t from 'tap';
import { effectiveMethod, forwardedClient } from '../../src/oidc/client-auth/index.ts';
import { clientCredentialsForm, tokenRequestHeaders } from '../../src/oidc/grants/client-credentials.ts';
import type { ProviderMetadata } from '../../src/oidc/provider-metadata.ts';
import { Secret } from '../../src/lib/secret.ts';
import { FakeClock } from '../support/clock.ts';

const metadata: ProviderMetadata = {
  issuer: 'https://idp.example',
  endpoints: {},
  jwksUri: null,
  tokenEndpointAuthMethods: null,
};

const nothing = { scopes: null, audience: null, postArgs: [], clientArgs: [] };

void t.test('the form is grant, scope and audience joined by spaces, then extra parameters', (t) => {
  const form = clientCredentialsForm({
    scopes: ['openid', 'read'],
    audience: ['a', 'b'],
    postArgs: [['resource', 'x']],
    clientArgs: [],
  });
  t.same(form, [
    ['grant_type', 'client_credentials'],
    ['scope', 'openid read'],
    ['audience', 'a b'],
    ['resource', 'x'],
  ]);
  t.end();
});

void t.test('without scopes and audience neither is sent', (t) => {
  t.same(clientCredentialsForm(nothing), [['grant_type', 'client_credentials']]);
  t.same(clientCredentialsForm({ ...nothing, scopes: [], audience: [] }), [['grant_type', 'client_credentials']]);
  t.end();
});

void t.test("a caller's parameter replaces the configured one; repetition in one source stays", (t) => {
  const form = clientCredentialsForm({
    scopes: ['openid'],
    audience: null,
    postArgs: [
      ['resource', 'one'],
      ['resource', 'two'],
      ['tenant', 'ours'],
    ],
    clientArgs: [
      ['scope', 'mine'],
      ['tenant', 'theirs'],
    ],
  });
  t.same(form, [
    ['grant_type', 'client_credentials'],
    ['resource', 'one'],
    ['resource', 'two'],
    ['scope', 'mine'],
    ['tenant', 'theirs'],
  ]);
  t.end();
});

void t.test('what gw alone decides cannot be configured or sent by a caller', (t) => {
  const reserved = [
    ['grant_type', 'password'],
    ['client_id', 'other'],
    ['client_secret', 'x'],
    ['client_assertion', 'x'],
    ['client_assertion_type', 'x'],
    ['redirect_uri', 'x'],
    ['code', 'x'],
    ['username', 'x'],
    ['password', 'x'],
    ['refresh_token', 'x'],
  ] as const;
  const form = clientCredentialsForm({ ...nothing, postArgs: reserved, clientArgs: reserved });
  t.same(form, [['grant_type', 'client_credentials']]);
  const headers = ['Authorization', 'HOST', 'Content-Type', 'content-length', 'Transfer-Encoding', 'Cookie', 'DPoP'];
  const pairs = headers.map((name): [string, string] => [name, 'x']);
  t.same(tokenRequestHeaders(pairs, pairs), []);
  t.same(tokenRequestHeaders([['X-A', '1']], [['x-a', '2']]), [['x-a', '2']]);
  t.end();
});

void t.test("which method authenticates a caller's client", (t) => {
  const supporting = (...methods: string[]): ProviderMetadata => ({ ...metadata, tokenEndpointAuthMethods: methods });
  const cases: [string | null, ProviderMetadata, string][] = [
    [null, metadata, 'client_secret_basic'],
    ['client_secret_post', metadata, 'client_secret_post'],
    ['client_secret_jwt', metadata, 'client_secret_jwt'],
    ['client_secret_basic', supporting('client_secret_post'), 'client_secret_basic'],
    [null, supporting('client_secret_post', 'client_secret_basic'), 'client_secret_basic'],
    [null, supporting('client_secret_post'), 'client_secret_post'],
    [null, supporting('client_secret_jwt'), 'client_secret_jwt'],
    [null, supporting('private_key_jwt'), 'client_secret_basic'],
    ['private_key_jwt', metadata, 'client_secret_basic'],
    ['private_key_jwt', supporting('client_secret_post', 'private_key_jwt'), 'client_secret_post'],
    ['tls_client_auth', supporting('client_secret_basic', 'client_secret_post'), 'client_secret_basic'],
    ['none', supporting('none'), 'client_secret_basic'],
  ];
  for (const [configured, provider, expected] of cases) {
    t.equal(effectiveMethod(configured, provider), expected, `${configured ?? 'nothing'} configured`);
  }
  t.end();
});

void t.test('basic encodes id and secret as form values first', async (t) => {
  const draft = await applied('client_secret_basic', 'my client', 'p:ä+%');
  const [[name, value] = ['', '']] = draft.headers;
  t.equal(name, 'authorization');
  t.equal(Buffer.from(value.slice('Basic '.length), 'base64').toString(), 'my+client:p%3A%C3%A4%2B%25');
  t.same(draft.form, []);
});

void t.test('post sends id and secret in the form', async (t) => {
  const draft = await applied('client_secret_post', 'id', 'secret');
  t.same(draft, {
    headers: [],
    form: [
      ['client_id', 'id'],
      ['client_secret', 'secret'],
    ],
  });
});

void t.test('an assertion is for one server, once, for a minute', async (t) => {
  const one = await applied('client_secret_jwt', 'id', 'a secret of the client, long enough');
  const assertion = new Map(one.form).get('client_assertion') ?? '';
  const { payload } = await jwtVerify(assertion, Buffer.from('a secret of the client, long enough'), {
    currentDate: new Date(new FakeClock().now()),
  });
  t.match(payload, { iss: 'id', sub: 'id', aud: 'https://idp.example' });
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60);
  const other = await applied('client_secret_jwt', 'id', 'a secret of the client, long enough');
  t.not(decodeJwt(new Map(other.form).get('client_assertion') ?? '').jti, payload.jti);
});

async function applied(method: Parameters<typeof forwardedClient>[0], id: string, secret: string) {
  const draft = { headers: [] as [string, string][], form: [] as [string, string][] };
  await forwardedClient(method, id, new Secret(secret), 'https://idp.example', new FakeClock()).apply(draft);
  return draft;
}
