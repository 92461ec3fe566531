import t from 'tap';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

let idp: FakeIdp;
let gw: OidcGateway;
let calls = 0;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

/** Status for a token with these claims: brought by the caller, and issued to it. */
async function statuses(claims: Record<string, unknown>, config: Record<string, unknown>): Promise<[number, number]> {
  gw.configure({ issuer: idp.issuer, auth_methods: ['bearer', 'client_credentials'], ...config });
  const headers = { authorization: `Bearer ${await idp.sign(claims)}` };
  idp.answer = async () => ({ body: await idp.grant(claims) });
  return [(await gw.call(null, { headers })).status, (await gw.call([`c${calls++}`, 's'])).status];
}

const other = { iss: 'https://other.example/' };

t.test('without issuers_allowed the announced issuer is the only one', async (t) => {
  t.same(await statuses({}, {}), [200, 200]);
  t.same(await statuses(other, {}), [401, 401]);
  t.same(await statuses({ iss: `${idp.issuer}/` }, {}), [401, 401], 'a slash more is another issuer');
});

t.test('issuers_allowed is the whole list, compared exactly', async (t) => {
  const config = { issuers_allowed: ['https://first.example', other.iss] };
  t.same(await statuses(other, config), [200, 200]);
  t.same(await statuses({ iss: 'https://other.example' }, config), [401, 401]);
  t.same(await statuses({}, config), [401, 401], 'the announced one is not on it');
  t.match(gw.log.text(), /invalid iss claim was specified for access token/);
});

t.test('issuers_allowed and domains hold without verify_claims, too', async (t) => {
  const config = { verify_claims: false, issuers_allowed: [other.iss], domains: ['example.com'] };
  t.same(await statuses({ ...other, hd: 'example.com', exp: 1 }, config), [401, 401], 'no expired token is used');
  t.same(await statuses({ ...other, hd: 'example.com' }, config), [200, 200]);
  t.same(await statuses({ hd: 'example.com' }, config), [401, 401]);
  t.same(await statuses({ ...other, hd: 'example.org' }, config), [401, 401]);
});

t.test('domains compares hd; a token without one is refused', async (t) => {
  const config = { domains: ['example.com', 'example.net'] };
  t.same(await statuses({ hd: 'example.net' }, config), [200, 200]);
  t.same(await statuses({ hd: 'sub.example.net' }, config), [401, 401]);
  t.same(await statuses({}, config), [401, 401]);
  t.same(await statuses({ hd: 'example.org' }, { domains: [] }), [200, 200], 'an empty list asks for nothing');
});
