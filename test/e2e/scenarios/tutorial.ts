import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import type { Test } from 'tap';
import { packageRoot } from '../../../src/lib/package-info.ts';
import { type RunningGateway, runCli } from '../../support/run-cli.ts';
import { call, echoOf, tokenOf } from '../call.ts';
import { service } from '../clients.ts';
import type { World } from '../world.ts';

/** Kong's tutorial for client credentials, step by step, from the declarative file in `fixtures/`. */
export async function tutorial(t: Test, world: World, tokenSeconds: number): Promise<void> {
  const { keycloak } = world;
  const gw = await world.gateway(configOf(world));
  t.teardown(() => gw.stop());
  const url = `${gw.proxyUrl}/openid-connect`;

  await t.test('the issuers endpoint answers before any request', async (t) => {
    t.same(await documentsOf(gw), [null]);
  });

  let firstToken = '';
  let firstMs = 0;
  await t.test('the upstream gets a token of the caller and nothing of the secret', async (t) => {
    const answer = await call(url, { user: service.user });
    t.equal(answer.status, 200);
    firstToken = tokenOf(answer);
    firstMs = answer.tookMs;
    t.match(decodeJwt(firstToken), { azp: 'service', iss: keycloak.issuer, tier: 'gold' });
    t.notMatch(answer.text, service.secret);
    t.notMatch(JSON.stringify(echoOf(answer)), 'Basic ');
  });

  await t.test('the issuers endpoint then shows one issuer with its document and keys', async (t) => {
    const [issuer, ...others] = await issuersOf(gw);
    t.same(others, []);
    t.match(issuer, { issuer: keycloak.issuer, configuration: { issuer: keycloak.issuer } });
    t.ok((issuer?.keys.length ?? 0) > 0);
  });

  await t.test('the second call is faster and asks Keycloak for nothing', async (t) => {
    const answer = await call(url, { user: service.user });
    t.equal(tokenOf(answer), firstToken);
    t.equal(keycloak.events('CLIENT_LOGIN', 'service'), 1);
    t.ok(answer.tookMs < firstMs, `${answer.tookMs.toFixed(1)} ms after ${firstMs.toFixed(1)} ms`);
  });

  await t.test('after its lifespan, exactly one new token is fetched', async (t) => {
    await wait(tokenSeconds * 1_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(url, { user: service.user })));
    const tokens = new Set(answers.map(tokenOf));
    t.equal(tokens.size, 1);
    t.notOk(tokens.has(firstToken));
    const [token = ''] = tokens;
    t.ok((decodeJwt(token).exp ?? 0) > Date.now() / 1_000, 'it has not expired');
    t.equal(keycloak.events('CLIENT_LOGIN', 'service'), 2);
  });

  await t.test('a wrong secret gets 401 with a challenge, and the right one passes right after', async (t) => {
    const wrong = await call(url, { user: `${service.id}:wrong` });
    t.equal(wrong.status, 401);
    t.equal(wrong.challenge, 'Bearer realm="localhost", error="invalid_token"');
    t.equal(wrong.text, '{"message":"Unauthorized"}');
    t.equal((await call(url, { user: service.user })).status, 200);
  });

  await t.test('no credential, or one in query or body, gets 401', async (t) => {
    const { id: client_id, secret: client_secret } = service;
    const query = new URLSearchParams({ client_id, client_secret }).toString();
    const answers = [
      await call(url),
      await call(`${url}?${query}`),
      await call(url, { body: { client_id, client_secret } }),
    ];
    t.same(
      answers.map(({ status, challenge }) => [status, challenge]),
      answers.map(() => [401, 'Bearer realm="localhost"']),
    );
  });

  await t.test('another client with the same secret never gets the cached token', async (t) => {
    t.equal((await call(url, { user: service.user })).status, 200);
    t.equal((await call(url, { user: `cert-bound:${service.secret}` })).status, 401);
    t.equal(keycloak.latest('CLIENT_LOGIN_ERROR', 'cert-bound', 'reason')?.includes('MTLS'), true);
  });

  await t.test('validate --online finds that config and provider fit, and what does not exist', async (t) => {
    const validate = (config: string) => runCli(['validate', '--online', '--format', 'json', world.file(config)]);
    const good = await validate(configOf(world));
    t.equal(good.code, 0, good.stdout + good.stderr);
    t.notMatch(good.stdout, /"severity": ?"error"/);
    const other = await validate(configOf(world).replace('/realms/gateway', '/realms/other'));
    t.equal(other.code, 1, other.stdout + other.stderr);
  });

  await t.test('50 parallel first requests make one token request', async (t) => {
    await gw.stop();
    const cold = await world.gateway(configOf(world));
    t.teardown(() => cold.stop());
    const before = keycloak.events('CLIENT_LOGIN', 'service');
    const coldUrl = `${cold.proxyUrl}/openid-connect`;
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(coldUrl, { user: service.user })));
    t.ok(answers.every(({ status }) => status === 200));
    t.equal(keycloak.events('CLIENT_LOGIN', 'service') - before, 1);
  });
}

/** The file with the addresses of this run. */
function configOf({ keycloak, upstreamUrl }: World): string {
  return readFileSync(join(packageRoot, 'fixtures/keycloak/kong.yml'), 'utf8')
    .replace('http://keycloak.test:8080/realms/gateway', keycloak.issuer)
    .replace('http://httpbin.test/anything', upstreamUrl);
}

interface IssuerRow {
  readonly issuer: string;
  readonly configuration: object | null;
  readonly keys: readonly object[];
}

async function issuersOf(gw: RunningGateway): Promise<readonly IssuerRow[]> {
  const { text } = await call(`${gw.adminUrl}/openid-connect/issuers`);
  return (JSON.parse(text) as { data: readonly IssuerRow[] }).data;
}

/** The discovery document of each configured issuer, `null` where none has been fetched. */
export async function documentsOf(gw: RunningGateway): Promise<readonly (object | null)[]> {
  return (await issuersOf(gw)).map(({ configuration }) => configuration);
}
