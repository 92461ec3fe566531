import t from 'tap';
import { convertText } from '../../../src/config/convert/convert-text.ts';
import { convert, remarks } from '../../support/convert.ts';

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
