import type { Route, RouteEndpoint } from '../../src/entities/route.ts';
import type { RouterRequest } from '../../src/router/router.ts';
import { route } from './entities.ts';
import type { SeededRandom } from './random.ts';
import { routerRequest } from './router-request.ts';

// Few values of each kind, so that routes collide: with each other, and with what requests have.
const HOSTS = ['a.x.org', 'b.x.org', 'x.org', 'x.com', '*.x.org', '*.org', 'x.*', 'a.*', 'a.x.*', '*.x.*.org', '[::1]'];
const HOST_PORTS = ['', '', '', ':80', ':8000'];
const PLAIN_PATHS = ['/', '/a', '/a/', '/a/b', '/ab', '/a/b/c', '/b', '/b/a', '/c', '/c/é', '/abc', '/a.b', '/a/bb'];
const REGEX_PATHS = [
  '~/',
  '~/a',
  '~/a/\\d+$',
  '~/a/(?<id>[^/]+)',
  '~/(a|b)/(c)?',
  '~/a|/b',
  '~/[ab]+/?',
  '~/.*b',
  '~/a/(.*)$',
  '~/(?<x>a)(?<y>/b)?',
  '~/b/\\w+/(?P<n>\\d{2,3})',
  '~/a+/b*$',
  '~/(a+)+b',
  '~/c/.+?',
  '~/[^/]+/b/c',
  '~/.*/a/b',
  '~/\\w+/orders',
  '~/[ab]/items/\\d+',
  '~/[^/]+/items/(\\d+)$',
  '~/.*/b/ca?',
];
const METHODS = ['GET', 'POST', 'PUT', 'get'];
const HEADER_NAMES = ['x-a', 'X_A', 'x-b', 'x_c'];
const HEADER_VALUES = ['1', '2', 'One', 'a, b', '~*^o', '~*(\\d)', '~*(?<v>n)e', '~*\\D'];
const SNIS = ['a.x.org', 'b.x.org', '*.x.org', 'a.*', 'x.org.', '*.org.'];
const IPS = ['10.0.0.1', '10.0.0.0/8', '10.1.2.3/16', '192.168.0.1', '::1', 'fd00::/8', '0.0.0.0/0'];
const PORTS = [80, 8000, 1234];

const SENT_HOSTS = [
  'a.x.org',
  'b.x.org',
  'x.org',
  'x.com',
  'a.org',
  'c.a.x.org',
  'x.',
  '.x.org',
  '',
  '[::1]',
  'A.x.org',
  'x.org:a',
];
const SENT_PATHS = [
  '/',
  '/a',
  '/a/',
  '/a/b',
  '/ab',
  '/a/12',
  '/a/b/c',
  '/b',
  '/b/a',
  '/b/c/123',
  '/c/é',
  '/c/x',
  '/abc',
  '/a.b',
  '/aab',
  '/d',
  '/a/items/12',
  '/c/orders/7',
  '/a/b/ca/a/b',
];
const SENT_VALUES = ['1', '2', 'ONE', 'one', 'a, b', 'a', '12'];

/** Routes of every kind of condition, few or many. */
export function randomRoutes(random: SeededRandom): readonly Route[] {
  const count = random.pick([1, 2, 3, 5, 8, 12, 20, 40]);
  // Some sets have all their routes alike in one attribute, so that the others must tell them apart.
  const common: Partial<Route> = random.below(3) === 0 ? { hosts: hosts(random) } : {};
  const likely = random.pick([2, 4]);
  return Array.from({ length: count }, (_, index) => randomRoute(random, index, common, likely));
}

/** A request that some routes may well be for. */
export function randomRequest(random: SeededRandom): RouterRequest {
  const host = random.pick(SENT_HOSTS);
  const isTls = random.below(2) === 0;
  return routerRequest({
    method: random.pick(['GET', 'GET', 'POST', 'get', 'DELETE']),
    scheme: isTls ? 'https' : 'http',
    host: host === '' ? '' : host + random.pick(['', '', ':80', ':8000', ':']),
    port: random.pick([80, 8000, 443]),
    path: random.pick(SENT_PATHS),
    rawHeaders: Array.from({ length: random.below(4) }, () => [
      random.pick(['X-A', 'x_a', 'x-b', 'X-C']),
      random.pick(SENT_VALUES),
    ]).flat(),
    sni: isTls ? random.pick(['a.x.org', 'b.x.org', 'x.org', 'a.com', null]) : null,
    sourceIp: random.pick(['10.0.0.1', '10.1.9.9', '192.168.0.1', '::1', 'fd12::3', null]),
    sourcePort: random.pick([1234, 80, null]),
    destinationIp: random.pick(['10.0.0.1', '::1', null]),
  });
}

function randomRoute(random: SeededRandom, index: number, common: Partial<Route>, likely: number): Route {
  const has = (): boolean => random.below(likely) === 0;
  const headers = has() || has() ? randomHeaders(random) : null;
  return route(null, {
    id: randomId(random, index),
    paths: random.below(4) === 0 ? null : paths(random),
    methods: has() ? some(random, METHODS) : null,
    hosts: has() ? hosts(random) : null,
    headers,
    snis: random.below(8) === 0 ? some(random, SNIS) : null,
    sources: random.below(10) === 0 ? endpoints(random) : null,
    destinations: random.below(10) === 0 ? endpoints(random) : null,
    regex_priority: random.pick([0, 0, 1, 5, -1]),
    strip_path: random.below(2) === 0,
    created_at: random.below(3),
    ...common,
  });
}

function hosts(random: SeededRandom): string[] {
  if (random.below(20) === 0) return [];
  return some(random, HOSTS).map((host) => (host.startsWith('[') ? host : host + random.pick(HOST_PORTS)));
}

function paths(random: SeededRandom): string[] {
  return some(
    random,
    random.below(3) === 0 ? REGEX_PATHS : random.below(4) === 0 ? [...PLAIN_PATHS, ...REGEX_PATHS] : PLAIN_PATHS,
  );
}

function randomHeaders(random: SeededRandom): Record<string, string[]> {
  const names = some(random, HEADER_NAMES);
  return Object.fromEntries(names.map((name) => [name, some(random, HEADER_VALUES)]));
}

function endpoints(random: SeededRandom): RouteEndpoint[] {
  return Array.from({ length: 1 + random.below(2) }, () => {
    const ip = random.below(3) === 0 ? null : random.pick(IPS);
    return { ip, port: ip === null || random.below(2) === 0 ? random.pick(PORTS) : null };
  });
}

/** One to three of these; the same twice now and then. */
function some(random: SeededRandom, items: readonly string[]): string[] {
  return Array.from({ length: random.pick([1, 1, 1, 2, 2, 3]) }, () => random.pick(items));
}

function randomId(random: SeededRandom, index: number): string {
  const hex = (digits: number): string =>
    random
      .below(16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return `${hex(6)}${index.toString(16).padStart(2, '0')}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}`;
}
