import t from 'tap';
import { compareConfigs, type ConfigDiff, isSameConfig } from '../../../src/config/diff/compare-configs.ts';
import { type Inspection, inspectConfig } from '../../../src/config/load-config.ts';
import { pluginCatalog } from '../../../src/plugins/registry.ts';

function inspect(text: string): Inspection {
  const source = { name: 'kong.yml', text: `_format_version: "3.0"\n${text}` };
  const inspection = inspectConfig([source], { catalog: pluginCatalog, now: Date.now(), mockEnv: true });
  if (inspection.entities === null) throw new Error(inspection.diagnostics.map(({ message }) => message).join('\n'));
  return inspection;
}

function compare(before: string, after: string): ConfigDiff {
  return compareConfigs(inspect(before), inspect(after), pluginCatalog);
}

/** `kind name path: from → to` for what changes, `+` and `-` for the rest. */
function told(diff: ConfigDiff): readonly string[] {
  const titled = ({ kind, name, scope }: ConfigDiff['added'][number] | ConfigDiff['changed'][number]): string =>
    [kind, name ?? '?', ...Object.values(scope)].join(' ');
  return [
    ...diff.removed.map((entity) => `- ${titled(entity)}`),
    ...diff.changed.flatMap((entity) =>
      entity.changes.map(
        ({ path, from, to }) => `${titled(entity)} ${path.join('.')}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`,
      ),
    ),
    ...diff.added.map((entity) => `+ ${titled(entity)}`),
  ];
}

void t.test('finds no difference in order, nesting, layout, written defaults, ids and times of one side', async (t) => {
  const before = `
services:
- name: a
  url: http://a.example
  tags: [x, y]
  routes:
  - {name: ra, paths: [/a], methods: [GET, POST]}
  - {paths: [/b]}
  plugins: [{name: rate-limiting, config: {minute: 5, policy: local}}]
consumers:
- username: bob
  keyauth_credentials: [{key: k1}]
  groups: [{name: gold}]
consumer_groups: [{name: gold}]
upstreams: [{name: u.example, targets: [{target: "x:1"}, {target: "y:1"}]}]
`;
  const after = `
targets: [{target: "y:1", upstream: u.example, weight: 100}, {target: "x:1", upstream: u.example}]
upstreams: [{name: u.example, slots: 10000}]
keyauth_credentials: [{key: k1, consumer: bob, id: 00000000-0000-4000-8000-000000000009}]
consumer_groups: [{name: gold, consumers: [{username: bob}]}]
consumers: [{username: bob}]
plugins: [{name: rate-limiting, service: {name: a}, config: {policy: local, minute: 5, fault_tolerant: true}}]
routes:
- {paths: [/b], service: a, created_at: 1700000000}
- {name: ra, service: a, methods: [POST, GET], paths: [/a], strip_path: true}
services:
- {id: 00000000-0000-4000-8000-000000000001, name: a, host: a.example, port: 80, tags: [y, x], updated_at: 1700000001}
`;
  const diff = compare(before, after);
  t.same(told(diff), []);
  t.equal(isSameConfig(diff), true);
});

void t.test('tells what was added, changed and removed, field by field', async (t) => {
  const before = `
services:
- name: a
  host: a.example
  routes: [{name: r1, paths: [/1]}, {paths: [/2], strip_path: true}]
- {name: old, host: old.example}
plugins: [{name: rate-limiting, route: r1, config: {minute: 5, policy: local}}]
upstreams: [{name: u.example, healthchecks: {active: {healthy: {interval: 5}}}}]
`;
  const after = `
services:
- name: a
  host: b.example
  routes: [{name: r1, paths: [/1, /one]}, {paths: [/2], strip_path: false}]
- {name: new, host: new.example}
plugins:
- {name: rate-limiting, route: r1, config: {minute: 6, policy: local}}
- {name: rate-limiting, service: a, config: {minute: 6, policy: local}}
upstreams: [{name: u.example, healthchecks: {active: {healthy: {interval: 9}}}, tags: [t]}]
`;
  t.same(told(compare(before, after)), [
    '- service old',
    'service a host: "a.example" → "b.example"',
    'route r1 a paths: ["/1"] → ["/1","/one"]',
    'route ? a strip_path: true → false',
    'plugin rate-limiting r1 config.minute: 5 → 6',
    'upstream u.example healthchecks.active.healthy.interval: 5 → 9',
    'upstream u.example tags: null → ["t"]',
    '+ service new',
    '+ plugin rate-limiting a',
  ]);
});

void t.test('knows an entity by its id where both sides say it, whatever it is called', async (t) => {
  const id = '00000000-0000-4000-8000-00000000000A';
  const service = (name: string, given: string): string => `
services: [{id: ${given}, name: ${name}, host: a.example, routes: [{name: r, paths: [/]}]}]
`;
  t.same(told(compare(service('one', id), service('two', id.toLowerCase()))), ['service two name: "one" → "two"']);
  t.same(told(compare(service('one', id), service('one', id.replace('A', 'B')))), [
    `service one id: "${id.toLowerCase()}" → "${id.replace('A', 'B').toLowerCase()}"`,
  ]);
});

void t.test('sees a reference that leads elsewhere', async (t) => {
  const config = (service: string): string => `
services: [{name: a, host: a.example}, {name: b, host: b.example}]
routes: [{name: r, paths: [/], service: ${service}}]
`;
  t.same(told(compare(config('a'), config('b'))), ['route r b service: "a" → "b"']);
});

void t.test('says that a secret changed, not what it is', async (t) => {
  const config = (secret: string): string => `
consumers: [{username: bob, basicauth_credentials: [{username: bob, password: ${secret}}], keyauth_credentials: [{key: ${secret}}]}]
`;
  const diff = compare(config('first-one'), config('second-one'));
  t.same(told(diff), [
    '- keyauth_credential ? bob',
    'basicauth_credential bob bob password: "•••" → "•••"',
    '+ keyauth_credential ? bob',
  ]);
  t.notMatch(JSON.stringify(diff), /first-one|second-one/);
});

void t.test('tells consumer groups of one plugin apart', async (t) => {
  const group = (name: string, limit: number): string => `
- name: ${name}
  plugins: [{name: rate-limiting-advanced, config: {limit: [${limit}], window_size: [60]}}]`;
  const config = (gold: number, silver: number): string =>
    `consumer_groups:${group('gold', gold)}${group('silver', silver)}\n`;
  t.same(told(compare(config(1, 2), config(1, 3))), ['plugin rate-limiting-advanced silver config.limit: [2] → [3]']);
});
