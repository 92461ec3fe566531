import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { FakeClock } from '../../support/clock.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

/** The lines of the security checklist about what a provider, or somebody in its place, can make the gateway do. */

interface World {
  readonly idp: FakeIdp;
  readonly gw: OidcGateway;
  readonly clock: FakeClock;
}

async function setUp(
  t: Test,
  config: (idp: FakeIdp) => Record<string, unknown> = () => ({}),
  settings: Record<string, unknown> = {},
): Promise<World> {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  const gw = await startOidcGateway({ issuer: idp.issuer, timeout: 2000, ...config(idp) }, { clock, settings });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  return { idp, gw, clock };
}

t.test('endpoints that a document must not name are not called', async (t) => {
  for (const url of [
    ...['file:///etc/passwd', 'gopher://127.0.0.1/', 'ftp://127.0.0.1/', 'data:,x', 'unix:/run/x', 'javascript:1'],
    ...[
      'http://user:password@127.0.0.1/token',
      'http://user@127.0.0.1/token',
      '//127.0.0.1/token',
      '/token',
      '',
      5,
      null,
    ],
  ]) {
    const { idp, gw } = await setUp(t);
    idp.discovery = { token_endpoint: url };
    t.equal((await gw.call(['service', 'a'])).status, 500, `token_endpoint ${JSON.stringify(url)}`);
    t.equal(idp.counts.token, 0);
    const second = await setUp(t);
    second.idp.discovery = { jwks_uri: url };
    t.not((await second.gw.call(['service', 'a'])).status, 200, `jwks_uri ${JSON.stringify(url)}`);
    t.equal(second.idp.counts.jwks, 0);
  }
});

t.test('addresses where clouds keep credentials are not called, by number in any notation', async (t) => {
  for (const host of [
    ...['169.254.169.254', '169.254.170.2', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518'],
    ...['[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[fd00:ec2::254]', '[64:ff9b::a9fe:a9fe]', '100.100.100.200'],
  ]) {
    const { idp, gw } = await setUp(t);
    idp.discovery = { token_endpoint: `http://${host}/latest/meta-data/` };
    t.equal((await gw.call(['service', 'a'])).status, 503, host);
    t.match(gw.log.text(), /address not allowed/, host);
  }
});

t.test('names are checked by what they resolve to, and by the setting', async (t) => {
  const denied = { deniedIdpAddresses: ['127.0.0.0/8', '::1'] };
  const { idp, gw } = await setUp(t, ({ issuer }) => ({ issuer: issuer.replace('127.0.0.1', 'localhost') }), denied);
  t.equal((await gw.call(['service', 'a'])).status, 503);
  t.match(gw.log.text(), /address not allowed/);
  t.match(idp.counts, { discovery: 0, jwks: 0, token: 0, other: 0 });
  const allowed = await setUp(t, ({ issuer }) => ({ issuer: issuer.replace('127.0.0.1', 'localhost') }));
  t.equal((await allowed.gw.call(['service', 'a'])).status, 200);
});

t.test('no redirect is followed with a credential, and none to another origin', async (t) => {
  const other = await FakeIdp.start();
  t.teardown(() => other.close());
  for (const status of [301, 302, 303, 307, 308]) {
    const { idp, gw } = await setUp(t);
    idp.answer = () => ({ status, headers: { location: `${other.issuer}/token` }, body: '' });
    t.equal((await gw.call(['service', `${status}`])).status, 503, `${status}`);
    idp.answer = () => ({ status, headers: { location: `${idp.issuer}/token/again` }, body: '' });
    t.equal((await gw.call(['service', `${status} again`])).status, 503, `${status} to itself`);
    t.equal(idp.counts.token, 2);
  }
  t.match(other.counts, { discovery: 0, jwks: 0, token: 0, other: 0 });
});

t.test('an assertion names the issuer alone, as the document that names the endpoint does', async (t) => {
  const { idp, gw, clock } = await setUp(t, () => ({ token_endpoint_auth_method: 'client_secret_jwt', cache_ttl: 60 }));
  const audiences = () => idp.tokenRequests.map(({ form }) => decodeJwt(form.get('client_assertion') ?? '').aud);
  t.equal((await gw.call(['service', 'a'.repeat(32)])).status, 200);
  t.same(audiences(), [idp.issuer], 'one text, not a list, and not the endpoint');
  // A document of another provider in its place: an assertion for the honest one must not go to the other.
  const evil = 'https://honest.example';
  idp.discovery = { issuer: evil, token_endpoint: `${idp.issuer}/token/evil` };
  clock.advance(61_000);
  for (let call = 0; call < 3; call++) {
    await gw.call(['service', `${call}`.repeat(32)]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { target, form } of idp.tokenRequests) {
    const { aud } = decodeJwt(form.get('client_assertion') ?? '');
    t.equal(aud, target === '/token/evil' ? evil : idp.issuer, target);
  }
});

t.test('a token counts only under the issuer of the document that named its keys', async (t) => {
  const { idp, gw } = await setUp(t, () => ({ rediscovery_lifetime: 0 }));
  t.equal((await gw.call(['service', 'a'])).status, 200);
  idp.answer = async () => ({ body: await idp.grant({ iss: 'https://other.example' }) });
  t.equal((await gw.call(['service', 'b'])).status, 401);
  // The provider moves: its new document, new keys and new issuer are taken together.
  idp.discovery = { issuer: 'https://other.example' };
  idp.jwks = { keys: [{ ...idp.publicJwk, kid: 'moved' }] };
  idp.answer = async () => ({ body: await idp.grant({ iss: 'https://other.example' }, { kid: 'moved' }) });
  t.equal((await gw.call(['service', 'c'])).status, 200);
  idp.answer = async () => ({ body: await idp.grant({}, { kid: 'moved' }) });
  t.equal((await gw.call(['service', 'd'])).status, 401, 'the old issuer with the new key');
});

t.test('documents and answers of any size, depth or form do no more than fail', async (t) => {
  const { idp, gw } = await setUp(t);
  const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
  const answers: unknown[] = [
    ...['', '[]', 'null', '"x"', '{"access_token":', '{"access_token":{}}', '{"access_token":""}', deep],
    `{"access_token":"${'x'.repeat(300_000)}"}`,
    `{"access_token":"a\\u0000b"}`,
    `{"access_token":"a\\r\\nX: y"}`,
    `{"access_token":"a b"}`,
    '{"__proto__":{"access_token":"x"}}',
    '{"access_token":"x","token_type":"mac"}',
  ];
  for (const [at, body] of answers.entries()) {
    idp.answer = () => ({ body });
    const { status } = await gw.call(['service', `${at}`]);
    t.ok(status === 503 || status === 500, `answer ${at}: ${status}`);
  }
  idp.answer = async () => ({ body: await idp.grant() });
  t.equal((await gw.call(['service', 'good'])).status, 200);
  for (const body of [deep, '[]', 'x'.repeat(2_000_000), '{"issuer":5}']) {
    const broken = await setUp(t);
    broken.idp.discoveryText = body;
    t.equal((await broken.gw.call(['service', 'a'])).status, 503, body.slice(0, 20));
  }
});
