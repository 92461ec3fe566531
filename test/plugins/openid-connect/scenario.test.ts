import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { packageRoot } from '../../../src/lib/package-info.ts';
import { DpopKey } from '../../support/dpop-key.ts';
import { freePort } from '../../support/free-port.ts';
import { type Answer, basic, send } from '../../support/http.ts';
import { CERTIFICATE_HEADER, type Idp, type IdpClient, serviceClient, startIdp } from '../../support/idp.ts';
import { issueCertificate } from '../../support/issued-certificate.ts';
import { type RunningGateway, startCli } from '../../support/run-cli.ts';
import { sendOverTls } from '../../support/tls-client.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

// The acceptance scenario that `npm run test:e2e` runs with Keycloak, as far as oidc-provider can play its part: it has no
// password grant and no token exchange, and binds tokens to certificates that a header shows.

const { id: client_id, secret: client_secret } = serviceClient;

const clients: readonly IdpClient[] = [
  serviceClient,
  { id: 'cert-bound', secret: client_secret, metadata: { tls_client_certificate_bound_access_tokens: true } },
  { id: 'client-dpop-auth', secret: 'secret of client-dpop-auth', metadata: { dpop_bound_access_tokens: true } },
];
const service = basic(client_id, client_secret);
const credentials = { auth_methods: ['client_credentials'] };

/** Life of a token that the tutorial waits for. */
const lifetimeSeconds = 5;

void t.test("Kong's tutorial, from the declarative file that Keycloak is tested with", async (t) => {
  const world = await startWorld(t, { accessTokenTtlSeconds: lifetimeSeconds });
  const { idp } = world;
  const text = readFileSync(join(packageRoot, 'fixtures/keycloak/kong.yml'), 'utf8')
    .replace('http://keycloak.test:8080/realms/gateway', idp.issuer)
    .replace('http://httpbin.test', world.upstream.url);
  const gw = await world.gateway(t, text);
  const call = (authorization?: string): Promise<Answer> =>
    send(`${gw.proxyUrl}/openid-connect`, { headers: authorization === undefined ? {} : { authorization } });

  t.same(await documentsOf(gw), [null], 'nothing is asked before the first request');
  const firstAt = performance.now();
  const first = await call(service);
  const firstMs = performance.now() - firstAt;
  t.equal(first.status, 200);
  t.match(decodeJwt(tokenOf(first)), { iss: idp.issuer, client_id });
  t.notMatch(first.text, client_secret);
  t.notMatch(first.text, 'Basic ');
  t.match(await documentsOf(gw), [{ issuer: idp.issuer }]);

  const secondAt = performance.now();
  t.equal(tokenOf(await call(service)), tokenOf(first));
  t.ok(performance.now() - secondAt < firstMs, 'the second call is faster');
  t.equal(idp.counts().token, 1);

  t.equal((await call(basic(client_id, 'wrong'))).status, 401);
  t.equal((await call(service)).status, 200, 'the right secret passes right after a wrong one');
  t.equal((await call()).headers['www-authenticate'], 'Bearer realm="127.0.0.1"');
  t.equal((await call(basic('cert-bound', client_secret))).status, 401, 'an equal secret is not an equal client');

  await ended(tokenOf(first));
  idp.resetCounts();
  const tokens = (await Promise.all(Array.from({ length: 10 }, () => call(service)))).map(tokenOf);
  t.equal(new Set(tokens).size, 1);
  t.not(tokens[0], tokenOf(first));
  t.equal(idp.counts().token, 1, 'one new token when the old one has ended');
});

void t.test('a credential in query, form or JSON is taken out; claims decide who gets through', async (t) => {
  const world = await startWorld(t, { claims: () => ({ tier: 'gold' }) });
  const place = (where: string): object => ({ ...credentials, client_credentials_param_type: [where] });
  const routes = {
    query: place('query'),
    body: place('body'),
    api: { ...credentials, audience_required: ['https://api.example.test'] },
    other: { ...credentials, audience_required: ['gold'] },
    groups: { ...credentials, consumer_groups_claim: ['tier'] },
  };
  const gw = await world.gateway(t, world.config(routes, { consumer_groups: [{ name: 'gold' }] }));
  const post = (body: string, type: string): Promise<Answer> =>
    send(`${gw.proxyUrl}/body`, { method: 'POST', headers: { 'content-type': type }, body });

  const query = new URLSearchParams({ a: '1', client_id, client_secret });
  t.match((await send(`${gw.proxyUrl}/query?${query.toString()}`)).json(), { args: { a: '1' } });
  const form = new URLSearchParams({ client_id, client_secret, a: '1' }).toString();
  t.same((await post(form, 'application/x-www-form-urlencoded')).json().form, { a: '1' });
  const json = JSON.stringify({ client_id, a: [1], client_secret });
  t.same((await post(json, 'application/json')).json().json, { a: [1] });

  const status = async (path: string): Promise<number> =>
    (await send(gw.proxyUrl + path, { headers: { authorization: service } })).status;
  t.equal(await status('/query'), 401);
  t.equal(await status('/api'), 200);
  t.equal(await status('/other'), 403);
  t.equal(await status('/groups'), 200);
  const reload = { method: 'POST', headers: { 'content-type': 'application/json' }, body: world.config(routes) };
  t.equal((await send(`${gw.adminUrl}/config`, reload)).status, 201);
  t.equal(await status('/groups'), 403, 'without the group');
});

void t.test("50 parallel first requests ask once; a provider that is down is never the caller's fault", async (t) => {
  const world = await startWorld(t, {});
  const { idp } = world;
  const gw = await world.gateway(t, world.config({ api: credentials }));
  const call = (authorization: string): Promise<Answer> => send(`${gw.proxyUrl}/api`, { headers: { authorization } });
  const answers = await Promise.all(Array.from({ length: 50 }, () => call(service)));
  t.ok(answers.every(({ status }) => status === 200));
  t.equal(idp.counts().token, 1);

  await idp.stop();
  t.equal((await call(service)).status, 200, 'a cached token serves on');
  const fresh = await call(basic('never-seen', 'secret'));
  t.equal(fresh.status, 503);
  t.equal(fresh.headers['retry-after'], '5');
  await idp.start();
  t.equal((await send(`${gw.adminUrl}/openid-connect/issuers`, { method: 'DELETE' })).status, 204);
  t.same(await documentsOf(gw), [null]);
  t.equal((await call(basic(client_id, 'wrong'))).status, 401);
  t.match(await documentsOf(gw), [{ issuer: idp.issuer }], 'it is discovered again');
});

void t.test('client kong is known by keys that the provider fetches at the Admin API', async (t) => {
  const world = await startWorld(t, {});
  const { idp } = world;
  const own = { client_id: ['kong'], client_auth: ['private_key_jwt'] };
  const gw = await world.gateway(
    t,
    world.config({
      introspection: { ...own, auth_methods: ['introspection'] },
      userinfo: { ...own, auth_methods: ['userinfo'] },
    }),
  );
  const token = await idp.userToken('john', 'kong');
  const status = async (path: string, bearer: string): Promise<number> =>
    (await send(gw.proxyUrl + path, { headers: { authorization: `Bearer ${bearer}` } })).status;
  t.equal(await status('/introspection', token), 200);
  t.equal(await status('/introspection', 'no-token'), 401);
  t.equal(await status('/userinfo', token), 200);
  t.equal(await status('/userinfo', 'no-token'), 401);
});

void t.test('a token is good only with the certificate it is bound to', async (t) => {
  const world = await startWorld(t, {});
  const strict = { auth_methods: ['bearer'], proof_of_possession_mtls: 'strict' };
  const gw = await world.gateway(t, world.config({ strict, forwarded: credentials }));
  const [shown, other] = ['shown', 'other'].map((name) => issueCertificate({ name, use: 'clientAuth' }));
  const header = { [CERTIFICATE_HEADER]: shown?.x509.raw.toString('base64') ?? '' };
  const authorization = `Bearer ${await world.tokenOf('cert-bound', client_secret, header)}`;
  const secure = `https://127.0.0.1:${gw.proxy[1]?.port}/strict`;
  for (const [pair, status] of [[shown, 200] as const, [other, 401] as const, [null, 401] as const]) {
    t.equal((await sendOverTls(secure, { authorization }, pair ?? null)).status, status, pair?.name ?? 'none');
  }
  const forwarded = { headers: { authorization: basic('cert-bound', client_secret) } };
  t.equal((await send(`${gw.proxyUrl}/forwarded`, forwarded)).status, 401, 'the gateway has no certificate of it');
});

void t.test('a token is good only with a fresh proof by the key it is bound to', async (t) => {
  const world = await startWorld(t, {});
  const strict = { auth_methods: ['bearer'], proof_of_possession_dpop: 'strict' };
  const gw = await world.gateway(t, world.config({ strict }));
  const [key, other] = [await DpopKey.make(), await DpopKey.make()];
  const dpop = await key.prove('POST', `${world.idp.issuer}/token`, '', { claims: { ath: undefined } });
  const token = await world.tokenOf('client-dpop-auth', 'secret of client-dpop-auth', { dpop });
  const url = `${gw.proxyUrl}/strict`;
  const proof = await key.prove('GET', url, token);
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await send(url, { headers: { authorization: `DPoP ${token}`, ...headers } })).status;
  t.equal(await status({ dpop: proof }), 200);
  t.equal(await status({ dpop: proof }), 401, 'a second time');
  t.equal(await status({ dpop: await other.prove('GET', url, token) }), 401, 'by another key');
  t.equal(await status({}), 401, 'none');
});

interface ScenarioWorld {
  readonly idp: Idp;
  readonly upstream: Upstream;
  /** One service, which echoes, with a route per entry: path and config of its plugin. */
  config(routes: Readonly<Record<string, object>>, entities?: object): string;
  /** Runs gw until the end of the test, its Admin API where the provider looks for keys of `kong`. */
  gateway(t: Test, config: string): Promise<RunningGateway>;
  /** A token that a client gets for itself. */
  tokenOf(id: string, secret: string, headers: Record<string, string>): Promise<string>;
}

async function startWorld(t: Test, options: Parameters<typeof startIdp>[0]): Promise<ScenarioWorld> {
  const adminPort = await freePort();
  const kong: IdpClient = {
    id: 'kong',
    secret: '',
    metadata: {
      client_secret: undefined,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `http://127.0.0.1:${adminPort}/openid-connect/jwks`,
    },
  };
  const upstream = await startUpstream();
  const idp = await startIdp({ clients: [...clients, kong], ...options });
  t.teardown(() => Promise.all([idp.close(), upstream.close()]));
  return {
    idp,
    upstream,
    config: (routes, entities = {}) => {
      const all = Object.entries(routes).map(([name, config]) => ({
        ...{ name, paths: [`/${name}`] },
        plugins: [{ name: 'openid-connect', config: { issuer: idp.issuer, ...config } }],
      }));
      const service = { name: 'echo', url: `${upstream.url}/anything`, routes: all };
      return JSON.stringify({ _format_version: '3.0', services: [service], ...entities });
    },
    gateway: async (t, config) => {
      const file = join(t.testdir(), 'kong.yml');
      writeFileSync(file, config);
      const listen = ['--proxy-listen', '127.0.0.1:0, 127.0.0.1:0 ssl', '--admin-listen', `127.0.0.1:${adminPort}`];
      const gw = await startCli(['-c', file, ...listen]);
      t.teardown(() => gw.stop());
      return gw;
    },
    tokenOf: async (id, secret, headers) => {
      const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: basic(id, secret) };
      const body = 'grant_type=client_credentials';
      const answer = await send(`${idp.issuer}/token`, { method: 'POST', headers: { ...form, ...headers }, body });
      return String(answer.json().access_token);
    },
  };
}

/** The bearer token that the upstream got. */
function tokenOf({ text }: Answer): string {
  return /Bearer ([\w.-]+)/.exec(text)?.[1] ?? '';
}

/** The discovery document of each configured issuer, `null` where none has been fetched. */
async function documentsOf(gw: RunningGateway): Promise<readonly unknown[]> {
  const { data } = (await send(`${gw.adminUrl}/openid-connect/issuers`)).json();
  return (data as { configuration: unknown }[]).map(({ configuration }) => configuration);
}

/** Settles when a token has ended by this machine's clock, which is the provider's, too. */
async function ended(token: string): Promise<void> {
  const { exp = 0 } = decodeJwt(token);
  await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now()));
}
