import { textOf, textsOf } from '../../config/draft.ts';
import { isSet, nameOf } from '../context.ts';
import { isAnswering } from '../plugin-kinds.ts';
import type { LintRule } from '../rule.ts';
import { protocolOf, protocolsOf } from '../spoken-protocols.ts';

/** A route that can only answer 503. */
export const routeWithoutService: LintRule = {
  name: 'route-without-service',
  severity: 'warning',
  title: 'a route without a service',
  explanation:
    'A request that a route without a service matches is answered with status 503, unless a plugin answers it first. ' +
    'Routes whose plugins can answer by themselves, such as "request-termination" or "aws-lambda", are left alone.',
  bad: `routes:
- name: orders
  paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
routes:
- name: orders
  paths: [/orders]
  service: { name: orders }`,
  check(context, report) {
    for (const route of context.all('routes')) {
      if (context.owner(route, 'service') !== null || isSet(route.fields, 'service')) continue;
      if ([...context.pluginsFor(route)].some(({ name }) => isAnswering(name))) continue;
      const message = `${nameOf(route)} has no service: its requests are answered with status 503`;
      report({ place: route, message, hint: 'add "service", or move the route into a service' });
    }
  },
};

type Family = 'http' | 'grpc' | 'stream';

function familyOf(protocol: string): Family {
  if (protocol === 'grpc' || protocol === 'grpcs') return 'grpc';
  return ['http', 'https', 'ws', 'wss'].includes(protocol) ? 'http' : 'stream';
}

/** Plugins that turn one kind of request into another. */
const translators = new Set(['grpc-gateway', 'grpc-web', 'kafka-upstream', 'confluent']);

/** A route that does not speak what its service speaks. */
export const protocolMismatch: LintRule = {
  name: 'protocol-mismatch',
  severity: 'warning',
  title: 'a route lacks the protocol its service needs',
  explanation:
    'A route speaks http and https unless it says otherwise. A service with protocol "grpc" or "tcp" needs routes with ' +
    'protocols of the same family; only a plugin such as "grpc-gateway" or "grpc-web" can stand between.',
  bad: `services:
- name: greeter
  url: grpc://greeter.internal:9000
  routes:
  - name: greeter
    paths: [/hello.Greeter]`,
  good: `services:
- name: greeter
  url: grpc://greeter.internal:9000
  routes:
  - name: greeter
    protocols: [grpc, grpcs]
    paths: [/hello.Greeter]`,
  check(context, report) {
    for (const route of context.all('routes')) {
      const service = context.owner(route, 'service');
      if (service === null) continue;
      const needed = protocolOf(service);
      const spoken = protocolsOf(route);
      if (spoken.some((protocol) => familyOf(protocol) === familyOf(needed))) continue;
      if ([...context.pluginsFor(route)].some(({ name }) => translators.has(name))) continue;
      const message = `${nameOf(route)} speaks ${spoken.join(', ')}, but ${nameOf(service)} speaks ${needed}`;
      const path = isSet(route.fields, 'protocols') ? ['protocols'] : [];
      report({ place: route, path, message, hint: `set "protocols" of the route: [${needed}]` });
    }
  },
};

/** A host that no client sends like this. */
export const upperCaseHost: LintRule = {
  name: 'upper-case-host',
  severity: 'warning',
  title: 'a host with upper-case letters',
  explanation:
    'Hosts are compared with the Host header as it was sent, upper and lower case apart, and clients send it in lower ' +
    'case. A host with upper-case letters matches none of them.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    hosts: [Orders.example.com]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    hosts: [orders.example.com]`,
  check(context, report) {
    for (const route of context.all('routes')) {
      for (const [index, host] of textsOf(route.fields.hosts)) {
        if (host === host.toLowerCase()) continue;
        const message = `host "${host}" matches no client: they send it in lower case`;
        report({ place: route, path: ['hosts', index], message, hint: `write "${host.toLowerCase()}"` });
      }
    }
  },
};

/** The old way of joining paths. */
export const oldPathHandling: LintRule = {
  name: 'old-path-handling',
  replaces: ['route/path-handling'],
  severity: 'warning',
  title: '"path_handling: v1" is deprecated',
  explanation:
    'The way "v1" joins the path of the service with that of the request works with the router flavor "traditional" ' +
    'only; with all others it is the same as "v0".',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]
    path_handling: v1`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    for (const route of context.all('routes')) {
      if (textOf(route.fields.path_handling) !== 'v1') continue;
      const effect = context.routerFlavor === 'traditional' ? '' : ', and this router flavor takes it for "v0"';
      const message = `"path_handling: v1" is deprecated${effect}`;
      report({
        place: route,
        path: ['path_handling'],
        message,
        hint: 'remove it, and try the paths that the service gets',
      });
    }
  },
};
