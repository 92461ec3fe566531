import t, { type Test } from 'tap';
import { curl, hasCurl } from '../support/curl.ts';
import { type Idp, serviceClient, startIdp } from '../support/idp.ts';
import { type RunningGateway, startCli } from '../support/run-cli.ts';
import { startUpstream } from '../support/upstream.ts';

const skip = hasCurl ? false : 'no curl here: commands of tutorials are NOT tested';
const pluginId = '5f35b796-ced6-4c00-9b2a-90eef745f4f9';

async function startGateway(t: Test): Promise<RunningGateway> {
  const gateway = await startCli([]);
  t.teardown(() => gateway.stop());
  return gateway;
}

void t.test('commands that Kong’s tutorials give work as they stand', { skip }, async (t) => {
  const { adminUrl: admin } = await startGateway(t);
  const service = await curl(
    ...['-X', 'POST', `${admin}/services`],
    ...['--data', 'name=example_service', '--data', 'url=https://httpbin.konghq.com'],
  );
  t.equal(service.status, 201, service.text);
  t.match(service.json(), { protocol: 'https', host: 'httpbin.konghq.com', port: 443, path: null, tags: null });
  const route = await curl(
    ...['-X', 'POST', `${admin}/services/example_service/routes`],
    ...['--data', 'paths[]=/mock', '--data', 'name=example_route'],
  );
  t.equal(route.status, 201, route.text);
  t.match(route.json(), { paths: ['/mock'], name: 'example_route', service: { id: service.json().id } });
  const plugin = await curl(
    ...['-X', 'POST', `${admin}/services/example_service/plugins`, '-d', 'name=openid-connect'],
    ...['-d', 'config.issuer=https://idp.test/realms/master', '-d', 'config.client_id=kong'],
  );
  t.equal(plugin.status, 201, plugin.text);
  t.match(plugin.json().config, { issuer: 'https://idp.test/realms/master', client_id: ['kong'] });
  const patched = await curl('-X', 'PATCH', `${admin}/services/example_service`, '--data', 'retries=6');
  t.match([patched.status, patched.json().retries], [200, 6]);
  const listed = await curl(`${admin}/services/example_service/plugins`);
  t.match(listed.json(), { data: [{ name: 'openid-connect' }], next: null });
  t.match((await curl(`${admin}/routes/example_route/plugins`)).json(), { data: [], next: null });
  t.match((await curl(`${admin}/openid-connect/issuers`)).json(), {
    data: [{ issuer: 'https://idp.test/realms/master', configuration: null }],
  });
});

void t.test('what httpie’s `-f put` sends makes and replaces', { skip }, async (t) => {
  const { adminUrl: admin } = await startGateway(t);
  const put = (path: string, ...fields: readonly string[]): ReturnType<typeof curl> =>
    curl('-X', 'PUT', `${admin}${path}`, ...fields.flatMap((field) => ['--data-urlencode', field]));
  const service = await put('/services/openid-connect', 'url=http://httpbin.org/anything');
  t.match([service.status, service.json().path], [200, '/anything'], service.text);
  const route = await put('/services/openid-connect/routes/openid-connect', 'paths=/');
  t.equal(route.status, 200, route.text);
  t.match(route.json(), { name: 'openid-connect', paths: ['/'], service: { id: service.json().id } });
  const plugin = await put(
    `/plugins/${pluginId}`,
    ...['name=openid-connect', 'service.name=openid-connect', 'config.issuer=https://idp.test/realms/master'],
    ...['config.client_auth=private_key_jwt', 'config.auth_methods=bearer'],
  );
  t.equal(plugin.status, 200, plugin.text);
  t.match(plugin.json(), {
    ...{ id: pluginId, service: { id: service.json().id }, route: null },
    config: { client_auth: ['private_key_jwt'], client_id: null },
  });
  const unset = await curl('-X', 'PATCH', `${admin}/services/openid-connect`, '-d', 'path=', '-d', 'tags[]=a');
  t.match(unset.json(), { path: null, tags: ['a'] }, 'an empty text unsets');
  const upload = await curl('-X', 'PATCH', `${admin}/services/openid-connect`, '-F', 'retries=7');
  t.match([upload.status, upload.json().retries], [200, 7], 'a multipart form');
});

/** Kong's tutorial "client credentials with Keycloak", with another provider in Keycloak's place. */
async function followTutorial(t: Test, { adminUrl: admin }: RunningGateway, idp: Idp, upstream: string): Promise<void> {
  const service = await curl(
    ...['-i', '-X', 'POST', `${admin}/services`],
    ...['--data', 'name=openid-connect', '--data', `url=${upstream}/anything`],
  );
  t.equal(service.status, 201, service.text);
  const route = await curl(
    ...['-i', '-X', 'POST', `${admin}/services/openid-connect/routes`],
    ...['--data', 'name=openid-connect', '--data', 'paths[]=/'],
  );
  t.equal(route.status, 201, route.text);
  const plugin = await curl(
    ...['-i', '-X', 'POST', `${admin}/services/openid-connect/plugins`, '--data', 'name=openid-connect'],
    ...['--data', `config.issuer=${idp.issuer}`, '--data', 'config.auth_methods=client_credentials'],
    ...['--data', 'config.client_credentials_param_type=header', '--data', `config.client_id=${serviceClient.id}`],
    ...['--data', `config.client_secret=${serviceClient.secret}`, '--data', 'config.client_auth=client_secret_basic'],
  );
  t.equal(plugin.status, 201, plugin.text);
}

void t.test('Kong’s tutorial of client credentials, from nothing to a request with a token', { skip }, async (t) => {
  const idp = await startIdp();
  const upstream = await startUpstream();
  const gateway = await startGateway(t);
  t.teardown(async () => {
    await Promise.all([idp.close(), upstream.close()]);
  });
  t.equal((await curl(gateway.proxyUrl)).status, 404, 'nothing is configured');
  await followTutorial(t, gateway, idp, upstream.url);
  const issuers = await curl(`${gateway.adminUrl}/openid-connect/issuers`);
  t.match(issuers.json(), { data: [{ issuer: idp.issuer }], next: null });

  t.equal((await curl(gateway.proxyUrl)).status, 401, 'without credentials');
  const credentials = `${serviceClient.id}:${serviceClient.secret}`;
  const first = await curl('--user', credentials, `${gateway.proxyUrl}/`);
  t.equal(first.status, 200, first.text);
  t.equal(idp.counts().token, 1);
  t.match(upstream.requests.at(-1)?.headers.authorization, /^Bearer ey/, 'the upstream gets the token');
  t.equal((await curl('--user', credentials, `${gateway.proxyUrl}/`)).status, 200);
  t.equal(idp.counts().token, 1, 'the second token came from the cache');
  t.equal((await curl('--user', `${serviceClient.id}:wrong`, `${gateway.proxyUrl}/`)).status, 401);

  const known = await curl(`${gateway.adminUrl}/openid-connect/issuers/${encodeURIComponent(idp.issuer)}`);
  t.match(known.json(), { issuer: idp.issuer, configuration: { issuer: idp.issuer }, keys: [{ kty: 'RSA' }] });
  t.notMatch(issuers.text + known.text, serviceClient.secret);
  t.equal((await curl('-X', 'DELETE', `${gateway.adminUrl}/openid-connect/issuers`)).status, 204);
});
