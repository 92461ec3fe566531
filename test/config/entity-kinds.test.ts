import t from 'tap';
import { inspectConfig, type Inspection } from '../../src/config/load-config.ts';
import type { EntitySet } from '../../src/entities/entity-set.ts';
import { type EntityKind, isRunKind } from '../../src/entities/kinds.ts';
import { derivedId } from '../../src/entities/ids.ts';
import { sampleCatalog } from './sample-plugin.ts';

function load(text: string): Inspection {
  const source = { name: 'kong.yml', text: `_format_version: "3.0"\n${text}` };
  return inspectConfig([source], { catalog: sampleCatalog, now: 1_700_000_000_000 });
}

/** Errors as `line code message`. */
function errorsOf({ diagnostics }: Inspection): readonly string[] {
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message, range }) => `${range.start.line} ${code} ${message}`);
}

const certificateId = '11111111-2222-4333-8444-555555555555';

const nested = `
certificates:
- id: ${certificateId}
  cert: "{vault://env/cert}"
  key: "{vault://env/key}"
  snis: [{name: shop.example}]
  services:
  - name: orders
    url: https://orders.example
    routes:
    - {name: list, paths: [/a], filter_chains: [{name: chain, filters: [{name: f}]}]}
  upstreams:
  - name: pool.example
    targets: [{target: "10.0.0.1:80"}]
key_sets:
- name: ours
  keys: [{name: first, kid: k1, jwk: '{"kid":"k1","kty":"oct","k":"AAAA"}'}]
consumers:
- username: bob
  acls: [{group: staff}]
  keyauth_credentials: [{key: abcdef}]
  oauth2_credentials:
  - name: app
    client_id: app
    redirect_uris: [https://app.example/done]
    oauth2_tokens: [{access_token: token, expires_in: 60}]
  groups: [{name: gold}]
consumer_groups:
- name: gold
  consumers: [{username: bob}]
  plugins: [{name: sample, config: {target: a}}]
`;

t.test('entities may stand inside those they refer to, at any depth', (t) => {
  const loaded = load(nested);
  t.strictSame(errorsOf(loaded), []);
  const { entities } = loaded;
  const one = (kind: EntityKind): unknown => listOf(entities, kind)[0];
  const bob = { id: entities?.consumers[0]?.id };
  const gold = { id: derivedId('consumer_groups', 'gold') };
  t.match(entities?.services, [{ name: 'orders', client_certificate: { id: certificateId } }]);
  t.match(entities?.plugins, [{ name: 'sample', consumer_group: gold }]);
  t.match(one('snis'), { name: 'shop.example', certificate: { id: certificateId } });
  t.match(one('upstreams'), { slots: 10_000, client_certificate: { id: certificateId } });
  t.match(one('targets'), { weight: 100, upstream: { id: derivedId('upstreams', 'pool.example') } });
  t.match(one('filter_chains'), { name: 'chain', route: { id: entities?.routes[0]?.id } });
  t.match(one('keys'), { kid: 'k1', set: { id: derivedId('key_sets', 'ours') } });
  t.match(one('acls'), { group: 'staff', consumer: bob });
  t.match(one('keyauth_credentials'), { key: 'abcdef', consumer: bob });
  t.match(one('oauth2_tokens'), { token_type: 'bearer', credential: { id: /^[0-9a-f-]{36}$/ } });
  t.match(one('consumer_group_consumers'), { consumer: bob, consumer_group: gold });
  t.end();
});

t.test('what stands inside an entity is not repeated in it, and a membership written on both sides is one', (t) => {
  const { entities } = load(nested);
  t.notOk(Object.hasOwn(entities?.upstreams[0] ?? {}, 'targets'));
  t.notOk(Object.hasOwn(entities?.consumer_groups[0] ?? {}, 'consumers'));
  t.equal(entities?.consumer_group_consumers.length, 1);
  t.end();
});

t.test('flat lists mean the same as nested ones', (t) => {
  const flat = load(`
upstreams: [{name: pool.example}]
targets: [{target: "10.0.0.1:80", upstream: pool.example}]
consumers: [{username: bob}]
acls: [{group: staff, consumer: bob}]
consumer_groups: [{name: gold}]
consumer_group_consumers: [{consumer: bob, consumer_group: {name: gold}}]
`);
  t.strictSame(errorsOf(flat), []);
  const tree = load(`
upstreams: [{name: pool.example, targets: [{target: "10.0.0.1:80"}]}]
consumers: [{username: bob, acls: [{group: staff}], groups: [{name: gold}]}]
consumer_groups: [{name: gold}]
`);
  for (const kind of ['targets', 'acls', 'consumer_group_consumers'] as const) {
    const withoutIds = (loaded: Inspection): unknown =>
      listOf(loaded.entities, kind).map((entity) => ({ ...entity, id: null }));
    t.strictSame(withoutIds(flat), withoutIds(tree), kind);
  }
  t.end();
});

t.test('a reference is a name, an id, {id} or {name}; each form finds only what it says', (t) => {
  const loaded = load(`
services: [{id: ${certificateId}, name: orders, host: orders.example}]
routes:
- {name: a, paths: [/a], service: orders}
- {name: b, paths: [/b], service: ${certificateId.toUpperCase()}}
- {name: c, paths: [/c], service: {id: ${certificateId}}}
- {name: d, paths: [/d], service: {name: orders}}
- {name: e, paths: [/e], service: {id: orders}}
- {name: f, paths: [/f], service: {name: ${certificateId}}}
`);
  t.strictSame(errorsOf(loaded), [
    '9 reference/dangling there is no service "orders"',
    `10 reference/dangling there is no service "${certificateId}"`,
  ]);
  t.end();
});

t.test('consumers are not found by custom_id, certificates by nothing but their id', (t) => {
  const loaded = load(`
consumers: [{username: bob, custom_id: b-1}]
certificates: [{id: ${certificateId}, cert: "{vault://env/c}", key: "{vault://env/k}", tags: [main]}]
acls: [{group: staff, consumer: b-1}]
snis: [{name: a.example, certificate: main}, {name: b.example, certificate: ${certificateId}}]
`);
  t.strictSame(errorsOf(loaded), [
    '5 reference/dangling there is no consumer "b-1"',
    '6 reference/dangling there is no certificate "main"',
  ]);
  t.end();
});

t.test('a mistake in a name is one finding, whoever refers to it', (t) => {
  for (const [name, code] of [
    ['nam: orders', 'schema/unknown-key'],
    ['name: 5', 'schema/type'],
    ['name: "my orders"', 'schema/value'],
  ] as const) {
    const value = name.slice(name.indexOf(':') + 2);
    const loaded = load(`
services: [{${name}, host: orders.example, plugins: [{name: sample, config: {target: a}}]}]
routes: [{name: a, paths: [/a], service: ${value}}, {name: b, paths: [/b], service: {name: ${value}}}]
plugins: [{name: sample, service: ${value}, config: {target: a}}]
`);
    const found = loaded.diagnostics.filter(({ path }) => path[0] === 'services');
    t.match(found, [{ code, path: ['services', 0] }], name);
    t.strictSame(
      errorsOf(loaded).filter((text) => text.includes('reference/')),
      [],
      name,
    );
  }
  t.end();
});

t.test('credentials are unique over all consumers, and none is shown', (t) => {
  const loaded = load(`
consumers:
- {username: a, keyauth_credentials: [{key: hush-hush}]}
- {username: b, keyauth_credentials: [{key: hush-hush}]}
keyauth_credentials: [{key: hush-hush, consumer: a}]
`);
  t.strictSame(errorsOf(loaded), [
    '5 entity/duplicate another key-auth credential has the same key',
    '6 entity/duplicate another key-auth credential has the same key',
  ]);
  t.notMatch(JSON.stringify(loaded.diagnostics), /hush/);
  t.end();
});

t.test('a plugin for a group is another one than for everybody', (t) => {
  const { diagnostics } = load(`
consumer_groups: [{name: gold, plugins: [{name: sample, config: {target: a}}]}]
plugins:
- {name: sample, config: {target: a}}
- {name: sample, consumer_group: gold, config: {target: b}}
`);
  const found = diagnostics.filter(({ code }) => code.startsWith('plugin/duplicate'));
  t.match(found, [{ code: 'plugin/duplicate-scope', range: { start: { line: 6 } } }]);
  t.equal(found.length, 1);
  t.end();
});

t.test('counts name every kind that occurs, those that gw runs always', (t) => {
  const { counts } = load('upstreams: [{name: pool.example, targets: [{target: a}, {target: b}]}]\n');
  t.strictSame(counts, { services: 0, routes: 0, consumers: 0, plugins: 0, upstreams: 1, targets: 2 });
  t.end();
});

function listOf(entities: EntitySet | null, kind: EntityKind): readonly object[] {
  if (entities === null) return [];
  return isRunKind(kind) ? entities[kind] : (entities.others[kind] ?? []);
}
