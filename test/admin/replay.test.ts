import { basename } from 'node:path';
import t, { type Test } from 'tap';
import { corpusEntries, corpusText } from '../support/corpus.ts';
import { type Change, ReplayClient, replayedKinds } from '../support/replay-client.ts';
import { PartOfConfig, type State, stateOfFile } from '../support/replay-state.ts';
import { startCli } from '../support/run-cli.ts';

// What decK needs of the Admin API, where there is no decK: see test/e2e/deck.e2e.ts for the real one.

const config = `
_format_version: "3.0"
_info:
  defaults:
    service:
      retries: 3
services:
- name: orders
  url: https://orders.test:8443/api
  tags: [b, a]
  routes:
  - name: orders
    paths: [/orders, "~/o/\\\\d+"]
    headers:
      x-version: [v1, v2]
    plugins:
    - name: rate-limiting
      config:
        minute: 5
        policy: redis
        redis_host: redis.test
  - name: bare
    hosts: [bare.test]
    protocols: [https]
  plugins:
  - name: openid-connect
    config:
      issuer: https://idp.test/realms/a
      client_id: [kong]
      client_secret: ["{vault://env/secret}"]
      scopes: []
- name: plain
  host: group
upstreams:
- name: group
  healthchecks:
    active:
      type: tcp
  targets:
  - target: 10.0.0.1:80
  - target: 10.0.0.2:80
    weight: 0
consumer_groups:
- name: gold
  plugins:
  - name: request-termination
    config:
      status_code: 418
consumers:
- username: bob
  custom_id: "42"
  groups:
  - name: gold
  acls:
  - group: admins
  keyauth_credentials:
  - key: abc
  jwt_secrets:
  - key: issuer
    secret: hush
- custom_id: "43"
plugins:
- name: cors
  protocols: [https, http]
vaults:
- name: env
  prefix: my-env
  config:
    prefix: APP_
key_sets:
- name: set
keys:
- name: key
  kid: one
  set: { name: set }
  jwk: '{"kid":"one","kty":"oct","k":"AAAA"}'
`;

void t.test('a file is written once, and then nothing is left to do', async (t) => {
  const { client } = await start(t);
  const wanted = stateOfFile(config, await client.dump());
  const first = await client.sync(wanted);
  t.equal(first.length, wanted.length);
  t.ok(first.every(({ op }) => op === 'create'));
  t.same(told(await client.diff(wanted)), []);
  t.same(told(await client.sync(wanted)), []);
  t.same(told(await client.sync(stateOfFile(config, await client.dump()))), [], 'nor with ids found by name');
});

void t.test('what was dumped comes back after a reset as it was', async (t) => {
  const { client } = await start(t);
  await client.sync(stateOfFile(config, []));
  const before = await client.dump();
  t.same(told(await client.diff(before)), [], 'the dump changes nothing');
  await client.reset();
  t.same(await client.dump(), []);
  await client.sync(before);
  t.same(withoutTimes(await client.dump()), withoutTimes(before));
});

void t.test('only what changed is written again', async (t) => {
  const { client } = await start(t);
  await client.sync(stateOfFile(config, []));
  const changed = config
    .replace('minute: 5', 'minute: 6')
    .replace('weight: 0', 'weight: 50')
    .replace('  tags: [b, a]\n', '')
    .replace('    headers:\n      x-version: [v1, v2]\n', '')
    .replace('- custom_id: "43"\n', '');
  const changes = await client.sync(stateOfFile(changed, await client.dump()));
  t.same(
    told(changes),
    ['update services', 'update routes', 'update plugins', 'update targets', 'delete consumers'].sort(),
  );
  t.same(told(await client.diff(stateOfFile(changed, await client.dump()))), []);
});

/** Files that decK works on before it sends them, or that no API takes: see those in test/e2e/deck. */
const unfit = new RegExp(
  [
    ...['002-consumer-group-plugins__expected', 'pl-nested-consumer-auth', 'pl-dup-nested-top', 'tg-dup', 'L941'],
    ...['048-plugin-config', '005-no-diff-target', 'rt-grpc', 'rt-tcp', 'rt-protocols-dup', 'svc-id-upper'],
  ].join('|'),
);

/** The real decK goes through all; here each of so many. */
const SHARE = 3;

const corpus = corpusEntries();
void t.test('files of the corpus settle', { skip: corpus === null && 'SKIPPED: there is no corpus' }, async (t) => {
  const { client } = await start(t);
  let settled = 0;
  for (const [index, { file, label, format_version }] of (corpus ?? []).entries()) {
    const name = basename(file);
    if (index % SHARE !== 0 || label !== 'valid' || format_version !== '3.0' || unfit.test(name)) continue;
    const state = stateOfCorpusFile(file);
    if (state.length === 0 || state.some(({ kind }) => !replayedKinds.has(kind))) continue;
    try {
      await client.reset();
      await client.sync(state);
      t.same(told(await client.diff(state)), [], name);
    } catch (error) {
      t.fail(`${name}: ${(error as Error).message}`);
    }
    settled += 1;
  }
  t.ok(settled > 60);
});

/** Nothing for a file that only makes sense together with what a gateway has. */
function stateOfCorpusFile(file: string): State {
  try {
    return stateOfFile(corpusText(file), []);
  } catch (error) {
    if (error instanceof PartOfConfig) return [];
    throw error;
  }
}

async function start(t: Test): Promise<{ readonly client: ReplayClient }> {
  const gateway = await startCli([]);
  t.teardown(() => gateway.stop());
  return { client: new ReplayClient(gateway.adminUrl) };
}

function told(changes: readonly Change[]): readonly string[] {
  return changes.map(({ op, entry }) => `${op} ${entry.kind}`).sort();
}

function withoutTimes(state: State): readonly object[] {
  const isTime = ([key]: readonly [string, unknown]): boolean => key === 'created_at' || key === 'updated_at';
  return state
    .map(({ kind, fields }) => ({
      kind,
      ...Object.fromEntries(Object.entries(fields).filter((entry) => !isTime(entry))),
    }))
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

function idOf(row: Readonly<Record<string, unknown>>): string {
  return `${String(row.kind)} ${String(row.id)}`;
}
