import { request } from 'node:http';
import t from 'tap';
import { type AdminApi, startAdminApi } from '../support/admin-api.ts';
import { SeededRandom } from '../support/random.ts';
import { type RandomRequest, randomRequest, type RequestParts } from '../support/random-requests.ts';

/** `ADMIN_FUZZ_RUNS=100000 ADMIN_FUZZ_SEED=7` for more, and for others. */
const RUNS = Number(process.env.ADMIN_FUZZ_RUNS ?? 2500);
const SEED = Number(process.env.ADMIN_FUZZ_SEED ?? 1);
/** What was made is taken away now and then, so that lists stay short. */
const ROUND = 500;

t.setTimeout(60_000 + RUNS * 20);

t.test('no request, whatever its body, is answered with 500 or ends the process', async (t) => {
  const api = await startAdminApi(t);
  const random = new SeededRandom(SEED);
  const statuses = new Map<number, number>();
  for (let done = 0; done < RUNS; done += ROUND) {
    const parts = await seed(api);
    for (let index = 0; index < Math.min(ROUND, RUNS - done); index++) {
      const fuzz = randomRequest(random, { ...parts, samples: numbered(index % 40) });
      const status = await send(api.url, fuzz);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500 || status === 0) t.fail(`${status} in run ${done + index} of seed ${SEED}: ${describe(fuzz)}`);
    }
  }
  t.comment(
    [...statuses]
      .sort()
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  );
  t.same(
    api.log.lines().filter(({ msg }) => msg === 'the Admin API failed'),
    [],
  );
  t.equal((await api.ask('GET', '/')).status, 200, 'it is still there');
  for (const status of [200, 201, 204, 400, 404, 405, 415]) t.ok(statuses.has(status), `${status} was among them`);
  t.equal((await fetch(`${api.proxyUrl}/nowhere`)).status, 404, 'and so is the proxy');
});

/** `#` becomes a number, so that names are seldom the same. */
const samples = {
  services: { name: 's#', host: 'a.test' },
  routes: { name: 'r#', paths: ['/a'], service: { name: 'svc' } },
  plugins: { name: 'acl', config: { allow: ['x'] } },
  consumers: { username: 'c#' },
  upstreams: { name: 'u#' },
  targets: { target: '127.0.0.1:80' },
  consumer_groups: { name: 'g#' },
  'key-sets': { name: 'k#' },
  vaults: { name: 'env', prefix: 'v#' },
  acls: { group: 'a#' },
  'key-auth': { key: 'k#' },
  'key-auths': { key: 'k#', consumer: { username: 'bob' } },
  'basic-auth': { username: 'b#', password: 'p' },
  'hmac-auth': { username: 'b#' },
  jwt: { key: 'j#' },
  validate: { name: 'x', host: 'a.test' },
  config: { config: '_format_version: "3.0"' },
};

function numbered(round: number): RequestParts['samples'] {
  return JSON.parse(JSON.stringify(samples).replaceAll('#', String(round))) as RequestParts['samples'];
}

/** Begins anew with a few entities; answers what requests may consist of. */
async function seed({ ask }: AdminApi): Promise<RequestParts> {
  await ask('POST', '/config', { config: '_format_version: "3.0"\n' });
  const ids: string[] = [];
  for (const [path, body] of [
    ['/services', { name: 'svc', host: 'a.test' }],
    ['/services/svc/routes', { name: 'rt', paths: ['/a'] }],
    ['/services/svc/plugins', { name: 'acl', config: { allow: ['x'] } }],
    ['/consumers', { username: 'bob' }],
    ['/consumers/bob/key-auth', { key: 'k' }],
    ['/upstreams', { name: 'up' }],
    ['/upstreams/up/targets', { target: '127.0.0.1:1' }],
    ['/consumer_groups', { name: 'gold' }],
    ['/key-sets', { name: 'set' }],
  ] as const) {
    ids.push((await ask('POST', path, body)).id);
  }
  const listing = (await ask('GET', '/endpoints')).body.data as string[];
  const fields = new Set<string>(['config', 'service', 'name']);
  for (const kind of ['services', 'routes', 'plugins', 'consumers', 'upstreams', 'targets', 'certificates', 'vaults']) {
    for (const field of (await ask('GET', `/schemas/${kind}`)).body.fields as object[]) {
      for (const name of Object.keys(field)) fields.add(name);
    }
  }
  const names = ['svc', 'rt', 'bob', 'up', 'gold', 'set', '127.0.0.1:1', 'acl', 'openid-connect', 'services', 'env'];
  return { paths: listing, keys: [...names, ...ids.filter((id) => id !== '')], fields: [...fields], samples };
}

/** Answers the status; 0 when the connection broke without one. */
function send(url: string, { method, path, contentType, body }: RandomRequest): Promise<number> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const headers = {
      ...(contentType === null ? {} : { 'content-type': contentType }),
      ...(body === null ? {} : { 'content-length': body.length }),
    };
    const call = request({ host: hostname, port, method, path, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    call.on('error', () => resolve(0));
    call.end(body ?? undefined);
  });
}

function describe({ method, path, contentType, body }: RandomRequest): string {
  return `${method} ${path} (${contentType ?? 'no type'}) ${JSON.stringify(body?.toString('latin1').slice(0, 300) ?? null)}`;
}
