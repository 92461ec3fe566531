import t from 'tap';
import { convertText, type ConversionTarget } from '../../../src/config/convert/convert-text.ts';
import { corpusEntries, corpusText, loadText } from '../../support/corpus.ts';

function convert(text: string, target: ConversionTarget = '3.0'): string {
  const result = convertText({ name: 'kong.yml', text }, target);
  t.same(
    result.diagnostics.map(({ message }) => message),
    [],
  );
  return result.text ?? '';
}

function remarks(text: string, target: ConversionTarget): readonly string[] {
  return convertText({ name: 'kong.yml', text }, target).diagnostics.map(
    ({ code, range, message }) => `${range.start.line}:${range.start.column} ${code} ${message}`,
  );
}

void t.test('changes the version and the paths of routes, and no other character', async (t) => {
  const before = [
    '\uFEFF# our gateway',
    '_format_version:   "1.1"   # old',
    'services:',
    '    - name: orders        # aligned',
    "      host:   'orders.example'",
    '      routes:',
    '        - name: by-id',
    '          paths: [ /orders/\\d+, "/a/(b|c)", /plain ]  # three',
    '          # the last one',
    '        - paths:',
    "          - '/it''s+'",
    '          - /a%2fb%61',
    'routes:',
    '- paths:\r',
    '    - /x$\r',
    '',
  ].join('\n');
  const after = before
    .replace('"1.1"', '"3.0"')
    .replace('/orders/\\d+', '~/orders/\\d+')
    .replace('"/a/(b|c)"', '"~/a/(b|c)"')
    .replace("'/it''s+'", "'~/it''s+'")
    .replace('/a%2fb%61', '/a%2Fba')
    .replace('/x$', '~/x$');
  t.equal(convert(before), after);
});

void t.test('changes a value behind aliases once, at its anchor', async (t) => {
  const before = `_format_version: 2.1
_ignore:
- &paths [/v\\d+, /plain]
- &acl
  whitelist: &people [alice] # who may
services:
- name: one
  host: one.example
  routes:
  - {name: a, paths: *paths}
  - {name: b, paths: *paths}
plugins:
- name: acl
  config: *acl
- name: ip-restriction
  config:
    <<: *acl
    blacklist: [10.0.0.1]
`;
  const after = before
    .replace('2.1', '"3.0"')
    .replace('/v\\d+', '~/v\\d+')
    .replace('whitelist', 'allow')
    .replace('blacklist', 'deny');
  t.equal(convert(before), after);
});

void t.test('gives plugins the field names of 3.0, wherever they are nested', async (t) => {
  const before = `_format_version: "1.1"
vaults_beta: []
consumers:
- username: bob
  plugins:
  - run_on: first # gone
    name: pre-function
    config:
      functions:
      - return
- username: eve
  plugins:
  - name: aws-lambda
    run_on: all
    config: {proxy_scheme: http, timeout: 5}
  - name: aws-lambda
    config:
      proxy_scheme: http
plugins:
- name: rate-limiting
  config:
    minute: 5
    redis_host: redis.example # the big one
    policy: redis
    # below
    redis_port: 6379
- {name: response-ratelimiting, config: {redis_host: a.example, "redis_ssl": true, policy: redis}}
`;
  const after = `_format_version: "3.0"
vaults: []
consumers:
- username: bob
  plugins:
  - name: pre-function
    config:
      access:
      - return
- username: eve
  plugins:
  - name: aws-lambda
    config: {timeout: 5}
  - name: aws-lambda
    config:
      {}
plugins:
- name: rate-limiting
  config:
    minute: 5
    redis:
      host: redis.example # the big one
      port: 6379
    policy: redis
    # below
- {name: response-ratelimiting, config: {redis: {host: a.example, ssl: true}, policy: redis}}
`;
  t.equal(convert(before), after);
});

void t.test('says what a person has to do, at its place', async (t) => {
  const text = `_format_version: "1.1"
routes:
- paths: ['\${{ env "DECK_PATH" }}\\d']
plugins:
- name: acl
  config:
    whitelist: [a]
    allow: [b]
- name: rate-limiting
  config:
    redis_host: a.example
    redis:
      host: b.example
- name: session
  config:
    cookie_renew: 5
`;
  t.same(remarks(text, '3.0'), [
    '3:11 convert/by-hand this path comes from the environment or is used in two ways',
    '7:5 convert/by-hand "whitelist" is called "allow" today',
    '11:5 convert/by-hand "redis_host" is called "redis.host" today',
    '16:5 convert/by-hand "cookie_renew" has no equal in 3.x',
  ]);
  t.match(remarks('services: []\n', '3.0'), [/"_format_version" is missing/]);
  t.equal(convertText({ name: 'kong.yml', text: 'a: [' }, '3.0').text, null, 'no text without YAML');
});

const dbless = `_format_version: "3.0"
consumer_groups:
- name: gold
consumers:
- username: bob
  custom_id: bobby
consumer_group_consumers:
- consumer: bob
  consumer_group: gold
consumer_group_plugins:
# why we limit
- name: rate-limiting-advanced
  consumer_group: gold
  config:
    limit: [10] # a minute
    window_size: [60]
keyauth_credentials:
- consumer: bob
  key: \${{ env "DECK_KEY" }}
services: []
`;

const deck = `_format_version: "3.0"
consumer_groups:
- name: gold
  plugins:
  # why we limit
  - name: rate-limiting-advanced
    config:
      limit: [10] # a minute
      window_size: [60]
consumers:
- username: bob
  custom_id: bobby
  groups:
  - name: gold
  keyauth_credentials:
  - key: \${{ env "DECK_KEY" }}
services: []
`;

void t.test('nests for decK what a Kong without a database has in lists', async (t) => {
  t.equal(convert(dbless, 'deck'), deck);
  t.equal(convert(deck, 'deck'), deck, 'decK files stay as they are');
});

void t.test('writes for a Kong without a database what only decK can say', async (t) => {
  const back = convert(deck, 'dbless');
  t.match(back, /consumer_group_consumers:\n- consumer: bob\n {2}consumer_group: gold\n/);
  t.match(back, /consumer_group_plugins:\n# why we limit\n- name: rate-limiting-advanced\n/);
  t.same(convert(back, 'deck').split('\n').sort(), deck.split('\n').sort(), 'and back again');
});

void t.test('turns references by name and links to partials into what the other side reads', async (t) => {
  const id = (digit: string): string => `00000000-0000-4000-8000-00000000000${digit}`;
  const text = `_format_version: "3.0"
routes:
- {name: r, paths: [/r], service: {name: "1"}}
services:
- {name: "1", host: a.example}
partials:
- {id: ${id('1')}, name: shared, type: redis-ee}
plugins:
- id: ${id('2')}
  name: rate-limiting-advanced
  partials:
  - {name: shared, path: config.redis}
`;
  const result = convert(text, 'dbless');
  t.match(result, 'service: "1"}');
  t.match(result, `plugins_partials:\n- plugin: "${id('2')}"\n  partial: "${id('1')}"\n  path: "config.redis"\n`);
});

void t.test('reports what a dialect refuses, and leaves it out', async (t) => {
  const toDbless = '_format_version: "3.0"\n_workspace: a\n_konnect: {}\nservices: []\n';
  t.same(remarks(toDbless, 'dbless'), [
    '2:1 convert/left-out "_workspace" is decK\'s alone: a Kong without a database refuses it',
    '3:1 convert/left-out "_konnect" is decK\'s alone: a Kong without a database refuses it',
  ]);
  const toDeck = `_format_version: "3.0"
_transform: false
_comment: ours
_ignore: [&host a.example]
services:
- host: *host
targets:
- {target: b.example, upstream: nowhere}
`;
  t.same(remarks(toDeck, 'deck'), [
    '2:1 convert/left-out decK refuses "_transform: false"',
    '3:1 convert/left-out decK refuses "_comment"',
    '4:1 convert/by-hand decK refuses "_ignore", and anchors stand in it',
    '6:3 convert/by-hand decK wants a name or an id for each service',
    '8:4 convert/by-hand decK reads this only inside its upstream, which is not in the file',
  ]);
});

void t.test('leaves memberships alone that it cannot write for a Kong without a database', async (t) => {
  const text = `_format_version: "3.0"
consumers:
- custom_id: only-id
- username: bob
  custom_id: b
  groups: [{name: nowhere}]
consumer_groups:
- name: gold
  consumers: [{custom_id: b}]
- name: silver
  plugins: [{name: cors, enabled: false}]
- name: iron
  consumers: [{custom_id: only-id}]
`;
  t.same(remarks(text, 'dbless'), [
    '6:13 convert/by-hand this form needs the consumer group, and it is not in the file under a name or an id',
    '13:16 convert/by-hand this form needs the consumer, and it is not in the file under a name or an id',
  ]);
  const { text: converted } = convertText({ name: 'kong.yml', text }, 'dbless');
  t.match(converted, 'consumer_group_consumers:\n- consumer: bob\n  consumer_group: gold\n');
  t.match(
    converted,
    /^plugins:\n- \{name: cors, enabled: false, consumer_group: silver\}/m,
    'says more than a group plugin can',
  );
});

void t.test('converts many entities in time that grows with their number', async (t) => {
  const count = 5000;
  const numbers = Array.from({ length: count }, (_, index) => index);
  const routes = numbers.map((n) => `- {name: r${n}, paths: ['/r${n}/\\d+']}`);
  const old = `_format_version: "1.1"\nroutes:\n${routes.join('\n')}\n`;
  t.equal(convert(old).match(/~\/r/g)?.length, count);
  const consumers = numbers.map((n) => `- {username: c${n}}`).join('\n');
  const acls = numbers.map((n) => `- {group: g, consumer: c${n}}`).join('\n');
  const nested = convert(`_format_version: "3.0"\nconsumers:\n${consumers}\nacls:\n${acls}\n`, 'deck');
  t.equal(nested.match(/acls:/g)?.length, count);
});

void t.test('keeps JSON as JSON, templates included', async (t) => {
  const text = '{"_format_version": "3.0", "consumers": [{"username": "${{ env \\"DECK_U\\" }}"}], "acls": []}';
  t.equal(convert(text, 'deck'), text);
  const moved = convert(
    '{"_format_version": "3.0", "upstreams": [{"name": "u.example"}], "targets": [{"target": "a.example", "weight": 5, "upstream": "u.example"}]}',
    'deck',
  );
  t.same(JSON.parse(moved), {
    _format_version: '3.0',
    upstreams: [{ name: 'u.example', targets: [{ target: 'a.example', weight: 5 }] }],
  });
});

const entries = corpusEntries();

void t.test('files of formats 1.1 and 2.1 mean the same after the conversion', async (t) => {
  if (entries === null) {
    t.comment('skipped: ../shared/corpus is not on this machine');
    return;
  }
  let count = 0;
  for (const { file, label } of entries) {
    const text = corpusText(file);
    if (label !== 'valid' || !/_format_version"?:\s*["']?[12]\.1/.test(text)) continue;
    const expected = loadText(file, text);
    const { text: converted } = convertText({ name: file, text }, '3.0');
    const result = loadText(file, converted ?? '');
    t.equal(result.hash, expected.hash, file);
    const changed = (converted ?? '').split('\n').filter((line, index) => line !== text.split('\n')[index]);
    for (const line of changed) t.match(line, /_format_version|~\/|%|\//, `${file}: ${line}`);
    count++;
  }
  t.comment(`${count} files`);
  t.ok(count > 60);
});

void t.test(
  'files of the corpus load after a conversion to either dialect, when nothing is left to do by hand',
  async (t) => {
    let count = 0;
    for (const { file, label } of entries ?? []) {
      const text = corpusText(file);
      if (label !== 'valid' || loadText(file, text).hash === null) continue;
      for (const target of ['deck', 'dbless'] as const) {
        const { text: converted, diagnostics } = convertText({ name: file, text }, target);
        if (diagnostics.length > 0 || converted === text) continue;
        const result = loadText(file, converted ?? '');
        const errors = result.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
        t.same(errors, [], `${file} for ${target}`);
        count++;
      }
    }
    t.comment(`${count} conversions`);
  },
);
