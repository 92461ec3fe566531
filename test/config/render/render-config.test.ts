import t from 'tap';
import { compareConfigs, isSameConfig } from '../../../src/config/diff/compare-configs.ts';
import { type Inspection, inspectConfig } from '../../../src/config/load-config.ts';
import { configText } from '../../../src/config/render/config-text.ts';
import { SecretMask } from '../../../src/config/render/mask.ts';
import { renderConfig } from '../../../src/config/render/render-config.ts';
import { pluginCatalog } from '../../../src/plugins/registry.ts';
import { corpusEntries, corpusText, corpusTime } from '../../support/corpus.ts';

function inspect(...texts: readonly string[]): Inspection {
  const sources = texts.map((text, index) => ({ name: `${index}.yml`, text }));
  const inspection = inspectConfig(sources, {
    catalog: pluginCatalog,
    now: corpusTime,
    mockEnv: true,
    env: { DECK_SECRET: 'from the environment', DECK_HOST: 'env.example' },
  });
  if (inspection.entities === null) t.comment(inspection.diagnostics.map(({ message }) => message));
  return inspection;
}

function render(
  inspection: Inspection,
  options: { flat?: boolean; masked?: boolean } = {},
): ReturnType<typeof renderConfig> {
  const mask = new SecretMask(pluginCatalog);
  return renderConfig(inspection, {
    flat: options.flat ?? false,
    catalog: pluginCatalog,
    show: (entity) => (options.masked === true ? mask.fieldsOf(entity) : entity.fields),
  });
}

void t.test('writes out defaults, tags and shared configs, and refers by name', async (t) => {
  const inspection = inspect(`_format_version: "1.1"
_info:
  select_tags: [team]
  defaults: {service: {retries: 1}}
  consumer_group_policy_overrides: true
_plugin_configs: {shared: {minute: 7, policy: local}}
_workspace: here
services:
- {id: 00000000-0000-4000-8000-000000000001, name: orders, url: "https://orders.example/v1"}
routes:
- name: by-id
  paths: ['/orders/\\d+']
  service: 00000000-0000-4000-8000-000000000001
plugins:
- {name: rate-limiting, route: by-id, _config: shared, config: {hour: 9}, ordering: {before: {access: [key-auth]}}}
`);
  const config = render(inspection);
  t.match(config, {
    _format_version: '3.0',
    _workspace: 'here',
    _info: { consumer_group_policy_overrides: true },
    services: [
      { id: '00000000-0000-4000-8000-000000000001', host: 'orders.example', port: 443, retries: 1, tags: ['team'] },
    ],
    routes: [{ name: 'by-id', paths: ['~/orders/\\d+'], service: 'orders', strip_path: true }],
    plugins: [
      {
        name: 'rate-limiting',
        route: 'by-id',
        config: { minute: 7, hour: 9, policy: 'local', hide_client_headers: false },
        ordering: { before: { access: ['key-auth'] } },
      },
    ],
  });
  t.notHas(config, { _plugin_configs: {} });
  t.notMatch(JSON.stringify(config), /_config|"url"|created_at|null/);
});

void t.test('merges files and lays every entity flat', async (t) => {
  const inspection = inspect(
    '_format_version: "3.0"\nservices:\n- name: a\n  host: a.example\n  routes:\n  - {name: ra, paths: [/a]}\n',
    `_format_version: "3.0"
routes:
- {name: rb, paths: [/b], service: {name: a}}
consumers:
- username: bob
  groups: [{name: gold}]
  keyauth_credentials: [{key: one}]
consumer_groups: [{name: gold}]
`,
  );
  const flat = render(inspection, { flat: true });
  t.match(flat, {
    services: [{ name: 'a' }],
    routes: [
      { name: 'ra', service: 'a' },
      { name: 'rb', service: 'a' },
    ],
    keyauth_credentials: [{ key: 'one', consumer: 'bob' }],
    consumer_group_consumers: [{ consumer: 'bob', consumer_group: 'gold' }],
  });
  t.notHas(flat.services, [{ routes: [] }]);
  t.match(render(inspection), {
    services: [{ routes: [{ name: 'ra' }] }],
    routes: [{ name: 'rb', service: 'a' }],
    consumers: [{ groups: [{ name: 'gold' }], keyauth_credentials: [{ key: 'one' }] }],
  });
});

void t.test('masks secrets, and keeps references to where they are', async (t) => {
  const inspection = inspect(`_format_version: "3.0"
services:
- name: a
  host: \${{ env "DECK_HOST" }}
consumers:
- username: bob
  keyauth_credentials: [{key: very-secret}]
  basicauth_credentials: [{username: bob, password: "{vault://env/bob}"}]
  jwt_secrets: [{key: who, secret: "\${{ env \\"DECK_SECRET\\" }}"}]
plugins:
- name: openid-connect
  config:
    issuer: https://sso.example
    client_id: [me]
    client_secret: [hidden-here]
    cache_tokens_salt: salt-and-pepper
`);
  const text = configText(render(inspection, { masked: true }), 'yaml');
  t.notMatch(text, /very-secret|hidden-here|from the environment|salt-and-pepper/);
  t.match(text, 'host: env.example', 'what is no secret is shown as it counts');
  t.match(text, /key: •••/);
  t.match(text, /password: "\{vault:\/\/env\/bob\}"/);
  t.match(text, /secret: \$\{\{ env "DECK_SECRET" \}\}/);
  const shown = configText(render(inspection), 'json');
  for (const secret of ['very-secret', 'hidden-here', 'from the environment']) t.match(shown, secret);
});

void t.test('quotes texts that a YAML 1.1 reader would take for something else', async (t) => {
  const text = configText({ a: 'yes', b: '012', c: '10:30', d: '3.0', e: 3, f: ['on', '~', ''] }, 'yaml');
  t.equal(text, 'a: "yes"\nb: "012"\nc: "10:30"\nd: "3.0"\ne: 3\nf:\n- "on"\n- "~"\n- ""\n');
});

const entries = corpusEntries();

void t.test('what is rendered means the same as what it was made from', async (t) => {
  if (entries === null) {
    t.comment('skipped: ../shared/corpus is not on this machine');
    return;
  }
  let count = 0;
  for (const { file, label } of entries) {
    const before = label === 'valid' ? inspect(corpusText(file)) : null;
    if ((before?.entities ?? null) === null || before === null) continue;
    for (const flat of [false, true]) {
      const after = inspect(configText(render(before, { flat }), flat ? 'json' : 'yaml'));
      const problems = after.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
      t.same(problems, [], `${file}${flat ? ', flat' : ''} has no errors`);
      t.equal(after.hash, before.hash, `${file}${flat ? ', flat' : ''} has the same hash`);
      t.equal(isSameConfig(compareConfigs(before, after, pluginCatalog)), true, `${file} has no differences`);
      count++;
    }
  }
  t.comment(`${count} configs rendered`);
  t.ok(count > 600);
});
