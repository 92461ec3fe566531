import { randomUUID } from 'node:crypto';
import t from 'tap';
import { FakeIdp } from '../../support/fake-idp.ts';
import { basic } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

/** The lines of the security checklist about what is remembered and what is told. */

const secret = 'a-Secret-of-the-caller-9c2f';
const credential = ['service', secret] as const;

let idp: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway({ issuer: idp.issuer }, { settings: { accessLog: true } });
});

t.beforeEach(async () => {
  configure();
  idp.answer = async ({ headers }) =>
    headers.authorization === basic(...credential)
      ? { body: await idp.grant() }
      : { status: 401, body: { error: 'invalid_client' } };
  await gw.gateway.gateway.host.cache('tokens').clear();
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

function configure(config: Record<string, unknown> = {}): void {
  gw.configure({ issuer: idp.issuer, ...config });
}

t.test('a wrong secret that is remembered locks nobody out', async (t) => {
  for (let call = 0; call < 3; call++) {
    t.equal((await gw.call(['service', 'wrong'])).status, 401);
    t.equal((await gw.call(credential)).status, 200);
  }
  const flood = Array.from({ length: 50 }, (_, at) => gw.call(['service', `wrong-${at}`]));
  const [good, ...others] = await Promise.all([gw.call(credential), ...flood]);
  t.equal(good.status, 200);
  t.same(new Set(others.map(({ status }) => status)), new Set([401]));
});

t.test('no cached token is got with anything but the very credential it was issued for', async (t) => {
  const salt = { cache_tokens_salt: 'one salt for all' };
  const other = await FakeIdp.start();
  t.teardown(() => other.close());
  for (const one of [idp, other]) one.answer = async () => ({ body: await one.grant({ jti: randomUUID() }) });
  const tokens = new Map<string, string>();
  const variations: Record<string, [Record<string, unknown>, readonly [string, string]]> = {
    first: [{}, ['ab', 'c']],
    'another cut between id and secret': [{}, ['a', 'bc']],
    'another secret': [{}, ['ab', 'd']],
    'another id': [{}, ['ac', 'c']],
    'another scope': [{ scopes: ['other'], token_cache_key_include_scope: true }, ['ab', 'c']],
    'another audience': [{ audience: ['other'] }, ['ab', 'c']],
    'another argument': [{ token_post_args_names: ['a'], token_post_args_values: ['b'] }, ['ab', 'c']],
    'another cut in an argument': [{ token_post_args_names: ['ab'], token_post_args_values: [''] }, ['ab', 'c']],
    'another header': [{ token_headers_names: ['a'], token_headers_values: ['b'] }, ['ab', 'c']],
    'another method': [{ token_endpoint_auth_method: 'client_secret_post' }, ['ab', 'c']],
    'another endpoint': [{ token_endpoint: `${idp.issuer}/token/other` }, ['ab', 'c']],
    'another issuer': [{ issuer: other.issuer }, ['ab', 'c']],
  };
  for (const [what, [config, pair]] of Object.entries(variations)) {
    configure({ ...salt, ...config });
    t.equal((await gw.call(pair)).status, 200, what);
    const token = String(gw.upstream.requests.at(-1)?.headers.authorization);
    t.equal(tokens.get(token), undefined, what);
    tokens.set(token, what);
  }
  for (const [what, [config, pair]] of Object.entries(variations)) {
    configure({ ...salt, ...config });
    t.equal((await gw.call(pair)).status, 200, what);
    t.equal(tokens.get(String(gw.upstream.requests.at(-1)?.headers.authorization)), what, 'and gets it again');
  }
});

t.test('nothing that a run of all this logs or answers holds a secret', async (t) => {
  configure({ display_errors: true });
  const answers = [
    await gw.call(credential),
    await gw.call(['service', 'wrong-secret-1']),
    await gw.call(null, { target: `?client_id=service&client_secret=wrong-secret-2` }),
    await gw.call(null, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"client_id":"service","client_secret":"wrong-secret-3"}',
    }),
  ];
  idp.answer = ({ form: sent }) => ({ status: 400, body: `{"error":"${secret}","echo":"${sent.toString()}"` });
  answers.push(await gw.call(['service', 'wrong-secret-4']));
  const { gateway } = gw.gateway;
  const list = gateway.catalog.get('openid-connect')?.admin?.(gateway.host) ?? [];
  const admin: unknown[] = [];
  for (const one of list) if (one.method === 'GET') admin.push(await one.handle({ params: {}, query: {} }));
  const keys = ['tokens', 'discovery', 'jwks'].flatMap((name) =>
    [...gateway.host.cache(name).entries()].map(([key]) => key),
  );
  const shown = answers.map(({ headers, text, status }) => (status === 200 ? [headers] : [headers, text]));
  const everything = gw.log.text() + JSON.stringify([shown, admin, keys]);
  for (const text of [secret, 'wrong-secret', basic(...credential).slice(6), 'eyJhbGciOi']) {
    t.notOk(everything.includes(text), text);
  }
});

t.test('addresses and headers of a config that cannot be used are its fault, and are not repeated', async (t) => {
  const faults: Record<string, unknown>[] = [
    { token_endpoint: 'https://user:hidden-text@127.0.0.1:99999/token' },
    { token_endpoint: 'hidden-text' },
    { token_endpoint: 'ftp://127.0.0.1/hidden-text' },
    { jwks_endpoint: 'http://[hidden-text' },
    { token_headers_names: ['X Tenant'], token_headers_values: ['hidden-text'] },
    { token_headers_names: ['X-Tenant'], token_headers_values: ['hidden-text\r\nX: y'] },
  ];
  for (const fault of faults) {
    configure(fault);
    const before = gw.log.lines().length;
    const { status, text } = await gw.call(['service', secret]);
    const lines = JSON.stringify(gw.log.lines().slice(before));
    t.equal(status, 500, JSON.stringify(fault));
    t.match(lines, /ERR_IDP_CONFIG/);
    t.notMatch(lines + text, 'hidden-text');
  }
});
