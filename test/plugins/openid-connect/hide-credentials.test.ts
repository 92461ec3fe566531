import t from 'tap';
import { callers, knowTokens } from '../../support/callers.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

let idp: FakeIdp;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  knowTokens(idp, true);
  idp.answer = async () => ({ body: await idp.grant({ jti: 'issued' }) });
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

for (const caller of callers) {
  t.test(`${caller.name}: hidden, nothing of it reaches the upstream but the token`, async (t) => {
    gw.configure({ issuer: idp.issuer, ...caller.config(idp) });
    const request = await caller.request(idp);
    const secrets = caller.secrets(request);
    t.not(secrets.length, 0);
    for (let call = 0; call < 2; call++) {
      const answer = await gw.call(null, request);
      t.equal(answer.status, 200);
      const [authorization, rest] = split(answer.text);
      t.match(authorization, /^Bearer ./);
      for (const secret of secrets) t.notOk(rest.includes(secret), `not ${secret}`);
      if (caller.isToken) t.ok(secrets.some((secret) => authorization === `Bearer ${secret}`));
      else for (const secret of secrets) t.notOk(authorization.includes(secret));
      if (request.body !== undefined || request.target !== undefined) t.match(rest, /keep\W+1/, 'the rest is kept');
    }
  });

  t.test(`${caller.name}: hidden, nothing at all reaches an upstream that gets no token`, async (t) => {
    gw.configure({ issuer: idp.issuer, ...caller.config(idp), upstream_access_token_header: null });
    const request = await caller.request(idp);
    for (let call = 0; call < 2; call++) {
      const { status, text } = await gw.call(null, request);
      t.equal(status, 200);
      t.equal(split(text)[0], '');
      for (const secret of caller.secrets(request)) t.notOk(text.includes(secret), `not ${secret}`);
    }
  });

  t.test(`${caller.name}: not hidden, it stays where it was, but for the header that the token takes`, async (t) => {
    gw.configure({ issuer: idp.issuer, ...caller.config(idp), hide_credentials: false });
    const request = await caller.request(idp);
    const [secret = ''] = caller.secrets(request);
    const { status, text } = await gw.call(null, request);
    t.equal(status, 200);
    const [authorization, rest] = split(text);
    t.match(authorization, /^Bearer ./);
    const isReplaced = JSON.stringify(request).includes('"authorization"');
    t.equal(
      !isReplaced,
      [secret, encodeURIComponent(secret)].some((one) => rest.includes(one)),
    );
  });
}

t.test('only the credential that was used is taken out', async (t) => {
  const config = { auth_methods: ['bearer', 'client_credentials'], upstream_access_token_header: 'x-token' };
  gw.configure({ issuer: idp.issuer, ...config });
  const token = await idp.sign();
  const headers = { 'x-access-token': token, authorization: 'Basic somebody-elses' };
  const { status, text } = await gw.call(null, { headers });
  t.equal(status, 200);
  t.match(text, /Basic somebody-elses/);
});

/** What the upstream got: its `Authorization`, and everything else as text. */
function split(text: string): [authorization: string, rest: string] {
  const echo = JSON.parse(text) as { headers: Record<string, string> };
  const { Authorization: authorization = '', ...headers } = echo.headers;
  return [authorization, JSON.stringify({ ...echo, headers })];
}
