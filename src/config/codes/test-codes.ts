import type { FindingCode } from '../../pdk/finding-code.ts';

/** A test file with one test, for the pages. */
function page(request: string, expect: string): string {
  return `tests:\n- request: ${request}\n  expect: ${expect}`;
}

function failure(title: string, explanation: string, bad: string, good: string): FindingCode {
  return { severity: 'error', title, explanation, bad, good };
}

const orders = 'GET http://api.example/orders/1';

/** Findings of `gw test`: expectations that the config does not meet, and mistakes in test files. */
export const testCodes: Readonly<Record<string, FindingCode>> = {
  'test/unknown-key': failure(
    'a test file has a key that does not exist',
    'A key of a test file is misspelt or stands in the wrong place, so that it would check nothing.',
    page(orders, '{rout: orders}'),
    page(orders, '{route: orders}'),
  ),
  'test/file': failure(
    'a test file is not as it should be',
    'Something is missing, or has a value that cannot stand there. schemas/test.schema.json describes the whole file.',
    'tests:\n- request: GET http://api.example/orders/1',
    page(orders, '{route: orders}'),
  ),
  'test/request': failure(
    'a test has a request that nobody can send',
    'The request contradicts itself, or a part of it cannot be read: an address that is none, a method with a blank, a URL together with a path.',
    page('{url: "http://api.example/", src_ip: 10.0.0.300}', '{route: orders}'),
    page('{url: "http://api.example/", src_ip: 10.0.0.30}', '{route: orders}'),
  ),
  'test/unknown-name': failure(
    'a test expects a route or service that the config does not have',
    'The expectation can never be met: it names a route or service by a name or id that does not exist in the config under test. Most often it is misspelt, or was renamed in the config.',
    page(orders, '{route: ordres}'),
    page(orders, '{route: orders}'),
  ),
  'test/route': failure(
    'another route takes the request',
    'The route that the router chose is not the one that the test expects. The hint says which condition of the expected route is not met, or why another route is tried first. Other expectations of the test are not looked at, since most of them follow from the route.',
    page('GET http://api.example/', '{route: orders}'),
    page(orders, '{route: orders}'),
  ),
  'test/service': failure(
    'the request goes to another service',
    'The route that took the request belongs to another service than the test expects.',
    page(orders, '{service: payments}'),
    page(orders, '{service: orders}'),
  ),
  'test/upstream-url': failure(
    'the request goes to another URL',
    'The URL of the upstream request differs: check the host and path of the service, and strip_path and path_handling of the route. An expectation that begins with "/" is about path and query alone.',
    page(orders, '{upstream_url: "http://orders.internal:8080/orders/1"}'),
    page(orders, '{upstream_url: "http://orders.internal:8080/1"}'),
  ),
  'test/upstream-host': failure(
    'the upstream sees another Host header',
    'The Host header is that of the service or target, or the one of the caller where the route says preserve_host.',
    page(orders, '{upstream_host: api.example}'),
    page(orders, '{upstream_host: "orders.internal:8080"}'),
  ),
  'test/prefix': failure(
    'another part of the path is taken away',
    'With strip_path a route takes away the path that matched; without it nothing is taken away, and the prefix is null.',
    page(orders, '{prefix: /orders/1}'),
    page(orders, '{prefix: /orders}'),
  ),
  'test/captures': failure(
    'a group of the regular expression holds something else',
    'Groups are numbered, and have names where the expression gives them; a group that took no part is null.',
    page(orders, '{captures: {id: "2"}}'),
    page(orders, '{captures: {id: "1"}}'),
  ),
  'test/status': failure(
    'the gateway does not answer as expected',
    'Before any plugin runs, the gateway answers 404 without a route, the redirect of a route that demands https, 503 without a service, 400 for a path it refuses. null stands for a request that goes to the upstream.',
    page('GET http://api.example/nowhere', '{status: null}'),
    page('GET http://api.example/nowhere', '{status: 404}'),
  ),
  'test/redirect': failure(
    'the request is not redirected as expected',
    'A route for https alone redirects plain http when its https_redirect_status_code is 301, 302, 307 or 308.',
    page('GET http://api.example/secure', '{redirect: "https://www.api.example/secure"}'),
    page('GET http://api.example/secure', '{redirect: "https://api.example/secure"}'),
  ),
  'test/plugins': failure(
    'other plugins run than expected',
    '"plugins" states all plugins in their order, "plugins_include" some that run, "plugins_exclude" some that do not. An entry may name the scope that the config comes from: global, service, route.',
    page(orders, '{plugins_include: [openid-conect]}'),
    page(orders, '{plugins_include: [{name: openid-connect, scope: service}]}'),
  ),
  'test/uncovered': {
    severity: 'warning',
    title: 'no test reaches a route',
    explanation:
      'Reported with --coverage: none of the requests in the test files is taken by this route, so nobody would notice if it changed. With --fail-on-uncovered it is an error.',
    bad: 'services:\n- name: orders\n  url: http://orders.internal\n  routes:\n  - name: nobody-tests-me\n    paths: [/orders]',
    good: page(orders, '{route: nobody-tests-me}'),
  },
};
