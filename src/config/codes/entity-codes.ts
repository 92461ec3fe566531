import type { FindingCode } from '../../pdk/finding-code.ts';

/** Findings about entities and their fields. */
export const entityCodes: Readonly<Record<string, FindingCode>> = {
  'schema/unknown-key': {
    severity: 'error',
    title: 'a key that does not exist',
    explanation: 'Most often a typing mistake: the hint names the key that is nearest. Kong refuses such a file, too.',
    bad: '- name: orders\n  hots: orders.example',
    good: '- name: orders\n  host: orders.example',
  },
  'schema/required': {
    severity: 'error',
    title: 'a key is missing',
    explanation: 'This key has no default.',
    bad: 'plugins:\n- config: {}',
    good: 'plugins:\n- name: openid-connect\n  config: {issuer: https://id.example}',
  },
  'schema/type': {
    severity: 'error',
    title: 'a value of the wrong type',
    explanation: 'Types are strict, as in Kong: "80" is a text and not a number, null is not "use the default".',
    bad: 'port: "80"',
    good: 'port: 80',
  },
  'schema/value': {
    severity: 'error',
    title: 'a value that is not allowed',
    explanation:
      'The type is right, but the value is not one of those allowed, out of range, empty, or of the wrong form.',
    bad: 'protocol: HTTPS',
    good: 'protocol: https',
  },
  'entity/duplicate': {
    severity: 'error',
    title: 'two entities with one name',
    explanation:
      'Names of services, routes (over all services) and plugin instances, user names and custom ids are unique.',
    bad: 'consumers:\n- username: bob\n- username: bob',
    good: 'consumers:\n- username: bob\n- username: bobby',
  },
  'entity/duplicate-id': {
    severity: 'error',
    title: 'two entities with one id',
    explanation:
      'Ids are unique among entities of a kind. Leave them out: gw derives them from the names, as Kong does.',
    bad: '- {name: a, host: a.example, id: 2e6a8f3c-0000-4000-8000-000000000001}\n- {name: b, host: b.example, id: 2e6a8f3c-0000-4000-8000-000000000001}',
    good: '- {name: a, host: a.example}\n- {name: b, host: b.example}',
  },
  'entity/not-run': {
    severity: 'warning',
    title: 'an entity that gw does not run yet',
    explanation: 'Kong knows this kind of entity, gw accepts it, but it has no effect.',
    bad: 'upstreams:\n- name: orders.pool',
    good: 'services:\n- {name: orders, host: orders.example}',
  },
  'field/not-run': {
    severity: 'warning',
    title: 'a field that gw does not run yet',
    explanation: 'Kong knows this field or value, gw accepts it, but it has no effect.',
    bad: '- name: orders\n  protocols: [grpc]\n  paths: [/orders]',
    good: '- name: orders\n  protocols: [http]\n  paths: [/orders]',
  },
  'reference/missing': {
    severity: 'error',
    title: 'an entity that belongs to another does not say to which',
    explanation:
      'A target belongs to an upstream, an SNI to a certificate, a credential to a consumer. Name it, or write the entity inside the one it belongs to. A link to a partial without id and name is a warning.',
    bad: 'upstreams:\n- name: pool\ntargets:\n- target: 10.0.0.1:80',
    good: 'upstreams:\n- name: pool\n  targets:\n  - target: 10.0.0.1:80',
  },
  'reference/dangling': {
    severity: 'error',
    title: 'a reference that leads nowhere',
    explanation:
      'Services and routes are referred to by name or id, consumers by username or id (not by custom_id). The entity must be in one of the files that are loaded together.',
    bad: 'routes:\n- {name: r, paths: [/], service: ordres}',
    good: 'routes:\n- {name: r, paths: [/], service: orders}',
  },
  'reference/mismatch': {
    severity: 'warning',
    title: 'a reference whose id and name are those of two entities',
    explanation:
      'Kong looks at the id and ignores the name beside it, so the reference may lead elsewhere than its reader thinks.',
    bad: 'services:\n- {id: 5f2a7b1e-8c61-4b0f-9a55-0d8c3f6b7a10, name: orders, host: a.example}\nroutes:\n- name: r\n  paths: [/]\n  service: {id: 5f2a7b1e-8c61-4b0f-9a55-0d8c3f6b7a10, name: billing}',
    good: 'services:\n- {id: 5f2a7b1e-8c61-4b0f-9a55-0d8c3f6b7a10, name: orders, host: a.example}\nroutes:\n- {name: r, paths: [/], service: orders}',
  },
  'reference/parent': {
    severity: 'error',
    title: 'a nested entity names another parent',
    explanation:
      'An entity that stands inside another belongs to it. Leave the reference out, or move the entity to the top level.',
    bad: 'services:\n- name: a\n  host: a.example\n  routes:\n  - {name: r, paths: [/], service: b}',
    good: 'services:\n- name: a\n  host: a.example\n  routes:\n  - {name: r, paths: [/]}',
  },
  'reference/outside': {
    severity: 'warning',
    title: 'a reference to an entity outside the files',
    explanation:
      '"_info.default_lookup_tags" lets decK find such entities in a running gateway. gw has only the files, so the entity with the reference is left out.',
    bad: 'plugins:\n- {name: openid-connect, service: elsewhere, config: {issuer: https://id.example}}',
    good: 'services:\n- {name: elsewhere, host: a.example}',
  },
  'reference/plugin-config': {
    severity: 'error',
    title: 'a shared plugin config that does not exist',
    explanation: '"_config" names an entry of "_plugin_configs".',
    bad: 'plugins:\n- {name: openid-connect, _config: oidc}',
    good: '_plugin_configs:\n  oidc: {issuer: https://id.example}\nplugins:\n- {name: openid-connect, _config: oidc}',
  },
  'service/no-host': {
    severity: 'error',
    title: 'a service without a host',
    explanation: 'A service has a "host", or a "url" that holds it.',
    bad: '- name: orders',
    good: '- name: orders\n  url: http://orders.example:8080',
  },
  'service/host': {
    severity: 'error',
    title: 'a host that is none',
    explanation: 'A host is a name or an address, without scheme, port and path.',
    bad: 'host: http://orders.example',
    good: 'host: orders.example',
  },
  'service/url': {
    severity: 'error',
    title: 'a url that cannot be taken apart',
    explanation: 'The url has a scheme, a host and perhaps a port and a path.',
    bad: 'url: orders.example',
    good: 'url: http://orders.example',
  },
  'service/url-part': {
    severity: 'warning',
    title: 'a part of the url has no effect',
    explanation:
      'A service has protocol, host, port and path. A user name, a query or a fragment is dropped, as in Kong.',
    bad: 'url: http://orders.example/v1?key=1',
    good: 'url: http://orders.example/v1',
  },
  'service/path': {
    severity: 'error',
    title: 'a path that is none',
    explanation:
      'The path of a service begins with "/", has no empty segments, and other characters than those of RFC 3986 are percent-encoded.',
    bad: 'path: /v1 beta',
    good: 'path: /v1%20beta',
  },
  'service/field': {
    severity: 'error',
    title: 'a field that does not go with the protocol',
    explanation: 'Only http, https, tls_passthrough, ws and wss have a path; certificate settings need https or tls.',
    bad: '- {name: orders, host: a.example, protocol: http, tls_verify: true}',
    good: '- {name: orders, host: a.example, protocol: https, tls_verify: true}',
  },
  'route/no-matcher': {
    severity: 'error',
    title: 'a route that matches nothing',
    explanation: 'A route needs at least one thing to match on: for http these are methods, hosts, headers and paths.',
    bad: '- name: orders',
    good: '- name: orders\n  paths: [/orders]',
  },
  'route/protocols': {
    severity: 'error',
    title: 'protocols that exclude each other',
    explanation: 'http and https go together, grpc and grpcs, and tcp, tls and udp. Others need a route each.',
    bad: 'protocols: [http, grpc]',
    good: 'protocols: [http, https]',
  },
  'route/field': {
    severity: 'error',
    title: 'a field that does not go with the protocols',
    explanation: 'Each family of protocols has its own fields to match on.',
    bad: '- name: db\n  protocols: [tcp]\n  paths: [/]',
    good: '- name: db\n  protocols: [tcp]\n  destinations: [{port: 5432}]',
  },
  'route/path': {
    severity: 'error',
    title: 'a path that cannot match',
    explanation:
      'A path begins with "/" and is in normal form, without dot segments, "//" and needless percent-encoding; or it begins with "~/" and is a regular expression.',
    bad: 'paths: [/a/../b]',
    good: 'paths: [/b]',
  },
  'route/bad-regex': {
    severity: 'error',
    title: 'a regular expression that does not compile',
    explanation: "The dialect is that of Kong's default router, Rust's regex: no look-around and no back-references.",
    bad: 'paths: ["~/users/(\\\\d+"]',
    good: 'paths: ["~/users/(\\\\d+)"]',
  },
  'route/regex-like-path': {
    severity: 'warning',
    title: 'a plain path that looks like a regular expression',
    explanation:
      'Since format 3.0 only paths with "~" in front are regular expressions; this one is compared literally.',
    bad: 'paths: ["/users/\\\\d+"]',
    good: 'paths: ["~/users/\\\\d+"]',
  },
  'route/host': {
    severity: 'error',
    title: 'a host that cannot match',
    explanation: 'A host is a name, perhaps with a port; one "*" may stand for its first or its last label.',
    bad: 'hosts: ["a.*.example"]',
    good: 'hosts: ["*.a.example"]',
  },
  'route/header': {
    severity: 'error',
    title: 'a header that cannot be matched',
    explanation: 'Header names have letters, digits, "-" and "_". The Host header is matched by "hosts".',
    bad: 'headers: {Host: [a.example]}',
    good: 'hosts: [a.example]',
  },
  'route/address': {
    severity: 'error',
    title: 'an address that is none',
    explanation: 'Sources and destinations have an IPv4 or IPv6 address or a range in CIDR notation.',
    bad: 'sources: [{ip: 10.0.0.0/33}]',
    good: 'sources: [{ip: 10.0.0.0/8}]',
  },
  'consumer/nameless': {
    severity: 'error',
    title: 'a consumer without a name',
    explanation: 'A consumer has a "username", a "custom_id", or both.',
    bad: 'consumers:\n- tags: [partner]',
    good: 'consumers:\n- username: bob\n  tags: [partner]',
  },
};
