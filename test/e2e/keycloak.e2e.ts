import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import t from 'tap';
import type { HttpbinEcho } from '../support/httpbin-echo.ts';
import { serviceClient } from '../support/idp.ts';
import { type RunningGateway, startCli } from '../support/run-cli.ts';
import { startUpstream } from '../support/upstream.ts';
import { Keycloak, whyNoKeycloak } from './keycloak.ts';

// Kong's client-credentials tutorial against a real Keycloak, through the real command.

const tokenLifespanSeconds = 12;
const service = `${serviceClient.id}:${serviceClient.secret}`;

const reason = await whyNoKeycloak();
if (reason === null) await walkThrough();
else t.pass(`SKIPPED, nothing was tested: ${reason}`);

async function walkThrough(): Promise<void> {
  const upstream = await startUpstream();
  const keycloak = await Keycloak.launch(tokenLifespanSeconds);
  const config = join(mkdtempSync(join(tmpdir(), 'gw-keycloak-')), 'kong.yml');
  writeFileSync(config, configFor(upstream.url, keycloak.issuer));
  const gw = await startCli(['-c', config]);
  t.teardown(async () => {
    await Promise.all([gw.stop(), keycloak.stop(), upstream.close()]);
  });

  await t.test('the issuers endpoint answers before any request', async (t) => {
    t.same(await documentsOf(gw), [null]);
  });

  let firstToken = '';
  await t.test('the upstream gets a token of the caller and nothing of the secret', async (t) => {
    const answer = await get(gw, '/anything', service);
    t.equal(answer.status, 200);
    const echo = (await answer.json()) as HttpbinEcho;
    firstToken = bearerOf(echo);
    t.equal(decodeJwt(firstToken).azp, 'service');
    t.equal(decodeJwt(firstToken).iss, keycloak.issuer);
    t.notMatch(JSON.stringify(echo), serviceClient.secret);
    t.notMatch(JSON.stringify(echo), 'Basic ');
  });

  await t.test('the issuers endpoint then shows its document and keys', async (t) => {
    const [issuer, ...others] = await issuers(gw);
    t.same(others, []);
    t.match(issuer, { issuer: keycloak.issuer, configuration: { issuer: keycloak.issuer } });
    t.ok((issuer?.keys.length ?? 0) > 0);
  });

  await t.test('the same credential is served from the cache', async (t) => {
    const answer = await get(gw, '/anything', service);
    t.equal(bearerOf((await answer.json()) as HttpbinEcho), firstToken);
    t.equal(keycloak.events('CLIENT_LOGIN', 'service'), 1);
  });

  await t.test('after its lifespan, exactly one new token is fetched', async (t) => {
    await wait(tokenLifespanSeconds * 1_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(gw, '/anything', service)));
    const tokens = await Promise.all(answers.map(async (answer) => bearerOf((await answer.json()) as HttpbinEcho)));
    t.equal(new Set(tokens).size, 1);
    t.not(tokens[0], firstToken);
    t.ok((decodeJwt(tokens[0] ?? '').exp ?? 0) > Date.now() / 1_000, 'it has not expired');
    t.equal(keycloak.events('CLIENT_LOGIN', 'service'), 2);
  });

  await t.test('a wrong secret gets 401 with a challenge, and the right one passes right after', async (t) => {
    const wrong = await get(gw, '/anything', `${serviceClient.id}:wrong`);
    t.equal(wrong.status, 401);
    t.equal(wrong.headers.get('www-authenticate'), 'Bearer realm="localhost", error="invalid_token"');
    t.equal(await wrong.text(), '{"message":"Unauthorized"}');
    t.equal((await get(gw, '/anything', service)).status, 200);
  });

  await t.test('no credential, or one in the query, gets 401', async (t) => {
    t.equal((await get(gw, '/anything', null)).status, 401);
    const query = new URLSearchParams({ client_id: serviceClient.id, client_secret: serviceClient.secret });
    t.equal((await get(gw, `/anything?${query.toString()}`, null)).status, 401);
  });

  await t.test('another client with the same secret never gets the cached token', async (t) => {
    t.equal((await get(gw, '/anything', service)).status, 200);
    t.equal((await get(gw, '/anything', `cert-bound:${serviceClient.secret}`)).status, 401);
  });

  await t.test('a required audience decides between 200 and 403', async (t) => {
    t.equal((await get(gw, '/api-audience', service)).status, 200);
    const other = await get(gw, '/other-audience', service);
    t.equal(other.status, 403);
    t.equal(other.headers.get('www-authenticate'), 'Bearer realm="localhost", error="insufficient_scope"');
  });

  await t.test('50 parallel first requests make one token request', async (t) => {
    const cold = await startCli(['-c', config]);
    const before = keycloak.events('CLIENT_LOGIN', 'service');
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(cold, '/anything', service)));
    t.ok(answers.every(({ status }) => status === 200));
    t.equal(keycloak.events('CLIENT_LOGIN', 'service') - before, 1);
    await cold.stop();
  });

  await t.test('deleted from the issuers endpoint, an issuer is discovered again', async (t) => {
    const deleted = await fetch(`${gw.adminUrl}/openid-connect/issuers`, { method: 'DELETE' });
    t.equal(deleted.status, 204);
    t.same(await documentsOf(gw), [null]);
    t.equal((await get(gw, '/anything', service)).status, 200);
    t.equal((await get(gw, '/anything', `${serviceClient.id}:another`)).status, 401);
    t.match(await documentsOf(gw), [{ issuer: keycloak.issuer }]);
  });

  await t.test('while Keycloak is down, a cached credential works and a new one gets 503', async (t) => {
    t.equal((await get(gw, '/anything', service)).status, 200);
    await keycloak.stop();
    t.equal((await get(gw, '/anything', service)).status, 200);
    const fresh = await get(gw, '/anything', 'never-seen:secret');
    t.equal(fresh.status, 503);
    t.equal(fresh.headers.get('retry-after'), '5');
    t.equal(await fresh.text(), '{"message":"Identity provider unavailable"}');
  });

  await t.test('when Keycloak is back with other keys, gw heals by itself', async (t) => {
    await keycloak.start();
    let status = 0;
    for (let attempt = 0; attempt < 60 && status !== 200; attempt += 1) {
      status = (await get(gw, '/anything', service)).status;
      if (status !== 200) await wait(1_000);
    }
    t.equal(status, 200);
  });
}

function configFor(upstream: string, issuer: string): string {
  const route = (path: string, more: object): object => ({
    name: path,
    paths: [`/${path}`],
    plugins: [
      {
        name: 'openid-connect',
        config: {
          issuer,
          client_id: ['kong'],
          client_auth: ['private_key_jwt'],
          auth_methods: ['client_credentials'],
          client_credentials_param_type: ['header'],
          ...more,
        },
      },
    ],
  });
  const routes = [
    route('anything', {}),
    route('api-audience', { audience_required: ['https://api.example.test'] }),
    route('other-audience', { audience_required: ['gold'] }),
  ];
  return JSON.stringify({
    _format_version: '3.0',
    services: [{ name: 'openid-connect', url: `${upstream}/anything`, routes }],
  });
}

async function get(gw: RunningGateway, path: string, user: string | null): Promise<Response> {
  const headers = user === null ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
  const answer = await fetch(gw.proxyUrl + path, { headers });
  return new Response(await answer.arrayBuffer(), answer);
}

interface IssuerRow {
  readonly issuer: string;
  readonly configuration: object | null;
  readonly keys: readonly object[];
}

async function issuers(gw: RunningGateway): Promise<readonly IssuerRow[]> {
  const answer = await fetch(`${gw.adminUrl}/openid-connect/issuers`);
  return ((await answer.json()) as { data: readonly IssuerRow[] }).data;
}

/** The discovery document of each configured issuer, `null` where none has been fetched. */
async function documentsOf(gw: RunningGateway): Promise<readonly (object | null)[]> {
  return (await issuers(gw)).map(({ configuration }) => configuration);
}

function bearerOf(echo: HttpbinEcho): string {
  return /^Bearer (\S+)$/.exec(echo.headers.Authorization ?? '')?.[1] ?? '';
}
