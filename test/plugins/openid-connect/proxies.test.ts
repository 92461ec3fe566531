import t from 'tap';
import { FakeIdp } from '../../support/fake-idp.ts';
import { ForwardProxy } from '../../support/forward-proxy.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

let idp: FakeIdp;
let proxy: ForwardProxy;
let gw: OidcGateway;

t.before(async () => {
  idp = await FakeIdp.start();
  proxy = await ForwardProxy.start();
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.beforeEach(() => {
  proxy.requests.length = 0;
  proxy.wanted = null;
});

t.teardown(async () => {
  await gw.close();
  await proxy.close();
  await idp.close();
});

t.test('discovery, keys and tokens all go through the proxy, with its password', async (t) => {
  proxy.wanted = 'Basic cHJveHk6cGFzcw==';
  gw.configure({ issuer: idp.issuer, http_proxy: proxy.url, http_proxy_authorization: proxy.wanted });
  t.equal((await gw.call(['service', 'one'])).status, 200);
  const asked = proxy.requests.map(({ method, target }) => `${method} ${target.replace(idp.issuer, '')}`);
  t.same(asked.sort(), ['GET /.well-known/openid-configuration', 'GET /jwks', 'POST /token']);
});

t.test('a provider that no_proxy names is called directly', async (t) => {
  gw.configure({ issuer: idp.issuer, http_proxy: proxy.url, no_proxy: 'example.com, 127.0.0.1' });
  t.equal((await gw.call(['service', 'two'])).status, 200);
  t.equal(proxy.requests.length, 0);
});

t.test('a proxy that refuses is answered with 503, and nothing tells its password', async (t) => {
  proxy.wanted = 'Basic other';
  gw.configure({ issuer: idp.issuer, http_proxy: proxy.url, http_proxy_authorization: 'Basic c2VjcmV0OnBhc3M=' });
  const answer = await gw.call(['service', 'three']);
  t.equal(answer.status, 503);
  t.match(gw.log.text(), /refused by proxy/);
  t.notMatch(gw.log.text() + answer.text, /c2VjcmV0OnBhc3M/);
});

t.test('a reload without the proxy takes effect at once', async (t) => {
  gw.configure({ issuer: idp.issuer, http_proxy: proxy.url });
  t.equal((await gw.call(['service', 'four'])).status, 200);
  proxy.requests.length = 0;
  gw.configure({ issuer: idp.issuer });
  t.equal((await gw.call(['service', 'five'])).status, 200);
  t.equal(proxy.requests.length, 0);
});
