import t from 'tap';
import { FakeIdp } from '../../support/fake-idp.ts';
import { startIdp } from '../../support/idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const own = { client_id: ['kong'], client_secret: ['own-secret-of-kong'] };

let idp: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  idp.introspect = () => ({ body: { active: true } });
  idp.userInfo = () => ({ body: { sub: 'john' } });
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

type Looked = 'introspection' | 'userinfo' | 'nowhere';

/** What is asked about a token; 401 stands for a token that is not taken. */
const table: readonly (readonly [methods: string, signed: Looked | 401, opaque: Looked | 401])[] = [
  ['bearer', 'nowhere', 401],
  ['introspection', 'introspection', 'introspection'],
  ['userinfo', 'userinfo', 'userinfo'],
  ['bearer introspection', 'nowhere', 'introspection'],
  ['bearer userinfo', 'nowhere', 'userinfo'],
  ['introspection userinfo', 'introspection', 'introspection'],
  ['bearer introspection userinfo', 'nowhere', 'introspection'],
  ['client_credentials', 401, 401],
];

for (const [methods, signed, opaque] of table) {
  // The order of the config says nothing: Kong's is fixed.
  for (const order of new Set([methods, methods.split(' ').reverse().join(' ')])) {
    const listed = order.split(' ');
    t.test(`with ${listed.join(', ')} enabled, each form of token goes where it belongs`, async (t) => {
      gw.configure({ issuer: idp.issuer, auth_methods: listed, ...own, cache_tokens_salt: listed.join() });
      const tokens = { signed: await idp.sign({ jti: listed.join() }), opaque: `opaque-${listed.join('-')}` };
      for (const [form, expected] of [
        ['signed', signed],
        ['opaque', opaque],
      ] as const) {
        const before = { ...idp.counts };
        const { status } = await gw.call(null, { headers: { authorization: `Bearer ${tokens[form]}` } });
        t.equal(status, expected === 401 ? 401 : 200, form);
        t.equal(idp.counts.introspection - before.introspection, expected === 'introspection' ? 1 : 0, form);
        t.equal(idp.counts.userinfo - before.userinfo, expected === 'userinfo' ? 1 : 0, form);
      }
    });
  }
}

t.test('without an own client opaque tokens go to the userinfo endpoint', async (t) => {
  gw.configure({ issuer: idp.issuer, auth_methods: ['bearer', 'introspection', 'userinfo'] });
  const before = { ...idp.counts };
  t.equal((await gw.call(null, { headers: { authorization: 'Bearer opaque-alone' } })).status, 200);
  t.match(idp.counts, { introspection: before.introspection, userinfo: before.userinfo + 1 });
});

t.test('a token that a method refuses never leads on to the next method or to Basic', async (t) => {
  const methods = ['bearer', 'introspection', 'userinfo', 'client_credentials'];
  gw.configure({ issuer: idp.issuer, auth_methods: methods, ...own });
  const good = idp.introspect;
  idp.introspect = () => ({ body: { active: false } });
  const before = { ...idp.counts };
  const expired = await idp.sign({ exp: 1 });
  for (const target of [`?access_token=${expired}`, '?access_token=opaque-refused']) {
    t.equal((await gw.call(['service', 'secret'], { target })).status, 401);
  }
  t.match(idp.counts, { userinfo: before.userinfo, token: before.token });
  idp.introspect = good;
});

t.test('two tokens in one request are refused before anybody is asked', async (t) => {
  gw.configure({ issuer: idp.issuer, auth_methods: ['introspection'], ...own });
  t.equal((await gw.call(null, { headers: { authorization: 'Bearer opaque-one' } })).status, 200);
  const before = { ...idp.counts };
  const answer = await gw.call(null, { headers: { authorization: 'Bearer opaque-one' }, target: '?access_token=two' });
  t.equal(answer.status, 400);
  t.same(idp.counts, before);
});

const kong = { id: 'kong', secret: own.client_secret[0] ?? '' };
const signing = { introspection_signed_response_alg: 'RS256', userinfo_signed_response_alg: 'RS256' } as const;

for (const [name, metadata, config] of [
  ['JSON', {}, {}],
  [
    'signed JWTs',
    signing,
    { introspection_accept: 'application/token-introspection+jwt', userinfo_accept: 'application/jwt' },
  ],
] as const) {
  t.test(`a certified provider that answers with ${name} introspects tokens and knows their users`, async (t) => {
    const provider = await startIdp({ format: 'opaque', clients: [{ ...kong, metadata }] });
    const settings = { issuer: provider.issuer, ...own, ...config };
    const gateway = await startOidcGateway({ ...settings, auth_methods: ['introspection'] });
    t.teardown(async () => {
      await gateway.close();
      await provider.close();
    });
    const lookups = (): string[] =>
      provider.requests.map(({ path }) => path).filter((path) => /introspection|\/me/.test(path));
    const call = async (token: string): Promise<number> =>
      (await gateway.call(null, { headers: { authorization: `Bearer ${token}` } })).status;
    const credential = (): unknown => gateway.upstream.requests.at(-1)?.headers['x-credential-identifier'];
    const token = await provider.userToken('john', 'kong');
    t.equal(await call(token), 200);
    t.equal(await call(token), 200);
    t.equal(credential(), 'john');
    t.same(lookups(), ['/token/introspection']);
    t.equal(await call('unknown'), 401);

    gateway.configure({ ...settings, auth_methods: ['userinfo'] });
    provider.resetCounts();
    t.equal(await call(token), 200);
    t.equal(await call(token), 200);
    t.equal(credential(), 'john');
    t.same(lookups(), ['/me']);
    t.equal(await call('unknown-too'), 401);

    gateway.configure({ ...settings, auth_methods: ['introspection'], search_user_info: true });
    provider.resetCounts();
    t.equal(await call(await provider.userToken('jane', 'kong')), 200);
    t.equal(credential(), 'jane');
    t.same(lookups(), ['/token/introspection', '/me']);
  });
}

t.test(
  'a certified provider does not introspect signed tokens: the caller is refused, nobody is at fault',
  async (t) => {
    const provider = await startIdp({ clients: [kong] });
    const gateway = await startOidcGateway({ issuer: provider.issuer, ...own, auth_methods: ['introspection'] });
    t.teardown(async () => {
      await gateway.close();
      await provider.close();
    });
    t.equal((await gateway.call(null, { headers: { authorization: `Bearer ${await idp.sign()}` } })).status, 401);
  },
);
