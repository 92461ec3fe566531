import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type LoadOptions, loadConfig, type LoadResult } from '../../src/config/load-config.ts';
import { emptyEntitySet } from '../../src/entities/entity-set.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { sampleCatalog } from './sample-plugin.ts';

const head = '_format_version: "3.0"\n';

function load(text: string, options: Partial<LoadOptions> = {}): LoadResult {
  return loadConfig([{ name: 'kong.yml', text: head + text }], {
    catalog: sampleCatalog,
    now: 1_700_000_000_999,
    ...options,
  });
}

t.test('fills in every default of a service, a route and a consumer', (t) => {
  const { entities } = load(`
services:
- name: orders
  url: https://orders.example/v1
  routes: [{name: r, paths: [/a]}]
consumers: [{username: bob}]
`);
  t.match(entities?.services, [
    {
      id: /^[0-9a-f-]{36}$/,
      name: 'orders',
      protocol: 'https',
      host: 'orders.example',
      port: 443,
      path: '/v1',
      retries: 5,
      connect_timeout: 60_000,
      write_timeout: 60_000,
      read_timeout: 60_000,
      enabled: true,
      tls_verify: null,
      client_certificate: null,
      tags: null,
      created_at: 1_700_000_000,
      updated_at: 1_700_000_000,
    },
  ]);
  t.match(entities?.routes, [
    {
      service: { id: entities?.services[0]?.id },
      protocols: ['http', 'https'],
      paths: ['/a'],
      methods: null,
      headers: null,
      https_redirect_status_code: 426,
      regex_priority: 0,
      strip_path: true,
      path_handling: 'v0',
      preserve_host: false,
      request_buffering: true,
      response_buffering: true,
    },
  ]);
  t.match(entities?.consumers, [{ username: 'bob', custom_id: null }]);
  t.end();
});

t.test('gives a plugin the defaults of its definition and leaves the document as it is', (t) => {
  const text = 'plugins:\n- {name: sample, config: &c {target: a}}\n- {name: sample, service: s, config: *c}\n';
  const { entities } = load(`${text}services: [{name: s, host: a.example}]\n`);
  const [global, scoped] = entities?.plugins ?? [];
  t.strictSame(global?.config, { target: 'a', limit: 5, mode: 'safe' });
  t.not(global?.config, scoped?.config, 'configs behind one alias are separate objects');
  t.strictSame(global?.protocols, ['http', 'https']);
  t.equal(global?.service, null);
  t.equal(scoped?.service?.id, entities?.services[0]?.id);
  t.end();
});

t.test('the hash ignores times, spelling and order of keys, and changes with the meaning', (t) => {
  const one = load('services: [{name: a, host: a.example, port: 80}]', { now: 1000 });
  const same = load('services:\n- port: 80\n  host: a.example\n  name: a\n', { now: 9_999_000 });
  const other = load('services: [{name: a, host: a.example, port: 81}]', { now: 1000 });
  t.match(one.hash, /^[0-9a-f]{32}$/);
  t.equal(one.hash, same.hash);
  t.not(one.hash, other.hash);
  t.equal(load('services: [{name: a}]').hash, null, 'a config with errors has none');
  t.end();
});

t.test('entities without a name keep their id from load to load, and equal ones differ', (t) => {
  const text = 'routes:\n- paths: [/a]\n- paths: [/a]\n';
  const ids = (): readonly string[] => load(text).entities?.routes.map(({ id }) => id) ?? [];
  t.strictSame(ids(), ids());
  t.equal(new Set(ids()).size, 2);
  t.end();
});

t.test('several sources are one config: references, duplicates and versions reach across them', (t) => {
  const sources = [
    { name: 'a.yml', text: `${head}services: [{name: s, host: a.example}]\n` },
    { name: 'b.yml', text: 'routes: [{name: r, service: s, paths: [/r]}]\n' },
  ];
  const { entities, diagnostics } = loadConfig(sources, { catalog: sampleCatalog, now: 0 });
  t.strictSame(diagnostics, []);
  t.equal(entities?.routes[0]?.service?.id, entities?.services[0]?.id);

  const twice = loadConfig([...sources, { name: 'c.yml', text: `${head}services: [{name: s, host: c.example}]\n` }], {
    catalog: sampleCatalog,
    now: 0,
  });
  t.match(twice.diagnostics, [{ code: 'entity/duplicate', file: 'c.yml', related: [{ file: 'a.yml' }] }]);
  t.equal(twice.entities, null);
  t.end();
});

t.test('files that name different workspaces are refused', (t) => {
  const sources = ['a', 'b'].map((name) => ({ name: `${name}.yml`, text: `${head}_workspace: ${name}\n` }));
  const { diagnostics } = loadConfig(sources, { catalog: sampleCatalog, now: 0 });
  t.match(diagnostics, [{ code: 'format/workspace', file: 'b.yml', range: { start: { line: 2, column: 13 } } }]);
  t.end();
});

t.test('a file that cannot be read does not make references to it look dangling', (t) => {
  const sources = [
    { name: 'a.yml', text: 'services: [' },
    { name: 'b.yml', text: `${head}routes: [{name: r, service: s, paths: [/r]}]\n` },
  ];
  const { diagnostics } = loadConfig(sources, { catalog: sampleCatalog, now: 0 });
  t.strictSame(
    diagnostics.map(({ code, file }) => [code, file]),
    [['yaml/syntax', 'a.yml']],
  );
  t.end();
});

t.test('no source at all is the empty config', (t) => {
  const { entities, diagnostics } = loadConfig([], { catalog: sampleCatalog, now: 0 });
  t.strictSame(entities, emptyEntitySet);
  t.strictSame(diagnostics, []);
  t.end();
});

t.test('values from the environment are read as YAML where they stand unquoted, as text where they are quoted', (t) => {
  const text =
    'services:\n- {name: a, host: ${{ env "DECK_H" }}, port: ${{ env "DECK_P" }}, tags: ["${{ env \'DECK_P\' }}"]}\n';
  const { entities, diagnostics } = load(text, { env: { DECK_H: 'h.example', DECK_P: '8443' } });
  t.strictSame(diagnostics, []);
  t.match(entities?.services, [{ host: 'h.example', port: 8443, tags: ['8443'] }]);
  t.end();
});

t.test('mockEnv puts placeholders of the right type for variables that are not set', (t) => {
  const text = `services:
- name: a
  host: \${{ env "DECK_H" }}
  port: \${{ env "DECK_P" | toInt }}
  enabled: \${{ env "DECK_E" | toBool }}
`;
  t.match(load(text).diagnostics, [{ code: 'env/unset' }, { code: 'env/unset' }, { code: 'env/unset' }]);
  const { entities } = load(text, { mockEnv: true });
  t.match(entities?.services, [{ host: 'DECK_H', port: 42, enabled: false }]);
  t.end();
});

t.test('no message, hint or entity name repeats a value from the environment', (t) => {
  const secret = 'correct horse';
  const text = `services:
- name: \${{ env "DECK_X" }}
  url: \${{ env "DECK_X" }}
  prot: 1
  routes:
  - hosts: ['\${{ env "DECK_X" }}']
    paths: ['\${{ env "DECK_X" }}', '~/(\${{ env "DECK_X" }}']
    service: \${{ env "DECK_X" }}
routes:
- {name: r, paths: [/r], service: '\${{ env "DECK_X" }}'}
plugins:
- name: \${{ env "DECK_X" }}
- {name: sample, config: {target: 7, mode: '\${{ env "DECK_X" }}', limit: '\${{ env "DECK_X" }}'}}
`;
  const { diagnostics } = load(text, { env: { DECK_X: secret } });
  t.ok(diagnostics.length >= 8, 'there is something to report');
  t.notMatch(JSON.stringify(diagnostics), /horse/);
  t.end();
});

t.test('defaults and tags of _info reach every entity, and what the file says wins', (t) => {
  const { entities } = load(`
_info:
  select_tags: [team]
  defaults:
    service: {retries: 1, port: 8080}
    route: {strip_path: false}
services:
- name: a
  host: a.example
  port: 81
  tags: [own]
  routes: [{name: r, paths: [/a]}]
`);
  t.match(entities?.services, [{ retries: 1, port: 81, tags: ['own', 'team'] }]);
  t.match(entities?.routes, [{ strip_path: false, tags: ['team'] }]);
  t.end();
});

t.test('lists that Kong treats as sets lose duplicates, others keep them', (t) => {
  const { entities } = load(`
routes:
- {name: r, protocols: [http, http], methods: [GET, GET], paths: [/a, /a], tags: [x, x]}
`);
  t.match(entities?.routes, [{ protocols: ['http'], methods: ['GET'], paths: ['/a', '/a'], tags: ['x'] }]);
  t.end();
});

t.test('paths of format 1.1 become those of 3.0', (t) => {
  const text = '_format_version: "1.1"\nroutes:\n- {name: r, paths: [/plain/v1.0, "/a/\\\\d+", /a+b, /%61, /x/../y]}\n';
  const { entities } = loadConfig([{ name: 'k', text }], { catalog: sampleCatalog, now: 0 });
  t.strictSame(entities?.routes[0]?.paths, ['/plain/v1.0', '~/a/\\d+', '~/a+b', '/a', '/y']);
  t.end();
});

t.test('plugins of routes that live outside the files are left out, not made global', (t) => {
  const { entities } = load(`
_info: {default_lookup_tags: {services: [shared]}}
routes:
- name: r
  service: elsewhere
  paths: [/a]
  plugins: [{name: sample, config: {target: a}}]
plugins:
- {name: sample, service: elsewhere, config: {target: a}}
`);
  t.strictSame([entities?.routes, entities?.plugins], [[], []]);
  t.end();
});

t.test('keys that JavaScript treats specially are keys like any other', (t) => {
  const { diagnostics } = load(
    '__proto__: {}\nconstructor: []\nplugins: [{name: sample, config: {__proto__: {limit: 3}, target: a}}]\n',
  );
  t.strictSame(
    diagnostics.map(({ code, message }) => [code, message]),
    [
      ['schema/unknown-key', 'unknown key "__proto__"'],
      ['schema/unknown-key', 'unknown key "constructor"'],
      ['plugin/unknown-key', 'unknown key "__proto__" in "config"'],
    ],
  );
  t.end();
});

t.test('secret values are marked in the sources, whatever the finding is about', (t) => {
  const { sources } = load('plugins:\n- {name: sample, config: {target: 7, pass: abc, password: def}}\n');
  const [source] = sources;
  t.strictSame(
    source?.secrets?.map(({ start, end }) => source.text.slice(start, end)),
    ['abc', 'def'],
  );
  t.end();
});

t.test('a bomb of aliases is one finding, and quick', (t) => {
  let text = 'a0: &a0 x\n';
  for (let level = 1; text.length < 10_000_000; level++) {
    text += `a${level}: &a${level} [${Array<string>(20)
      .fill(`*a${level - 1}`)
      .join(',')}]\n`;
  }
  const before = process.cpuUsage();
  const { diagnostics } = loadConfig([{ name: 'k', text }], { catalog: sampleCatalog, now: 0 });
  const { user } = process.cpuUsage(before);
  t.match(diagnostics, [{ code: 'yaml/alias-bomb' }]);
  t.equal(diagnostics.length, 1);
  t.ok(user < 3_000_000, `took ${Math.round(user / 1000)} ms of CPU`);
  t.end();
});

t.test('a chain of aliases deeper than any config is one finding', (t) => {
  let text = `${head}_ignore:\n- &a0 {target: x}\n`;
  for (let level = 1; level < 2000; level++) text += `- &a${level} {redis: *a${level - 1}}\n`;
  const { diagnostics } = loadConfig([{ name: 'k', text: `${text}plugins: [{name: sample, config: *a1999}]\n` }], {
    catalog: sampleCatalog,
    now: 0,
  });
  t.strictSame(
    diagnostics.map(({ code }) => code),
    ['yaml/too-deep'],
  );
  t.end();
});

t.test('the example config of this project has no findings', (t) => {
  const text = readFileSync(join(packageRoot, 'kong.yml.example'), 'utf8');
  const { diagnostics, counts } = loadConfig([{ name: 'kong.yml.example', text }], { catalog: pluginCatalog, now: 0 });
  t.strictSame(diagnostics, []);
  t.strictSame(counts, { services: 1, routes: 1, consumers: 0, plugins: 1 });
  t.end();
});

t.test('ten thousand routes load within a few seconds of CPU', (t) => {
  const entries = Array.from(
    { length: 10_000 },
    (_, n) =>
      `- name: s${n}\n  url: http://a.example/${n}\n  routes:\n  - name: r${n}\n    paths: [/a/${n}]\n    methods: [GET]\n`,
  );
  const before = process.cpuUsage();
  const { entities } = load(`services:\n${entries.join('')}`);
  const { user } = process.cpuUsage(before);
  t.equal(entities?.routes.length, 10_000);
  t.ok(user < 10_000_000, `took ${Math.round(user / 1000)} ms of CPU`);
  t.end();
});

t.test('values below _ignore and _comment are no one’s business, unless an alias brings them elsewhere', (t) => {
  const ignored = load('_ignore: [{enabled: yes, secret: "{vault://env/x}"}]\n_comment: "{vault://env/x}"\n');
  t.strictSame(ignored.diagnostics, []);
  const used = load('_ignore: [&s {name: s, host: a.example, enabled: yes}]\nservices: [*s]\n');
  t.match(used.diagnostics, [{ code: 'yaml/ambiguous-scalar' }]);
  t.end();
});

t.test('a certificate authority that has expired is refused', (t) => {
  const text = readFileSync(join(packageRoot, 'fixtures/certificates/kong.yml'), 'utf8');
  const source = { name: 'kong.yml', text };
  const errorsAt = (now: number): readonly string[] =>
    loadConfig([source], { catalog: sampleCatalog, now })
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ code }) => code);
  t.strictSame(errorsAt(Date.parse('2030-01-01')), []);
  t.strictSame(errorsAt(Date.parse('2300-01-01')), ['certificate/expired']);
  t.end();
});

t.test('a quoted text of megabytes is refused before it is read, where the whole parser is needed', (t) => {
  const text = `_format_version: "3.0"\nservices:\n- &a\n  name: "${'x'.repeat(3 << 20)}"\n`;
  const { diagnostics } = loadConfig([{ name: 'kong.yml', text }], { catalog: sampleCatalog, now: 0 });
  t.match(diagnostics, [{ code: 'yaml/too-long', range: { start: { line: 4, column: 9 } } }]);
  t.equal(diagnostics.length, 1);
  t.end();
});
