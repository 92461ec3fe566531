import t from 'tap';
import { convertText } from '../../../src/config/convert/convert-text.ts';
import { convert, remarks } from '../../support/convert.ts';

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
